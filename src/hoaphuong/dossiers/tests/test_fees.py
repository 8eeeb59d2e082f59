"""The fee of a dossier: what can be asked for, and that the dossier goes on when it is paid."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from hoaphuong.dossiers import actions, fees
from hoaphuong.dossiers.models import Dossier, Procedure, Status
from hoaphuong.dossiers.tests.factories import MONDAY
from hoaphuong.identity import queries as identity
from hoaphuong.kernel import reactions, sealing
from hoaphuong.kernel.models import AccessLine, JournalEntry
from hoaphuong.payments import actions as payments
from hoaphuong.payments import queries as orders
from hoaphuong.payments.contracts import MoneyIn
from hoaphuong.payments.fees import NotAsked
from hoaphuong.work.models import WorkItem

ON = date(2026, 3, 2)
EXTRACT, BIRTH, RESIDENCE, LANDING, BUILDING = (
    "2.000635", "1.001193", "1.004222", "1.009454", "1.013225",
)  # fmt: skip


def offered(code, channel="online"):
    return fees.offer(code, Procedure.objects.get(code=code).record, channel, on=ON)


def lines(code=EXTRACT, channel="online", **wish):
    given = offered(code, channel).fees
    return fees.worked_out(given, {given[0].code: fees.Wish(**wish)}, channel)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "channel", "sums"),
    [
        (EXTRACT, "online", [8_000]),
        (RESIDENCE, "online", [10_000]),
        (RESIDENCE, "direct", [20_000]),
        ("1.004194", "online", [7_000, 5_000]),
        ("1.004194", "direct", [15_000, 10_000]),
        ("2.001610", "online", [0, 100_000]),
        ("2.001610", "direct", [50_000, 100_000]),
        ("1.004088", "post", [70_000]),
        ("1.003930", "online", [70_000]),
        (LANDING, "online", [100_000]),  # no rule of its own: the published sum
    ],
)
def test_a_procedure_s_fees_are_those_of_the_law_and_of_its_channel(city, code, channel, sums):
    given = offered(code, channel)
    proposed = {one.code: fees.usual(one, channel) for one in given.fees}
    assert [one.amount for one in fees.worked_out(given.fees, proposed, channel)] == sums


@pytest.mark.django_db
def test_a_free_service_and_one_of_unknown_fee_say_so(city):
    assert (offered(BIRTH).fees, offered(BIRTH).why_none) == ((), "free")
    assert (offered(BUILDING).fees, offered(BUILDING).why_none) == ((), "unknown")
    [published] = offered(LANDING).fees
    assert "870/QĐ-BXD" in published.article


@pytest.mark.django_db
def test_a_counter_dossier_gets_no_online_reduction_and_nobody_an_invented_one(city):
    for reduction, channel in (("online", "direct"), ("friend", "online")):
        with pytest.raises(NotAsked):
            lines(RESIDENCE, channel, reduction=reduction)


@pytest.fixture
def ward(demo_city):
    return identity.demo_account("mai").agency_id


@pytest.fixture
def dossier(ward):
    """An extract that Phượng asked the ward for; an officer processes it."""
    account = identity.demo_account("phuong")
    made = actions.submit(
        procedure=EXTRACT, agency=ward, division=identity.agency(ward).division,
        channel="online", applicant_kind="self", applicant=account.person_id,
        applicant_name=account.display_name, form={}, files={}, by=account.key, at=MONDAY,
    )  # fmt: skip
    actions.receive(key=made.key, by="clerk", at=MONDAY)
    return actions.process(key=made.key, by="officer", at=MONDAY)


def asked(dossier, **wish):
    return actions.ask_payment(key=dossier.key, lines=lines(**wish), by="officer", at=MONDAY)


def order_of(dossier):
    return orders.orders_about("dossier", dossier.key)[0]


def status(dossier):
    return Dossier.objects.get(key=dossier.key).status


def pay(key, amount, transaction="1"):
    money = MoneyIn(
        provider="cash", transaction=transaction, amount=amount, paid_at=MONDAY, order=key
    )
    payments.collect(money=money, by="clerk", at=MONDAY)


def hear():
    sealing.seal(sealing.JOURNAL)
    while reactions.react():
        pass


@pytest.mark.django_db
def test_a_dossier_goes_on_when_its_fee_is_paid_and_only_then(dossier):
    asked(dossier, copies=2)
    order = order_of(dossier)
    assert (order.amount, order.state, status(dossier)) == (16_000, "open", Status.PAYMENT)
    assert WorkItem.objects.get(subject=dossier.key).stage == "6"
    for step in (actions.process, actions.hand_over):
        with pytest.raises(actions.WrongStatus):
            step(key=dossier.key, by="officer", at=MONDAY)
    with pytest.raises(actions.WrongStatus):
        actions.decide(key=dossier.key, outcome="granted", note="", by="o", at=MONDAY)
    pay(order.key, 6_000)
    hear()
    assert status(dossier) == Status.PAYMENT
    pay(order.key, 10_000, "2")
    hear()
    hear()
    assert status(dossier) == Status.PROCESSING
    moved = JournalEntry.objects.filter(
        subject=dossier.key, name="dossiers.dossier_status_changed", body__contains='"to_status":4'
    )
    assert moved.count() == 2  # taken up, and once after the fee
    assert WorkItem.objects.get(subject=dossier.key).stage == "4"


@pytest.mark.django_db
def test_who_is_exempt_pays_nothing_and_the_dossier_goes_on(dossier):
    asked(dossier, reduction="poor")
    order = order_of(dossier)
    assert (order.amount, order.state) == (0, "paid")
    hear()
    assert status(dossier) == Status.PROCESSING


@pytest.mark.django_db
def test_another_sum_takes_the_place_of_the_one_that_is_open(dossier):
    asked(dossier, copies=3)
    first = order_of(dossier)
    pay(first.key, 9_000)
    asked(dossier, copies=1)
    states = {one.amount: one.state for one in orders.orders_about("dossier", dossier.key)}
    assert states == {24_000: "cancelled", 8_000: "open"}
    assert orders.balance(f"over:{dossier.agency_code}") == -9_000
    pay(order_of(dossier).key, 8_000, "2")
    with pytest.raises(actions.WrongStatus):  # paid in this moment, not heard yet
        asked(dossier, copies=5)
    hear()
    assert status(dossier) == Status.PROCESSING


@pytest.mark.django_db
def test_nothing_is_asked_for_without_a_line_or_in_another_status(dossier):
    with pytest.raises(actions.NothingAsked):
        actions.ask_payment(key=dossier.key, lines=[], by="officer", at=MONDAY)
    actions.decide(key=dossier.key, outcome="refused", note="x", by="officer", at=MONDAY)
    with pytest.raises(actions.WrongStatus):
        asked(dossier)
    assert orders.orders_about("dossier", dossier.key) == []


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["withdraw", "stop"])
def test_a_dossier_that_ends_has_no_fee_to_pay(dossier, verb):
    asked(dossier)
    order = order_of(dossier)
    getattr(actions, verb)(key=dossier.key, note="x", by="phuong", at=MONDAY + timedelta(days=1))
    assert order_of(dossier).state == "cancelled"
    pay(order.key, 8_000)  # money that was on its way
    hear()
    assert status(dossier) in (Status.WITHDRAWN, Status.STOPPED)
    assert orders.balance(f"over:{dossier.agency_code}") == -8_000


@pytest.mark.django_db
def test_a_paid_fee_of_something_else_moves_no_dossier(dossier):
    asked(dossier)
    paid = payments.order(
        about_kind="other", about=dossier.key, about_number="x", agency=dossier.agency_code,
        account="", payer_name="x", lines=lines(), by="t", at=MONDAY,
    )  # fmt: skip
    pay(paid.key, 8_000)
    hear()
    assert status(dossier) == Status.PAYMENT


@pytest.fixture
def seen_by(client):
    def seen_by(username, language="vi"):
        account = identity.demo_account(username)
        client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
        client.cookies["lang"] = language
        return client

    return seen_by


@pytest.mark.django_db
def test_an_officer_works_the_fee_out_and_asks_for_it(dossier, seen_by):
    page, client = reverse("dossiers:fee", args=[dossier.key]), seen_by("son")
    first = client.get(page).content.decode()
    assert "8.000" in first
    assert AccessLine.objects.filter(purpose="dossiers.fee", record=dossier.key).exists()
    chosen = {
        "pick-TRICH-LUC-HO-TICH": "on",
        "copies-TRICH-LUC-HO-TICH": "3",
        "reduction-TRICH-LUC-HO-TICH": "",
    }
    assert "24.000" in client.post(page, chosen | {"work_out": "1"}).content.decode()
    assert order_count(dossier) == 0
    answer = client.post(page, chosen | {"ask": "1", "note": "Xin nộp phí"})
    assert answer.url == reverse("dossiers:desk", args=[dossier.key])
    assert (order_of(dossier).amount, status(dossier)) == (24_000, Status.PAYMENT)
    desk = client.get(answer.url).content.decode()
    assert reverse("dossiers:step", args=[dossier.key, "process"]) not in desk
    assert reverse("dossiers:step", args=[dossier.key, "stop"]) in desk
    refused = client.post(reverse("dossiers:step", args=[dossier.key, "process"]))
    assert (refused.status_code, status(dossier)) == (302, Status.PAYMENT)
    own = seen_by("phuong").get(reverse("dossiers:own", args=[dossier.key])).content.decode()
    assert reverse("payments:order", args=[order_of(dossier).token]) in own
    assert "24.000" in own


def order_count(dossier):
    return len(orders.orders_about("dossier", dossier.key))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong", [{"copies-TRICH-LUC-HO-TICH": "0"}, {"copies-TRICH-LUC-HO-TICH": "zwei"},
              {"reduction-TRICH-LUC-HO-TICH": "friend"}, {"pick": "none"}]
)  # fmt: skip
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_asked(dossier, seen_by, wrong):
    page = reverse("dossiers:fee", args=[dossier.key])
    picked = {} if "pick" in wrong else {"pick-TRICH-LUC-HO-TICH": "on"}
    answer = seen_by("son").post(page, picked | wrong | {"ask": "1"})
    assert answer.status_code == 422
    assert order_count(dossier) == 0


@pytest.mark.django_db
def test_a_free_service_is_refused_in_a_clear_sentence(ward, seen_by):
    from hoaphuong.dossiers.tests.factories import submit

    free = submit(ward)
    actions.receive(key=free.key, by="clerk", at=MONDAY)
    actions.process(key=free.key, by="officer", at=MONDAY)
    page, client = reverse("dossiers:fee", args=[free.key]), seen_by("son", "en")
    assert "free of charge" in client.get(page).content.decode()
    assert client.post(page, {"ask": "1"}).status_code == 422
    assert order_count(free) == 0
    assert client.get(reverse("dossiers:fee", args=["0" * 32])).status_code == 404
    assert seen_by("mai").get(page).status_code == 403
