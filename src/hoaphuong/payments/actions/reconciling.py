"""Each day of a provider is compared with the provider's own list; differences are settled."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet, Sum

from hoaphuong.kernel import journal
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.payments.actions.collecting import collect
from hoaphuong.payments.actions.ledger import post
from hoaphuong.payments.actions.orders import dong
from hoaphuong.payments.contracts import DayClosed, DayCompared, DifferenceSettled, MoneyIn
from hoaphuong.payments.models import Attempt, Collection, Difference, FeeOrder, Reconciliation
from hoaphuong.payments.providers.base import VIETNAM, Listed
from hoaphuong.payments.rules import settled

Kind, State = Difference.Kind, Difference.State
# How a person settles a difference.
COUNT, ACCEPT, KEEP = "count", "accept", "keep"
WAYS = {
    Kind.MISSING_HERE: (COUNT, KEEP),
    Kind.MISSING_THERE: (ACCEPT, KEEP),
    Kind.DIFFERENT: (ACCEPT, KEEP),
}


class AlreadySettled(Exception):
    """The difference is settled, or gone."""


class WrongWay(Exception):
    """This kind of difference is not settled so."""


class StillOpen(Exception):
    """The day has open differences, or was not compared."""


@transaction.atomic
def compare(
    *,
    provider: str,
    agency: str,
    day: date,
    listed: Sequence[Listed],
    by: str,
    at: datetime,
) -> Reconciliation:
    """Compare our books of a day with the lines of the provider's list that are this agency's.

    It may be done again: what has since been counted is matched, what was found before and is no
    longer so is gone, what a person settled stays as it is.
    """
    row, _made = Reconciliation.objects.select_for_update().get_or_create(
        provider=provider,
        agency_code=agency,
        day=day,
        defaults={
            "matched": 0, "ours": 0, "theirs": 0, "ours_amount": 0, "theirs_amount": 0,
        },
    )  # fmt: skip
    ours = {one.transaction: one for one in _ours(provider, agency, day, listed)}
    theirs = {one.transaction: one for one in listed}
    found = _differences(ours, theirs, day)
    _note(row, found, at=at)
    row.matched = len([t for t in theirs if t in ours and ours[t].amount == theirs[t].amount])
    row.ours, row.theirs = len(ours), len(theirs)
    row.ours_amount = sum(one.amount for one in ours.values())
    row.theirs_amount = sum(one.amount for one in theirs.values())
    row.compared_at = at
    row.tried_at, row.fault, row.again_at = None, "", None
    if row.closed_at is not None and _open(row).exists():
        row.closed_at, row.closed_by = None, ""
    row.save()
    event = DayCompared(
        reconciliation=Ref(row.key),
        provider=Code(provider),
        agency=Code(agency),
        day=day,
        matched=row.matched,
        different=len(found),
        ours=dong(row.ours_amount),
        theirs=dong(row.theirs_amount),
        apart=dong(sum(abs((one.theirs or 0) - (one.ours or 0)) for one in _open(row))),
    )
    journal.record(event, by=by, occurred_at=at)
    return row


@transaction.atomic
def not_compared(
    *, provider: str, agency: str, day: date, fault: str, again_at: datetime | None, at: datetime
) -> Reconciliation:
    """Note that a day could not be compared, why, and when it is tried again.

    What was compared before stays.
    """
    ours = Collection.objects.filter(provider=provider, agency_code=agency, day=day)
    row, _made = Reconciliation.objects.select_for_update().get_or_create(
        provider=provider,
        agency_code=agency,
        day=day,
        defaults={"matched": 0, "ours": 0, "theirs": 0, "ours_amount": 0, "theirs_amount": 0},
    )
    if row.compared_at is None:
        row.ours = ours.count()
        row.ours_amount = ours.aggregate(sum=Sum("amount"))["sum"] or 0
    row.tried_at, row.fault, row.again_at = at, fault, again_at
    row.save()
    return row


def _ours(provider: str, agency: str, day: date, listed: Iterable[Listed]) -> QuerySet[Collection]:
    """What we counted for that day, and what the list has that we counted on another one."""
    named = [one.transaction for one in listed]
    mine = Collection.objects.filter(provider=provider)
    return mine.filter(Q(agency_code=agency, day=day) | Q(transaction__in=named))


def _differences(
    ours: dict[str, Collection], theirs: dict[str, Listed], day: date
) -> dict[str, tuple[str, int | None, int | None, str]]:
    """Transaction → kind, our amount, their amount, reference."""
    found: dict[str, tuple[str, int | None, int | None, str]] = {}
    for number in ours.keys() | theirs.keys():
        mine, other = ours.get(number), theirs.get(number)
        if mine is None and other is not None:
            found[number] = (Kind.MISSING_HERE, None, other.amount, other.reference)
        elif other is None and mine is not None:
            found[number] = (Kind.MISSING_THERE, mine.amount, None, "")
        elif mine is not None and other is not None and mine.amount != other.amount:
            found[number] = (Kind.DIFFERENT, mine.amount, other.amount, other.reference)
    return found


def _note(
    row: Reconciliation,
    found: dict[str, tuple[str, int | None, int | None, str]],
    *,
    at: datetime,
) -> None:
    known = {one.transaction: one for one in row.differences.select_for_update()}
    for number, (kind, ours, theirs, reference) in found.items():
        one = known.pop(number, None) or Difference(
            reconciliation=row, transaction=number, found_at=at
        )
        if one.state == State.SETTLED and (one.ours, one.theirs) == (ours, theirs):
            continue
        one.kind, one.ours, one.theirs, one.reference = kind, ours, theirs, reference
        one.state = State.OPEN
        one.save()
    for one in known.values():
        if one.state == State.OPEN:
            one.state = State.GONE
            one.save(update_fields=["state"])


def _open(row: Reconciliation) -> QuerySet[Difference]:
    return row.differences.filter(state=State.OPEN)


@transaction.atomic
def settle_difference(*, key: str, how: str, reason: str, by: str, at: datetime) -> Difference:
    """A person settles a difference; AlreadySettled, WrongWay.

    ``count``: the provider's money is counted here. ``accept``: the provider is right, our books
    follow by an entry. ``keep``: ours stand, the provider corrects its own.
    """
    rows = Difference.objects.select_for_update(of=("self",)).select_related("reconciliation")
    one = rows.get(key=key)
    if one.state != State.OPEN:
        raise AlreadySettled(one.state)
    if how not in WAYS[Kind(one.kind)]:
        raise WrongWay(how)
    day = one.reconciliation
    if how == COUNT:
        collect(money=_money(one), by=by, at=at)
    elif how == ACCEPT:
        post(
            kind="settled",
            once=f"settled:{key}",
            moves=settled(provider=day.provider, ours=one.ours or 0, theirs=one.theirs or 0),
            by=by,
            at=at,
            agency=day.agency_code,
            provider=day.provider,
            about=key,
        )
    one.state, one.how, one.reason = State.SETTLED, how, reason
    one.settled_by, one.settled_at = by, at
    one.save()
    event = DifferenceSettled(
        reconciliation=Ref(day.key),
        difference=Ref(key),
        agency=Code(day.agency_code),
        how=Code(how),
        amount=dong(abs((one.theirs or 0) - (one.ours or 0))),
    )
    journal.record(event, by=by, occurred_at=at)
    return one


def _money(one: Difference) -> MoneyIn:
    """What the provider's list says came in; it finds its order by the reference."""
    day = one.reconciliation
    known = Attempt.objects.filter(provider=day.provider, reference=one.reference).exists()
    order = "" if known else _order_of(one.reference)
    at = datetime.combine(day.day, datetime.min.time(), tzinfo=VIETNAM)
    return MoneyIn(
        provider=day.provider,
        transaction=one.transaction,
        amount=one.theirs or 0,
        paid_at=at,
        reference=one.reference,
        order=order,
        agency=day.agency_code,
    )


def _order_of(reference: str) -> str:
    found = FeeOrder.objects.filter(code=reference[:-2]).first() if len(reference) > 2 else None
    return found.key if found else ""


@transaction.atomic
def close_day(*, key: str, by: str, at: datetime) -> Reconciliation:
    """The accountant closes a day without open differences; StillOpen."""
    row = Reconciliation.objects.select_for_update().get(key=key)
    if row.closed_at is not None:
        return row
    if row.compared_at is None or _open(row).exists():
        raise StillOpen(key)
    row.closed_at, row.closed_by = at, by
    row.save(update_fields=["closed_at", "closed_by"])
    event = DayClosed(
        reconciliation=Ref(key),
        provider=Code(row.provider),
        agency=Code(row.agency_code),
        day=row.day,
    )
    journal.record(event, by=by, occurred_at=at)
    return row
