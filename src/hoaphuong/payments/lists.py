"""What the pages of payments read: orders, refunds, days and lines, under a reader's agencies."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Count, Model, Q, QuerySet, Sum

from hoaphuong.kernel import journal
from hoaphuong.kernel.access import EVERYWHERE
from hoaphuong.kernel.folding import words
from hoaphuong.payments.accounts import midnight
from hoaphuong.payments.models import (
    Attempt,
    Collection,
    Difference,
    FeeOrder,
    Receipt,
    Reconciliation,
    Refund,
)
from hoaphuong.payments.queries import NoSuchOrder

Row = TypeVar("Row", bound=Model)
PAGE = 50
MOST_ROWS = 20_000


@dataclass(frozen=True)
class Page:
    """One page of a list."""

    rows: list[Any]
    number: int
    more: bool


@dataclass(frozen=True)
class Moment:
    """One entry of an order's timeline: the event, when, by which account, with its body."""

    event: str
    at: datetime
    by: str
    body: dict[str, Any]


def of(rows: QuerySet[Row], agencies: Iterable[str]) -> QuerySet[Row]:
    """The rows of these agencies; of all when that is what is held."""
    held = frozenset(agencies)
    return rows if EVERYWHERE in held else rows.filter(agency_code__in=held)


def paged(rows: QuerySet[Any], number: int) -> Page:
    start = (max(number, 1) - 1) * PAGE
    found = list(rows[start : start + PAGE + 1])
    return Page(found[:PAGE], max(number, 1), len(found) > PAGE)


def orders(
    *,
    agencies: Iterable[str],
    search: str = "",
    state: str = "",
    agency: str = "",
    day: date | None = None,
) -> QuerySet[FeeOrder]:
    """Orders, the newest first: by words of payer and dossier without accents, number or code."""
    rows = of(FeeOrder.objects.all(), agencies)
    for word in words(search):
        named = Q(number__icontains=word) | Q(code__icontains=word)
        rows = rows.filter(named | Q(search_text__contains=word))
    if state:
        rows = rows.filter(state=state)
    if agency:
        rows = rows.filter(agency_code=agency)
    if day:
        begins = midnight(day)
        rows = rows.filter(ordered_at__gte=begins, ordered_at__lt=begins + timedelta(days=1))
    return rows.order_by("-ordered_at", "-id")


def came_in(rows: Iterable[FeeOrder]) -> dict[int, int]:
    """Đồng that came in for each of these orders, by their row."""
    sums = Collection.objects.filter(order__in=[one.pk for one in rows]).values_list("order")
    return dict(sums.annotate(sum=Sum("amount")))


def order_of(key: str, agencies: Iterable[str]) -> FeeOrder:
    """An order of one of these agencies; NoSuchOrder."""
    found = of(FeeOrder.objects.filter(key=key), agencies).first()
    if found is None:
        raise NoSuchOrder(key)
    return found


def order_by_token(token: str) -> FeeOrder:
    """The order that a token opens; NoSuchOrder."""
    found = FeeOrder.objects.filter(token=token).first()
    if found is None:
        raise NoSuchOrder(token)
    return found


def own_orders(account: str) -> QuerySet[FeeOrder]:
    """What an account was asked for, the newest first."""
    return FeeOrder.objects.filter(account_key=account).order_by("-ordered_at", "-id")


def receipt_of(order: FeeOrder) -> Receipt | None:
    return Receipt.objects.filter(order=order).first()


def receipt_number(text: str) -> tuple[str, int] | None:
    """Symbol, which may be left out, and number of ``HP-26E 0000123``; None for what is none."""
    symbol, _space, last = text.strip().upper().rpartition(" ")
    known = last.isascii() and last.isdecimal() and len(last) <= 7 and int(last) > 0
    return (symbol.strip(), int(last)) if known else None


def receipts(*, number: tuple[str, int], day: date, amount: int) -> list[Receipt]:
    """Sealed receipts of a day with this number and amount; two agencies may have the same."""
    begins = midnight(day)
    rows = Receipt.objects.select_related("order").filter(
        number=number[1], order__amount=amount, sealed_at__isnull=False, issued_at__gte=begins,
        issued_at__lt=begins + timedelta(days=1),
    )  # fmt: skip
    if number[0]:
        rows = rows.filter(symbol__iexact=number[0])
    return list(rows.order_by("agency_code")[:20])


def money_of(order: FeeOrder) -> list[Collection]:
    """What came in for an order, in its order, with what goes back of it."""
    rows = Collection.objects.filter(order=order).order_by("counted_at", "id")
    return list(rows.prefetch_related("refunds", "chargebacks"))


def newest_attempt(order: FeeOrder, provider: str = "") -> Attempt | None:
    rows = order.attempts.order_by("-id")
    return (rows.filter(provider=provider) if provider else rows).first()


def timeline(order: FeeOrder) -> list[Moment]:
    """What happened to an order, its money and its refunds, in its order."""
    money = money_of(order)
    subjects = [refund.key for one in money for refund in one.refunds.all()]
    # Money comes in before an order is paid by it, in the same moment.
    subjects = [*(one.key for one in money), *subjects, order.key]
    found = [
        Moment(name, at, by, body)
        for subject in subjects
        for _uuid, name, by, body, at in journal.timeline(subject)
    ]
    return sorted(found, key=lambda one: one.at)


def refunds(*, agencies: Iterable[str], waiting: bool) -> QuerySet[Refund]:
    """Refunds that wait for a person, the oldest first; or those that are over."""
    rows = of(Refund.objects.select_related("collection__order"), agencies)
    ended = [Refund.State.SENT, Refund.State.REFUSED]
    if waiting:
        return rows.exclude(state__in=ended).order_by("asked_at", "id")
    return rows.filter(state__in=ended).order_by("-ended_at", "-id")


def refund_of(key: str, agencies: Iterable[str]) -> Refund | None:
    return of(Refund.objects.select_related("collection__order"), agencies).filter(key=key).first()


def days(*, agencies: Iterable[str], provider: str = "") -> QuerySet[Reconciliation]:
    """Compared days, the newest first, with their open differences counted as ``waiting``."""
    rows = of(Reconciliation.objects.all(), agencies)
    if provider:
        rows = rows.filter(provider=provider)
    kinds = {
        f"n_{kind}": Count(
            "differences", filter=Q(differences__kind=kind, differences__state="open")
        )
        for kind in Difference.Kind.values
    }
    waiting = Count("differences", filter=Q(differences__state="open"))
    return rows.annotate(waiting=waiting, **kinds).order_by("-day", "provider", "agency_code")


def day_of(key: str, agencies: Iterable[str]) -> Reconciliation | None:
    return of(Reconciliation.objects.all(), agencies).filter(key=key).first()


def differences(row: Reconciliation) -> list[Difference]:
    """The open ones first."""
    found = list(row.differences.order_by("found_at", "id"))
    return sorted(found, key=lambda one: one.state != Difference.State.OPEN)


def difference_of(key: str, agencies: Iterable[str]) -> Difference | None:
    found = Difference.objects.select_related("reconciliation").filter(key=key).first()
    held = frozenset(agencies)
    if found and (EVERYWHERE in held or found.reconciliation.agency_code in held):
        return found
    return None
