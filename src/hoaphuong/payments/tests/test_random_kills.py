"""Killed at random, again and again, while people pay: every đồng and every receipt once.

HOAPHUONG_KILLS and HOAPHUONG_PAYMENTS say how many; 200 and 2,000 take a quarter of an hour.
"""

import http.client
import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from typing import Any

import psutil
import pytest

from hoaphuong.payments.tests.bank_at_work import Real

KILLS = int(os.environ.get("HOAPHUONG_KILLS", "20"))
PAYMENTS = int(os.environ.get("HOAPHUONG_PAYMENTS", "200"))
AT_ONCE, PAYERS, PATIENCE_S = 50, 3, 1_800.0
# A process starts in one to two seconds: it is killed while it starts, and in its work.
LONGEST_S = 4.0
# Orders, each with a page of its provider, in the ward whose receipts are sealed as they come.
BEGIN = """
import json, os
from django.utils import timezone
from hoaphuong.identity import queries as identity
from hoaphuong.payments import actions, asking
from hoaphuong.payments.providers.base import ProviderFault
from hoaphuong.payments.tests.factories import fifty_thousand
ward = identity.demo_account("mai").agency_id
made = []
for n in range(int(os.environ["FIRST"]), int(os.environ["FIRST"]) + int(os.environ["MANY"])):
    provider = ("vnpay", "payplat")[n % 2]
    order = actions.order(
        about_kind="kills", about=f"k{n}", about_number=f"K{n}", agency=ward, account="",
        payer_name="Người Nộp Hư Cấu", lines=[fifty_thousand()], by="t", at=timezone.now())
    attempt = actions.start(order=order.key, provider=provider, by="t", at=timezone.now())
    page = ""
    while not page:
        try:
            page = asking.page_to_pay(attempt.key)
        except ProviderFault:
            pass
    made.append([attempt.reference, page])
print(json.dumps(made))
"""
STANDS = """
import json
from hoaphuong.payments.models import FeeOrder, Receipt
ours = FeeOrder.objects.filter(about_kind="kills")
receipts = Receipt.objects.filter(order__about_kind="kills")
print(json.dumps([ours.filter(state="paid").count(),
                  receipts.filter(sealed_at__isnull=False).count()]))
"""
PROVE = """
import json
from collections import Counter
from django.utils import timezone
from hoaphuong.kernel.models import JournalEntry
from hoaphuong.payments import queries
from hoaphuong.payments.models import Collection, FeeOrder, Receipt
from hoaphuong.payments.providers import connected
from hoaphuong.signing.models import PaperSignature
orders = FeeOrder.objects.filter(about_kind="kills")
keys = list(orders.values_list("key", flat=True))
ours = Collection.objects.filter(order__in=orders)
day = timezone.localdate(ours.order_by("paid_at").first().paid_at)
listed = {}
for provider in ("vnpay", "payplat"):
    for one in {timezone.localdate(), day}:
        listed |= {(provider, l.transaction): l.amount
                   for l in connected.provider(provider).listed(one)}
receipts = Receipt.objects.filter(order__in=orders)
signed = Counter(PaperSignature.objects.filter(
    paper__in=list(receipts.values_list("key", flat=True))).values_list("paper", flat=True))
told = JournalEntry.objects.filter(subject__in=keys)
mine = {(p, t): a for p, t, a in ours.values_list("provider", "transaction", "amount")}
print(json.dumps({
    "orders": orders.count(), "paid": orders.filter(state="paid").count(),
    "collections": len(mine), "amount": sum(mine.values()),
    "not_at_the_bank": len(mine.keys() - listed.keys()),
    "other_amount": sum(listed.get(k) != a for k, a in mine.items()),
    "listed": len(listed), "receipts": receipts.count(),
    "numbers": receipts.values("year", "number").distinct().count(),
    "signed_once": sum(n == 1 for n in signed.values()), "signed": len(signed),
    "told_paid": told.filter(name="payments.order_paid").count(),
    "told_receipt": told.filter(name="payments.receipt_sealed").count(),
    "sum": sum(queries.balances().values()),
}))
"""


class Payers:
    """People who press "pay" until the bank has their money, whatever happens meanwhile."""

    def __init__(self, real: Real) -> None:
        self.real, self.done, self.kills = real, 0, 0
        self._lock = threading.Lock()

    def taken(self, reference: str) -> bool:
        paid = f"select 1 from payment where reference = '{reference}' and state = 'paid'"
        return bool(self.real.bank.rows(paid))

    def pay(self, reference: str, page: str) -> None:
        while self.kills < KILLS and self.done > (self.kills + 1) * PAYMENTS // KILLS:
            time.sleep(0.05)  # as many payments between two kills as there are all the time
        while not self.taken(reference):
            try:
                self.real.bank.pay(page)
            except (OSError, http.client.HTTPException, AssertionError, TypeError):
                time.sleep(0.2)  # nobody answers now
        with self._lock:
            self.done += 1


def killed_whole(child: Any) -> None:
    """SIGKILL for a process and those below it: a web server's own children would serve on."""
    first = psutil.Process(child.pid)
    for process in (first, *first.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    child.wait(20)


@pytest.mark.slow
@pytest.mark.timeout(5_000)
def test_killed_at_random_while_people_pay_every_payment_and_receipt_counts_once(real_city):
    real, rng = Real(real_city), random.Random(2_026)
    real_city.start_authority()
    running = {"bank": real.start_bank(), "web": real.start_web()}
    worker = {"HOAPHUONG_PUBLIC_ADDRESS": real_city.address}
    running["worker"] = real_city.start_worker(**worker)
    begin = {
        "bank": real.start_bank,
        "web": real.start_web,
        "worker": lambda: real_city.start_worker(**worker),
    }
    payers = Payers(real)

    def people() -> None:
        with ThreadPoolExecutor(PAYERS) as at_once:
            for first in count(0, AT_ONCE):
                if first >= PAYMENTS:
                    return
                many = str(min(AT_ONCE, PAYMENTS - first))
                pages = real.run(BEGIN, FIRST=str(first), MANY=many)
                list(at_once.map(lambda one: payers.pay(*one), pages))

    paying = threading.Thread(target=people, daemon=True)
    paying.start()
    killed = dict.fromkeys(begin, 0)
    for number in range(KILLS):
        while paying.is_alive() and payers.done < number * PAYMENTS // KILLS:
            time.sleep(0.05)
        who = rng.choice(list(begin))
        time.sleep(rng.random() * LONGEST_S)
        killed_whole(running[who])
        killed[who] += 1
        payers.kills += 1
        running[who] = begin[who]()
    paying.join(PATIENCE_S)
    assert not paying.is_alive()
    assert min(killed.values()) > 0, killed

    real_city.wait(lambda: real.run(STANDS) == [PAYMENTS, PAYMENTS], patience=PATIENCE_S)
    running["worker"].terminate()
    proved = real.run(PROVE)
    assert proved.pop("listed") >= PAYMENTS
    everyone = {
        "orders", "paid", "collections", "receipts", "numbers", "signed", "signed_once",
        "told_paid", "told_receipt",
    }  # fmt: skip
    assert {name: proved[name] for name in everyone} == dict.fromkeys(everyone, PAYMENTS)
    assert proved["amount"] == PAYMENTS * 50_000
    assert proved["not_at_the_bank"] == proved["other_amount"] == proved["sum"] == 0
