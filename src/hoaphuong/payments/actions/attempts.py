"""A payer opens a way to pay; what a provider says of it, by itself or when it is asked."""

from datetime import datetime

from django.db import transaction

from hoaphuong.kernel import journal
from hoaphuong.kernel.outgoing import enqueue
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.payments.actions.collecting import Counted, Untrue, collect
from hoaphuong.payments.actions.orders import NotOpen, collected_for, dong, locked
from hoaphuong.payments.contracts import AmountDoubted, AttemptFailed, AttemptStarted, MoneyIn
from hoaphuong.payments.models import Attempt, Collection, FeeOrder
from hoaphuong.payments.providers.base import Said
from hoaphuong.payments.providers.connected import ASKED_FIRST

# What became of a notification, in the codes of VNPAY; the platform is answered with them too.
RECORDED, NO_ORDER, ALREADY, OTHER_AMOUNT = "00", "01", "02", "04"
OPEN, ASK = "payments.open", "payments.ask"  # kinds of outgoing calls; the provider follows
ASK_AT_MOST_EVERY = 10  # seconds


class NothingToPay(Exception):
    """What came in covers the order already."""


@transaction.atomic
def start(*, order: str, provider: str, by: str, at: datetime) -> Attempt:
    """Open a way to pay what is left of an order; NotOpen, NothingToPay.

    Its reference is the order's code and the attempt's place, so that money without any other
    word finds its order. A provider that must be asked for its page is asked after the commit.
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
    if provider in ASKED_FIRST:
        enqueue(kind=f"{OPEN}.{provider}", subject=made.key, once=f"open:{made.key}", at=at)
    return made


@transaction.atomic
def opened(*, attempt: str, address: str) -> None:
    """Keep where the payer goes, so that going back there opens no second payment."""
    Attempt.objects.filter(key=attempt, address="").update(address=address)


@transaction.atomic
def asked(*, attempt: str, at: datetime) -> None:
    """The provider was asked, and did not say that it has money."""
    Attempt.objects.filter(key=attempt).update(asked_at=at)


@transaction.atomic
def ended(*, attempt: str, said: str, by: str, at: datetime) -> bool:
    """The provider says that nothing was paid; False for an attempt that has ended already."""
    found = Attempt.objects.select_for_update().get(key=attempt)
    if found.state != Attempt.State.STARTED:
        return False
    found.state, found.said, found.ended_at = Attempt.State.FAILED, said[:20], at
    found.save(update_fields=["state", "said", "ended_at"])
    event = AttemptFailed(
        order=Ref(found.order.key),
        attempt=Ref(attempt),
        provider=Code(found.provider),
        said=Code(said[:20]),
    )
    journal.record(event, by=by, occurred_at=at)
    return True


@transaction.atomic
def ask_back(*, provider: str, reference: str, at: datetime) -> str:
    """Have a provider asked about a reference, at most once in ten seconds; its order's token.

    Whatever a browser brings back changes nothing else. Attempt.DoesNotExist.
    """
    found = Attempt.objects.select_related("order").get(provider=provider, reference=reference)
    turn = int(at.timestamp()) // ASK_AT_MOST_EVERY
    enqueue(kind=f"{ASK}.{provider}", subject=found.key, once=f"ask:{found.key}:{turn}", at=at)
    return found.order.token


def heard(*, attempt: str, said: Said, by: str, at: datetime) -> Counted | None:
    """What a provider answered when it was asked; money that it has is counted, as much as it says.

    Untrue when the same money was counted with another amount.
    """
    found = Attempt.objects.get(key=attempt)
    if said.result == "paid":
        return _counted(found, said, by=by, at=at)
    if said.result == "failed":
        ended(attempt=attempt, said=said.code, by=by, at=at)
    asked(attempt=attempt, at=at)
    return None


def notified(*, provider: str, said: Said, by: str, at: datetime) -> str:
    """What a provider told by itself, its signature checked; what it is to be answered.

    In VNPAY's order: order, amount, already done. Another amount than was asked for is not
    counted but asked back, and what the provider then says is counted: it may be there.
    """
    found = Attempt.objects.filter(provider=provider, reference=said.reference).first()
    if found is None:
        return NO_ORDER
    if said.result == "paid":
        known = Collection.objects.filter(provider=provider, transaction=said.transaction).first()
        if known and known.amount == said.amount:
            return ALREADY
        if known or said.amount != found.amount:
            _doubt(found, said, by=by, at=at)
            return OTHER_AMOUNT
        try:
            counted = _counted(found, said, by=by, at=at)
        except Untrue:
            return OTHER_AMOUNT
        return RECORDED if counted.new else ALREADY
    if said.amount != found.amount:
        return OTHER_AMOUNT
    if said.result == "waiting":
        ask_back(provider=provider, reference=said.reference, at=at)
        return RECORDED
    return RECORDED if ended(attempt=found.key, said=said.code, by=by, at=at) else ALREADY


def _counted(attempt: Attempt, said: Said, *, by: str, at: datetime) -> Counted:
    money = MoneyIn(
        provider=attempt.provider,
        transaction=said.transaction,
        amount=said.amount,
        paid_at=said.paid_at or at,
        reference=attempt.reference,
    )
    return collect(money=money, by=by, at=at)


@transaction.atomic
def _doubt(attempt: Attempt, said: Said, *, by: str, at: datetime) -> None:
    """Write down that a provider says another amount, and ask it."""
    event = AmountDoubted(
        order=Ref(attempt.order.key),
        attempt=Ref(attempt.key),
        provider=Code(attempt.provider),
        asked=dong(attempt.amount),
        said=dong(said.amount),
    )
    journal.record(event, by=by, occurred_at=at)
    once = f"doubt:{attempt.key}:{said.transaction}:{said.amount}"[:120]
    enqueue(kind=f"{ASK}.{attempt.provider}", subject=attempt.key, once=once, at=at)
