"""A call of payments that dies is shown in words, and leaves a state that somebody sees."""

import inspect
import re

import pytest
from django.utils import timezone
from django.utils.translation import override

from hoaphuong.kernel import outgoing
from hoaphuong.kernel.models import JournalEntry, OutgoingCall
from hoaphuong.payments import actions, asking, lists
from hoaphuong.payments import outgoing as own
from hoaphuong.payments.models import Attempt, Receipt, Refund
from hoaphuong.payments.providers import base, connected
from hoaphuong.payments.providers.base import Said
from hoaphuong.payments.tests.factories import BY, money, ordered
from hoaphuong.signing import actions as signing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
# What a handler may end with; the queue keeps the name of the class.
ENDS = [
    *(asking.PageDeclined, asking.RefundDeclined, asking.PaidByHand, asking.Contradiction),
    *(base.ProviderFault, base.NotAuthentic, base.Malformed, connected.NotConnected),
    *(actions.Untrue, signing.NoStandingOrder, signing.NotAuthorised),
]


def call(kind, fault):
    now = timezone.now()
    return outgoing.CallFacts("k", kind, "s", "dead", 1, now, fault.__name__, now)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", own.HANDLERS)
def test_every_kind_and_fault_has_words(kind, language):
    with override(language):
        said = {fault: outgoing.said(call(kind, fault)) for fault in ENDS}
        for fault, words in said.items():
            label, why = (str(one) for one in words)
            assert kind not in label, kind
            assert fault.__name__ not in why, fault
            assert " " in label
            assert why.endswith(".")


def test_no_call_ends_hopeless_without_a_name_of_its_own():
    plain = re.findall(r"raise Hopeless\b", inspect.getsource(asking) + inspect.getsource(own))
    assert plain == []


def paid(provider="payplat"):
    """An order that was paid by a way that was opened."""
    order = ordered()
    at = timezone.now()
    attempt = actions.start(order=order.key, provider=provider, by=BY, at=at)
    actions.collect(
        money=money("1", 50_000, reference=attempt.reference, provider=provider), by=BY, at=at
    )
    return order, attempt


def events(order):
    return [one.event for one in lists.timeline(order)]


def test_a_refund_that_its_provider_refuses_is_a_person_s_on_the_order_s_page(bank):
    order, _attempt = paid()
    at = timezone.now()
    made = actions.ask_refund(
        collection=order.collections.get().key, amount=50_000, source="fees", reason="Nhầm",
        by=BY, at=at,
    )  # fmt: skip
    actions.settle_refund(key=made.key, approve=True, by="head", at=at)
    outgoing.make_calls(kind="payments.refund.payplat", now=timezone.now())
    dead = OutgoingCall.objects.get(kind="payments.refund.payplat")
    assert (dead.state, dead.fault) == ("dead", "RefundDeclined")
    assert events(order).count("payments.refund_not_sent") == 1
    assert Refund.objects.get().state == "approved"
    # Paid by hand meanwhile: a call that is tried again sends nothing, and has no news.
    actions.refund_sent(key=made.key, provider_ref="UNC-1", by=BY, at=timezone.now())
    outgoing.try_again(key=dead.key, at=timezone.now())
    outgoing.make_calls(kind="payments.refund.payplat", now=timezone.now())
    dead.refresh_from_db()
    assert (dead.state, Refund.objects.get().provider_ref) == ("done", "UNC-1")
    actions.refund_not_sent(key=made.key, at=timezone.now())
    assert events(order).count("payments.refund_not_sent") == 1


def test_a_receipt_that_nobody_seals_for_two_days_says_so_on_its_order_s_page():
    order, _attempt = paid("vnpay")
    waits = OutgoingCall.objects.get(kind=actions.RECEIPT)
    OutgoingCall.objects.filter(pk=waits.pk).update(attempts=outgoing.MOST_TRIES - 1)
    outgoing.make_calls(kind=actions.RECEIPT, now=timezone.now())
    waits.refresh_from_db()
    assert (waits.state, waits.fault) == ("dead", "NoStandingOrder")
    assert events(order).count("payments.receipt_not_sealed") == 1
    Receipt.objects.update(sealed_at=timezone.now(), file_key="0" * 32)
    actions.receipt_not_sealed(key=Receipt.objects.get().key, at=timezone.now())
    assert JournalEntry.objects.filter(name="payments.receipt_not_sealed").count() == 1


def test_a_page_that_came_too_late_has_ended_its_attempt_and_leaves_no_dead_call():
    order = ordered()
    before = timezone.now() - asking.TO_PAY * 2
    actions.start(order=order.key, provider="payplat", by=BY, at=before)
    outgoing.make_calls(kind="payments.open.payplat", now=timezone.now())
    assert OutgoingCall.objects.get(kind="payments.open.payplat").state == "done"
    assert (Attempt.objects.get().state, Attempt.objects.get().said) == ("failed", "late")


def test_an_answer_that_contradicts_the_books_is_a_person_s_at_once(monkeypatch):
    order, attempt = paid("vnpay")

    class Contradicts:
        def ask(self, reference, *, started_at, at):
            return Said(reference, "1", 49_000, "paid", "00", at)

    monkeypatch.setattr(connected, "provider", lambda _code: Contradicts())
    actions.ask_back(provider="vnpay", reference=attempt.reference, at=timezone.now())
    outgoing.make_calls(kind="payments.ask.vnpay", now=timezone.now())
    dead = OutgoingCall.objects.get(kind="payments.ask.vnpay")
    assert (dead.state, dead.fault) == ("dead", "Contradiction")
    assert order.collections.get().amount == 50_000
