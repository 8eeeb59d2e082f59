"""A payer presses "pay": a way that was just opened is gone on with, never opened twice."""

from datetime import datetime, timedelta

from django.db import transaction

from hoaphuong.payments.actions.attempts import start
from hoaphuong.payments.actions.orders import collected_for, locked
from hoaphuong.payments.models import Attempt, FeeOrder

# As long as a provider's page takes money; a bank transfer is told by its note at any time.
FRESH = timedelta(minutes=15)
WITHOUT_END = {"vietqr"}


@transaction.atomic
def begin(*, order: str, provider: str, by: str, at: datetime) -> Attempt:
    """The way to pay what is left of an order through a provider; NotOpen, NothingToPay.

    The one that is open already, if it is for the same sum and not older than ``FRESH``: who
    presses twice, or goes back and presses again, pays once.
    """
    found = locked(order)
    begun = found.attempts.filter(provider=provider, state=Attempt.State.STARTED)
    if provider not in WITHOUT_END:
        begun = begun.filter(started_at__gt=at - FRESH)
    left = found.amount - collected_for(found)
    last = begun.filter(amount=left).order_by("-id").first()
    if last is not None and found.state == FeeOrder.State.OPEN:
        return last
    return start(order=order, provider=provider, by=by, at=at)
