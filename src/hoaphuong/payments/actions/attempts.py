"""A payer opens a way to pay; what the provider says of it, short of the money itself."""

from datetime import datetime

from django.db import transaction

from hoaphuong.kernel import journal
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.payments.actions.orders import NotOpen, collected_for, dong, locked
from hoaphuong.payments.contracts import AttemptFailed, AttemptStarted
from hoaphuong.payments.models import Attempt, FeeOrder


class NothingToPay(Exception):
    """What came in covers the order already."""


@transaction.atomic
def start(*, order: str, provider: str, by: str, at: datetime) -> Attempt:
    """Open a way to pay what is left of an order; NotOpen, NothingToPay.

    Its reference is the order's code and the attempt's place, so that money without any other
    word finds its order.
    """
    found = locked(order)
    if found.state != FeeOrder.State.OPEN:
        raise NotOpen(found.state)
    left = found.amount - collected_for(found)
    if left <= 0:
        raise NothingToPay(order)
    made = Attempt.objects.create(
        order=found,
        provider=provider,
        reference=f"{found.code}{found.attempts.count() + 1:02d}",
        amount=left,
        started_at=at,
    )
    event = AttemptStarted(
        order=Ref(order), attempt=Ref(made.key), provider=Code(provider), amount=dong(left)
    )
    journal.record(event, by=by, occurred_at=at)
    return made


@transaction.atomic
def opened(*, attempt: str, address: str) -> None:
    """Keep where the payer goes, so that going back there opens no second payment."""
    Attempt.objects.filter(key=attempt, address="").update(address=address)


@transaction.atomic
def asked(*, attempt: str, at: datetime) -> None:
    """The provider was asked and knows of no money yet."""
    Attempt.objects.filter(key=attempt).update(asked_at=at)


@transaction.atomic
def ended(*, attempt: str, said: str, by: str, at: datetime) -> None:
    """The provider says that nothing was paid; an attempt that has ended stays as it is."""
    found = Attempt.objects.select_for_update().select_related("order").get(key=attempt)
    if found.state != Attempt.State.STARTED:
        return
    found.state, found.said, found.ended_at = Attempt.State.FAILED, said[:20], at
    found.save(update_fields=["state", "said", "ended_at"])
    event = AttemptFailed(
        order=Ref(found.order.key),
        attempt=Ref(attempt),
        provider=Code(found.provider),
        said=Code(said[:20]),
    )
    journal.record(event, by=by, occurred_at=at)
