"""An agency asks for a fee, or no longer does."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.timezone import localdate, localtime

from hoaphuong.kernel import journal
from hoaphuong.kernel.folding import fold
from hoaphuong.kernel.numbering import next_number
from hoaphuong.kernel.values import Code, Money, Ref
from hoaphuong.payments.actions.ledger import post
from hoaphuong.payments.contracts import OrderCancelled, OrderMade, OrderPaid
from hoaphuong.payments.fees import Line
from hoaphuong.payments.models import Collection, FeeOrder
from hoaphuong.payments.rules import Move, of

State = FeeOrder.State
# Capital letters and digits that a person does not mistake for one another.
LETTERS = "ACDEFGHJKLMNPQRTUVWXY34679"
NOBODY = "nobody"


class NotOpen(Exception):
    """The order is paid or cancelled."""


@transaction.atomic
def order(
    *,
    about_kind: str,
    about: str,
    about_number: str,
    agency: str,
    account: str,
    payer_name: str,
    lines: Sequence[Line],
    by: str,
    at: datetime,
) -> FeeOrder:
    """Ask one payer for a fee; one that comes to nothing is paid at once.

    Raises IntegrityError when an order for the same thing is open.
    """
    year = localtime(at).year
    amount = sum(line.amount for line in lines)
    made = FeeOrder.objects.create(
        number=f"PT{year % 100:02d}.{next_number(f'payments:order:{year}'):06d}",
        code="HP" + "".join(secrets.choice(LETTERS) for _ in range(8)),
        about_kind=about_kind,
        about=about,
        about_number=about_number,
        agency_code=agency,
        account_key=account,
        payer_name=payer_name,
        lines=[asdict(line) for line in lines],
        amount=amount,
        ordered_at=at,
        by_key=by,
        search_text=fold(f"{about_number} {payer_name}")[:400],
    )
    event = OrderMade(
        order=Ref(made.key),
        about_kind=Code(about_kind),
        about=Ref(about),
        agency=Code(agency),
        amount=dong(amount),
        full=dong(sum(line.full for line in lines)),
        ordered_on=localdate(at),
    )
    journal.record(event, by=by, occurred_at=at)
    if amount == 0:
        close_paid(made, provider=NOBODY, online=False, by=by, at=at)
    return made


@transaction.atomic
def cancel(*, key: str, by: str, at: datetime) -> FeeOrder:
    """No longer ask; what came in already is owed back. NotOpen."""
    found = locked(key)
    if found.state != State.OPEN:
        raise NotOpen(found.state)
    found.state, found.ended_at = State.CANCELLED, at
    found.save(update_fields=["state", "ended_at"])
    if came := collected_for(found):
        agency = found.agency_code
        post(
            kind="cancelled",
            once=f"cancelled:{key}",
            moves=[Move(of("part", agency), of("over", agency), came)],
            by=by,
            at=at,
            agency=agency,
            about=key,
        )
    event = OrderCancelled(
        order=Ref(key),
        about_kind=Code(found.about_kind),
        about=Ref(found.about),
        agency=Code(found.agency_code),
        cancelled_on=localdate(at),
    )
    journal.record(event, by=by, occurred_at=at)
    return found


def dong(amount: int) -> Money:
    return Money(amount)  # type: ignore[arg-type]


def locked(key: str) -> FeeOrder:
    """The order, kept from others until the transaction ends; FeeOrder.DoesNotExist."""
    return FeeOrder.objects.select_for_update().get(key=key)


def collected_for(found: FeeOrder) -> int:
    """Đồng that came in for an order so far."""
    return Collection.objects.filter(order=found).aggregate(sum=Sum("amount"))["sum"] or 0


def close_paid(found: FeeOrder, *, provider: str, online: bool, by: str, at: datetime) -> None:
    """The order is covered: whoever waits for that hears it."""
    found.state, found.ended_at = State.PAID, at
    found.save(update_fields=["state", "ended_at"])
    event = OrderPaid(
        order=Ref(found.key),
        about_kind=Code(found.about_kind),
        about=Ref(found.about),
        agency=Code(found.agency_code),
        provider=Code(provider),
        online=online,
        amount=dong(found.amount),
        paid_at=at,
    )
    journal.record(event, by=by, occurred_at=at)
