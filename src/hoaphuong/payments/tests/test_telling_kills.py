"""A worker killed while it tells a payer: each fact of the money is told once."""

import json
import signal

import pytest

# A persona pays too much, and the surplus goes back.
FACTS = """
from django.utils import timezone
from hoaphuong.identity import queries as identity
from hoaphuong.payments import actions
from hoaphuong.payments.tests.factories import fifty_thousand
from hoaphuong.payments.contracts import MoneyIn
now, mai = timezone.now(), identity.demo_account("mai")
made = actions.order(about_kind="thing", about="k1", about_number="K1", agency=mai.agency_id,
                     account=identity.demo_account("phuong").key, payer_name="Người Nộp Hư Cấu",
                     lines=[fifty_thousand()], by=mai.key, at=now)
came = actions.collect(money=MoneyIn("cash", "k1", 60_000, now, order=made.key), by="t", at=now)
back = actions.ask_refund(collection=came.collection, amount=10_000, source="over",
                          reason="Thừa", by="t", at=now)
actions.settle_refund(key=back.key, approve=True, by="head", at=now)
actions.refund_sent(key=back.key, provider_ref="PC-1", by="t", at=now)
print(made.key)
"""
WORK = """
from hoaphuong.kernel import reactions
from hoaphuong.kernel.sealing import JOURNAL, seal
while seal(JOURNAL):
    pass
while reactions.react():
    pass
"""
TOLD = """
import json, os
from hoaphuong.kernel.models import JournalEntry
from hoaphuong.notices.models import Delivery, Notice
own = Notice.objects.filter(about=os.environ["OWN"])
made = JournalEntry.objects.filter(
    name="notices.notice_made", subject__in=list(own.values_list("key", flat=True)))
print(json.dumps([sorted(own.values_list("kind", flat=True)), made.count(),
                  Delivery.objects.filter(notice__in=own).count()]))
"""
POINTS = [
    "reaction.ran",
    *(
        pytest.param(point, marks=pytest.mark.slow)
        for point in ("reaction.heard", "reaction.ran:5", "reaction.heard:5")
    ),
]


@pytest.mark.parametrize("point", POINTS)
def test_a_payer_is_told_once_wherever_the_worker_was_killed(real_city, point):
    def said(script, **env):
        done = real_city.python(script, **env)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()[-1] if done.stdout else ""

    said(WORK)  # of the demonstration's own facts
    own = said(FACTS)
    killed = real_city.python(WORK, HOAPHUONG_DIE_AT=point)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    for _ in range(2):
        said(WORK)
    kinds, made, deliveries = json.loads(said(TOLD, OWN=own))
    assert kinds == [
        "payments.paid_too_much", "payments.refund_approved", "payments.refund_sent",
    ]  # fmt: skip
    assert (made, deliveries) == (3, 6)  # by e-mail and Zalo each
