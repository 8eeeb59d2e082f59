"""Money goes back: asked for by one person, approved by another, sent, and entered; chargebacks."""

from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.timezone import localdate

from hoaphuong.kernel import journal
from hoaphuong.kernel.faults import point
from hoaphuong.kernel.outgoing import enqueue
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.payments.actions.collecting import CASH
from hoaphuong.payments.actions.ledger import post
from hoaphuong.payments.actions.orders import dong
from hoaphuong.payments.contracts import (
    ChargedBack,
    RefundAsked,
    RefundNotSent,
    RefundSent,
    RefundSettled,
)
from hoaphuong.payments.models import Chargeback, Collection, Refund
from hoaphuong.payments.providers.connected import ONLINE
from hoaphuong.payments.queries import refundable
from hoaphuong.payments.rules import charged_back, clearing, refund_due, refunded, till

State = Refund.State
REFUND = "payments.refund"  # the kind of the outgoing call that sends one; the provider follows


class TooMuch(Exception):
    """More than can go back of this money from there; ``most`` is what can."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class NotYours(Exception):
    """Who asked for a refund does not approve it."""


class Settled(Exception):
    """The refund was approved, refused or sent already."""


@transaction.atomic
def ask_refund(
    *, collection: str, amount: int, source: str, reason: str, by: str, at: datetime
) -> Refund:
    """Ask that money goes back; ``source`` is fees, over or part. TooMuch."""
    found = Collection.objects.select_for_update().get(key=collection)
    most = refundable(found, source)
    if not 0 < amount <= most:
        raise TooMuch(most)
    made = Refund.objects.create(
        collection=found,
        agency_code=found.agency_code,
        amount=amount,
        source=source,
        reason=reason,
        asked_by=by,
        asked_at=at,
    )
    event = RefundAsked(
        refund=Ref(made.key),
        collection=Ref(collection),
        agency=Code(found.agency_code),
        amount=dong(amount),
    )
    journal.record(event, by=by, occurred_at=at)
    return made


@transaction.atomic
def settle_refund(*, key: str, approve: bool, by: str, at: datetime) -> Refund:
    """Approve a refund, or refuse it; NotYours, Settled.

    An approved one is owed from now on, and sent by whoever took the money; cash, transfers and
    what the provider cannot send are paid by hand.
    """
    found = _locked(key)
    if found.state != State.ASKED:
        raise Settled(found.state)
    if found.asked_by == by:
        raise NotYours(by)
    found.approved_by, found.approved_at = by, at
    found.state = State.APPROVED if approve else State.REFUSED
    found.ended_at = None if approve else at
    found.save(update_fields=["approved_by", "approved_at", "state", "ended_at"])
    if approve:
        post(
            kind="refund_due",
            once=f"refund_due:{key}",
            moves=refund_due(agency=found.agency_code, amount=found.amount, source=found.source),
            by=by,
            at=at,
            agency=found.agency_code,
            provider=found.collection.provider,
            about=key,
        )
        if found.collection.provider in ONLINE:
            enqueue(
                kind=f"{REFUND}.{found.collection.provider}",
                subject=key,
                once=f"refund:{key}",
                at=at,
            )
    event = RefundSettled(refund=Ref(key), agency=Code(found.agency_code), approved=approve)
    journal.record(event, by=by, occurred_at=at)
    return found


@transaction.atomic
def refund_sent(*, key: str, provider_ref: str, by: str, at: datetime) -> Refund:
    """The money has gone back; once, whoever says so. Settled when it was never approved."""
    found = _locked(key)
    if found.state == State.SENT:
        return found
    if found.state != State.APPROVED:
        raise Settled(found.state)
    found.state, found.provider_ref, found.ended_at = State.SENT, provider_ref[:80], at
    found.save(update_fields=["state", "provider_ref", "ended_at"])
    money = found.collection
    source = till(money.agency_code) if money.provider == CASH else clearing(money.provider)
    post(
        kind="refunded",
        once=f"refunded:{key}",
        moves=refunded(out_of=source, agency=found.agency_code, amount=found.amount),
        by=by,
        at=at,
        agency=found.agency_code,
        provider=money.provider,
        about=key,
    )
    event = RefundSent(
        refund=Ref(key),
        order=Ref(money.order.key if money.order else ""),
        agency=Code(found.agency_code),
        provider=Code(money.provider),
        amount=dong(found.amount),
        sent_on=localdate(at),
    )
    journal.record(event, by=by, occurred_at=at)
    point("payments.refunded")
    return found


@transaction.atomic
def refund_not_sent(*, key: str, at: datetime) -> None:
    """Write down that the provider does not send an approved refund: a person pays it back."""
    found = _locked(key)
    if found.state != State.APPROVED:
        return
    event = RefundNotSent(
        refund=Ref(key),
        agency=Code(found.agency_code),
        provider=Code(found.collection.provider),
    )
    journal.record(event, by=found.collection.provider, occurred_at=at)


@transaction.atomic
def charge_back(
    *, collection: str, reference: str, amount: int, taken_at: datetime, by: str, at: datetime
) -> Chargeback | None:
    """The payer's bank took money back; None when this was entered before. TooMuch."""
    found = Collection.objects.select_for_update().get(key=collection)
    known = found.chargebacks.aggregate(sum=Sum("amount"))["sum"] or 0
    if found.chargebacks.filter(reference=reference).exists():
        return None
    if not 0 < amount <= found.amount - known:
        raise TooMuch(found.amount - known)
    entry = post(
        kind="chargeback",
        once=f"chargeback:{collection}:{reference}",
        moves=charged_back(provider=found.provider, agency=found.agency_code, amount=amount),
        by=by,
        at=at,
        agency=found.agency_code,
        provider=found.provider,
        about=collection,
    )
    made = Chargeback.objects.create(
        collection=found, reference=reference, amount=amount, taken_at=taken_at, entry_id=entry
    )
    event = ChargedBack(
        collection=Ref(collection),
        agency=Code(found.agency_code),
        provider=Code(found.provider),
        amount=dong(amount),
        taken_on=localdate(taken_at),
    )
    journal.record(event, by=by, occurred_at=at)
    return made


def _locked(key: str) -> Refund:
    rows = Refund.objects.select_for_update(of=("self",)).select_related("collection__order")
    return rows.get(key=key)
