"""The ledger as an agency's accountant reads it; amounts in đồng, debit less credit."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from hoaphuong.payments.models import (
    Collection,
    FeeOrder,
    LedgerAccount,
    LedgerEntry,
    Receipt,
    Refund,
    Transfer,
)
from hoaphuong.payments.rules import till


@dataclass(frozen=True)
class Period:
    """Days, both included."""

    first: date
    last: date

    @property
    def begins(self) -> datetime:
        return midnight(self.first)

    @property
    def ends(self) -> datetime:
        return midnight(self.last + timedelta(days=1))


@dataclass(frozen=True)
class Booking:
    """One transfer as one account sees it, with the balance after it."""

    at: datetime
    entry: str
    kind: str
    about: str
    against: str
    debit: int
    credit: int
    balance: int


@dataclass(frozen=True)
class Statement:
    """An account in a period."""

    account: str
    opening: int
    bookings: tuple[Booking, ...]
    closing: int


def midnight(day: date) -> datetime:
    """When a day of the city begins."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())


def _of_agency(agency: str) -> QuerySet[Transfer]:
    """An agency's transfers: what it moved on a provider's account is its share of that account."""
    return Transfer.objects.filter(entry__agency_code=agency)


def balances(agency: str, *, before: datetime | None = None) -> dict[str, int]:
    """An agency's balance of each account, by its code; they add up to zero."""
    rows = _of_agency(agency)
    if before:
        rows = rows.filter(entry__occurred_at__lt=before)
    found: dict[str, int] = {}
    for side, sign in (("debit", 1), ("credit", -1)):
        sums = rows.values_list(f"{side}__code").order_by().annotate(sum=Sum("amount"))
        for code, amount in sums:
            found[code] = found.get(code, 0) + sign * amount
    return dict(sorted(found.items()))


def kinds(codes: list[str]) -> dict[str, str]:
    """Asset, liability, income or expense, by the account's code."""
    rows = LedgerAccount.objects.filter(code__in=codes)
    return dict(rows.values_list("code", "kind"))


def statements(agency: str, period: Period) -> Iterator[Statement]:
    """Every account that an agency moved money on until the period's end."""
    opening = balances(agency, before=period.begins)
    for code in balances(agency, before=period.ends):
        bookings = tuple(_bookings(agency, code, period, opening.get(code, 0)))
        closing = bookings[-1].balance if bookings else opening.get(code, 0)
        yield Statement(code, opening.get(code, 0), bookings, closing)


def _bookings(agency: str, code: str, period: Period, balance: int) -> Iterator[Booking]:
    mine = Q(debit__code=code) | Q(credit__code=code)
    rows = _of_agency(agency).filter(
        mine, entry__occurred_at__gte=period.begins, entry__occurred_at__lt=period.ends
    )
    rows = rows.select_related("entry", "debit", "credit")
    orders = _numbers(rows)
    for one in rows.order_by("entry__occurred_at", "entry_id", "place"):
        debit = one.amount if one.debit.code == code else 0
        credit = one.amount - debit
        balance += debit - credit
        against = one.credit.code if debit else one.debit.code
        entry = one.entry
        about = orders.get(entry.about, "")
        yield Booking(
            entry.occurred_at, entry.key, entry.kind, about, against, debit, credit, balance
        )


def _numbers(rows: QuerySet[Transfer]) -> dict[str, str]:
    """Numbers of the orders that entries are about, by the order's key."""
    about = rows.order_by().values("entry__about")
    return dict(FeeOrder.objects.filter(key__in=about).values_list("key", "number"))


@dataclass(frozen=True)
class Collected:
    """One line of a paid order as the treasury wants it: without the payer."""

    paid_on: date
    order: str
    receipt: str
    fee: str
    kind: str
    name: str
    amount: int
    provider: str
    transaction: str


def for_treasury(agency: str, period: Period) -> Iterator[Collected]:
    """The lines of the orders that were paid in a period, in their order."""
    paid = FeeOrder.objects.filter(
        agency_code=agency, state=FeeOrder.State.PAID,
        ended_at__gte=period.begins, ended_at__lt=period.ends,
    ).order_by("ended_at", "id")  # fmt: skip
    keys = [one.pk for one in paid]
    receipts = {one.order_id: one for one in Receipt.objects.filter(order__in=keys)}
    money: dict[int | None, list[Collection]] = {}
    for came in Collection.objects.filter(order__in=keys).order_by("counted_at", "id"):
        money.setdefault(came.order_id, []).append(came)
    for order in paid:
        receipt, came_in = receipts.get(order.pk), money.get(order.pk, [])
        for line in order.lines:
            yield Collected(
                paid_on=timezone.localdate(order.ended_at),
                order=order.number,
                receipt=f"{receipt.symbol} {receipt.number:07d}" if receipt else "",
                fee=line["code"],
                kind=line["kind"],
                name=line["name"],
                amount=line["amount"],
                provider=" ".join(dict.fromkeys(one.provider for one in came_in)),
                transaction=" ".join(one.transaction for one in came_in),
            )


@dataclass(frozen=True)
class Till:
    """The till of an agency on a day: what came in, went back and was brought to the bank."""

    holds: int
    came: int
    back: int
    brought: int
    money: tuple[Collection, ...]
    banked: tuple[tuple[datetime, int, str], ...]


def till_of(agency: str, day: date) -> Till:
    """``holds`` is what should lie in it now; the others are of the day."""
    period = Period(day, day)
    cash = Collection.objects.filter(provider="cash", agency_code=agency)
    today = tuple(
        cash.filter(counted_at__gte=period.begins, counted_at__lt=period.ends)
        .select_related("order")
        .order_by("-counted_at", "-id")
    )
    back = Refund.objects.filter(
        collection__provider="cash", agency_code=agency, state=Refund.State.SENT,
        ended_at__gte=period.begins, ended_at__lt=period.ends,
    )  # fmt: skip
    banked = LedgerEntry.objects.filter(
        kind="banked", agency_code=agency,
        occurred_at__gte=period.begins, occurred_at__lt=period.ends,
    )  # fmt: skip
    rows = banked.annotate(sum=Sum("transfers__amount")).order_by("-occurred_at")
    listed = tuple(rows.values_list("occurred_at", "sum", "by_key"))
    return Till(
        holds=balances(agency).get(till(agency), 0),
        came=sum(one.amount for one in today),
        back=back.aggregate(sum=Sum("amount"))["sum"] or 0,
        brought=sum(amount for _at, amount, _by in listed),
        money=today,
        banked=listed,
    )
