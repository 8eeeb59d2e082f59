"""Money comes in: counted once, entered, and told to whoever waits for it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate, localtime

from hoaphuong.identity import queries as identity
from hoaphuong.kernel import journal
from hoaphuong.kernel.faults import point
from hoaphuong.kernel.numbering import next_number
from hoaphuong.kernel.outgoing import enqueue
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.payments.actions.ledger import AlreadyEntered, post
from hoaphuong.payments.actions.orders import close_paid, collected_for, dong, locked
from hoaphuong.payments.actions.receipts import RECEIPT
from hoaphuong.payments.contracts import MoneyIn, PaymentCollected
from hoaphuong.payments.models import Attempt, Collection, FeeOrder, Receipt
from hoaphuong.payments.rules import clearing, till, unknown
from hoaphuong.payments.rules import collected as entered

CASH = "cash"


class Untrue(Exception):
    """The same transaction was counted with another amount: a person must look."""


@dataclass(frozen=True)
class Counted:
    """What came of money: ``new`` when it was counted now, ``paid`` when it covers its order."""

    collection: str
    order: str
    new: bool
    paid: bool


def collect(*, money: MoneyIn, by: str, at: datetime) -> Counted:
    """Count money once, by its provider and the provider's number of it; Untrue.

    Whoever asks first counts it; all others, at the same time or years later, get the same answer.
    """
    if known := _known(money):
        return known
    try:
        return _counted(money, by=by, at=at)
    except (IntegrityError, AlreadyEntered):
        if known := _known(money):  # another process was first
            return known
        raise


def _known(money: MoneyIn) -> Counted | None:
    found = (
        Collection.objects.filter(provider=money.provider, transaction=money.transaction)
        .select_related("order")
        .first()
    )
    if found is None:
        return None
    if found.amount != money.amount:
        raise Untrue(f"{money.provider} {money.transaction}")
    order = found.order
    paid = order is not None and order.state == FeeOrder.State.PAID
    return Counted(found.key, order.key if order else "", new=False, paid=paid)


@transaction.atomic
def _counted(money: MoneyIn, *, by: str, at: datetime) -> Counted:
    attempt = Attempt.objects.filter(provider=money.provider, reference=money.reference).first()
    key = attempt.order.key if attempt else money.order
    order = locked(key) if key else None
    # Who waited for the lock may come second.
    if known := _known(money):
        return known
    before = collected_for(order) if order else 0
    agency = order.agency_code if order else (money.agency or _city())
    entry = _entered(money, order, before, agency, by=by, at=at)
    made = Collection.objects.create(
        provider=money.provider,
        transaction=money.transaction,
        order=order,
        attempt=attempt,
        agency_code=agency,
        amount=money.amount,
        paid_at=money.paid_at,
        day=localdate(money.paid_at),
        counted_at=at,
        entry_id=entry,
    )
    event = PaymentCollected(
        collection=Ref(made.key),
        order=Ref(order.key if order else ""),
        agency=Code(agency),
        provider=Code(money.provider),
        online=money.provider != CASH,
        amount=dong(money.amount),
        paid_on=made.day,
    )
    journal.record(event, by=by, occurred_at=at)
    if attempt and attempt.state != Attempt.State.PAID:
        attempt.state, attempt.ended_at = Attempt.State.PAID, at
        attempt.save(update_fields=["state", "ended_at"])
    paid = order is not None and _covered(order, before + money.amount, money, by=by, at=at)
    point("payments.counted")
    return Counted(made.key, order.key if order else "", new=True, paid=paid)


def _city() -> str:
    """Whose money it is when nothing else tells: the city's own agency."""
    return next(code for code, one in identity.agencies().items() if one.kind == "city")


def _entered(
    money: MoneyIn, order: FeeOrder | None, before: int, agency: str, *, by: str, at: datetime
) -> int:
    if order is None:
        moves = unknown(provider=money.provider, amount=money.amount)
    else:
        moves = entered(
            into=till(agency) if money.provider == CASH else clearing(money.provider),
            agency=agency,
            asked=order.amount,
            before=before,
            amount=money.amount,
            open_order=order.state == FeeOrder.State.OPEN,
        )
    return post(
        kind="collected",
        once=f"collected:{money.provider}:{money.transaction}",
        moves=moves,
        by=by,
        at=at,
        agency=agency,
        provider=money.provider,
        about=order.key if order else "",
    )


def _covered(order: FeeOrder, came: int, money: MoneyIn, *, by: str, at: datetime) -> bool:
    """Close an order that is covered now, number its receipt and have it made."""
    if order.state != FeeOrder.State.OPEN or came < order.amount:
        return order.state == FeeOrder.State.PAID
    close_paid(order, provider=money.provider, online=money.provider != CASH, by=by, at=at)
    year = localtime(at).year
    receipt = Receipt.objects.create(
        order=order,
        agency_code=order.agency_code,
        year=year,
        number=next_number(f"payments:receipt:{order.agency_code}:{year}"),
        symbol=f"HP-{year % 100:02d}E",
        issued_at=at,
    )
    enqueue(kind=RECEIPT, subject=receipt.key, once=f"receipt:{receipt.key}", at=at)
    return True
