"""Whatever providers do wrong, and whoever is killed: real processes, each payment counted once."""

import json

import pytest

from hoaphuong.payments.tests.bank_at_work import Real

PROVIDERS = ["vnpay", "payplat"]
BEGIN = """
import json, os
from django.utils import timezone
from hoaphuong.payments import actions, asking
from hoaphuong.payments.tests.factories import ordered
made = []
for n in range(int(os.environ["MANY"])):
    order = ordered(f"{os.environ['PROVIDER']}-{n}")
    attempt = actions.start(order=order.key, provider=os.environ["PROVIDER"], by="t",
                            at=timezone.now())
    made.append([order.key, asking.page_to_pay(attempt.key)])
print(json.dumps(made))
"""
WORK = """
import json, os
from datetime import timedelta
from django.utils import timezone
from hoaphuong.kernel import outgoing
from hoaphuong.payments import jobs
from hoaphuong.payments.providers import connected
connected.SECONDS = 1.0
provider = os.environ["PROVIDER"]
for hours in range(4):
    later = timezone.now() + timedelta(hours=hours)
    while outgoing.make_calls(kind=f"payments.ask.{provider}", now=later):
        pass
    for _ in range(6):
        jobs.ask_waiting(provider, now=later)
print(json.dumps(0))
"""
COUNT = """
import json, os
from datetime import timedelta
from django.utils import timezone
from hoaphuong.kernel.models import JournalEntry
from hoaphuong.payments.models import Collection, FeeOrder, Receipt, Transfer
from hoaphuong.payments.providers import connected
orders = json.loads(os.environ["ORDERS"])
provider = os.environ["PROVIDER"]
ours = Collection.objects.filter(order__key__in=orders)
today = timezone.localdate()
listed = connected.provider(provider).listed(today)
names = ["payments.order_paid", "payments.payment_collected"]
print(json.dumps({
    "states": list(FeeOrder.objects.filter(key__in=orders).order_by("id")
                   .values_list("state", flat=True)),
    "ours": sorted(ours.values_list("transaction", "amount")),
    "listed": sorted([one.transaction, one.amount] for one in listed),
    "receipts": Receipt.objects.filter(order__key__in=orders).count(),
    "paid": JournalEntry.objects.filter(name=names[0], subject__in=orders).count(),
    "clearing": sum(Transfer.objects.filter(
        debit__code=f"clearing:{provider}", entry__about__in=orders
    ).values_list("amount", flat=True)),
}))
"""


def all_counted_once(real, provider, orders):
    found = real.run(COUNT, PROVIDER=provider, ORDERS=json.dumps(orders))
    many = len(orders)
    assert found["states"] == ["paid"] * many
    assert found["ours"] == found["listed"]
    assert len(found["ours"]) == found["receipts"] == found["paid"] == many
    assert found["clearing"] == 50_000 * many


# What the bank does wrong, and whether the payer declines first.
FAULTS = [
    {},
    {"fault": "twice"},
    {"fault": "late", "seconds": 2},
    {"fault": "never"},
    {"fault": "wrong_amount"},
    {"fault": "wrong_signature"},
    {"fault": "out_of_order"},
    {"fault": "lose_answer", "at": "page"},
    {"fault": "hang", "at": "page", "seconds": 1},
]
ANSWERS = [
    {"fault": "hang", "at": "answer", "seconds": 2},
    {"fault": "status", "at": "answer"},
    {"fault": "lose_answer", "at": "answer"},
    {"fault": "wrong_signature", "at": "answer"},
]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_whatever_a_provider_does_wrong_each_payment_is_counted_once(real_city, provider):
    real = Real(real_city)
    real.start_bank()
    real.start_web()
    # Of the last ones no notice comes, and the first answers to the city's questions are faults.
    begun = real.run(BEGIN, PROVIDER=provider, MANY=str(len(FAULTS) + 1))
    for fault, (_order, page) in zip(FAULTS, begun, strict=False):
        real.bank.tell(**fault, **({"provider": provider} if fault else {}))
        if fault.get("fault") == "out_of_order":  # the decline is told after the payment
            real.bank.pay(page, do="decline")
        lost = real.bank.pay(page).status == 0
        assert lost == (fault.get("fault") == "lose_answer")
    real.bank.tell(provider=provider, fault="never")
    real.bank.pay(begun[-1][1])
    real_city.wait(real.told)
    for fault in ANSWERS:
        real.bank.tell(provider=provider, **fault)
    assert real.run(WORK, PROVIDER=provider) == 0
    assert real.bank.rows("select sum(left) from fault") == [(0,)]
    all_counted_once(real, provider, [order for order, _page in begun])


# Who dies where: the web process in the middle of a notification, or after it was committed and
# before the reply; the bank once it has the money, or once it was answered; the worker.
KILLS = [
    ("web", "payments.replied"),
    *(
        pytest.param(who, point, marks=pytest.mark.slow)
        for who, point in (
            ("web", "payments.counted"), ("bank", "bank.taken"), ("bank", "bank.told"),
            ("worker", "outgoing.claimed"), ("worker", "payments.asked"),
            ("worker", "payments.counted"), ("worker", "outgoing.called"),
        )
    ),
]  # fmt: skip


def came_back(real, answer):
    """The payer's browser returns to the city, which asks the provider then."""
    if answer.status == 303:
        back = real.bank.ask(answer.location)
    else:
        back = real.bank.ask(answer.action, {"data": answer.field("data")})
    assert back.status == 303
    assert "/nop/" in back.location


@pytest.mark.parametrize(("who", "point"), KILLS)
@pytest.mark.parametrize("provider", ["vnpay", pytest.param("payplat", marks=pytest.mark.slow)])
def test_a_process_that_is_killed_loses_and_doubles_no_payment(real_city, provider, who, point):
    real = Real(real_city)
    bank = real.start_bank(point if who == "bank" else "")
    web = real.start_web(point if who == "web" else "")
    [(order, page)] = real.run(BEGIN, PROVIDER=provider, MANY="1")
    if who == "worker":
        real.bank.tell(provider=provider, fault="never")
    answer = real.bank.pay(page)
    if who == "bank":
        real_city.wait(lambda: bank.poll() is not None)
        real.start_bank()
    elif who == "web":
        real_city.wait(lambda: real.bank.rows("select max(tries) from notice") != [(0,)])
        web.terminate()
        web.wait(15)
        real.start_web()
    else:
        came_back(real, answer)
        killed = real.run(WORK, PROVIDER=provider, HOAPHUONG_DIE_AT=point)
        assert killed == -9
    real_city.wait(real.told)
    assert real.run(WORK, PROVIDER=provider) == 0
    all_counted_once(real, provider, [order])
