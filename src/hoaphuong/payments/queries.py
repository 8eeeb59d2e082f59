"""Reads of payments; sums are in đồng."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Sum

from hoaphuong.payments.contracts import OrderFacts
from hoaphuong.payments.models import (
    Attempt,
    Collection,
    FeeOrder,
    LedgerAccount,
    Receipt,
    Refund,
    Transfer,
)
from hoaphuong.payments.providers.base import Listed


class NoSuchOrder(LookupError):
    """No order has this key."""


def balance(code: str) -> int:
    """Debits less credits of one account; 0 for one that was never used."""
    account = LedgerAccount.objects.filter(code=code).first()
    if account is None:
        return 0
    debits = Transfer.objects.filter(debit=account).aggregate(sum=Sum("amount"))["sum"] or 0
    credits = Transfer.objects.filter(credit=account).aggregate(sum=Sum("amount"))["sum"] or 0
    return debits - credits


def balances(agencies: Iterable[str] | None = None) -> dict[str, int]:
    """Every account's balance by its code; of some agencies only when they are named."""
    rows = LedgerAccount.objects.all()
    if agencies is not None:
        rows = rows.filter(agency_code__in=list(agencies))
    found = {pk: (code, 0) for pk, code in rows.values_list("pk", "code")}
    for side, sign in (("debit", 1), ("credit", -1)):
        sums = Transfer.objects.filter(**{f"{side}__in": found}).values_list(side)
        for pk, amount in sums.annotate(sum=Sum("amount")):
            code, sofar = found[pk]
            found[pk] = (code, sofar + sign * amount)
    return dict(found.values())


def credited(once: str) -> dict[str, int]:
    """What an entry credited, in đồng by the kind of account; empty when there is no such entry."""
    rows = Transfer.objects.filter(entry__once=once).values_list("credit__code", "amount")
    found: dict[str, int] = {}
    for code, amount in rows:
        kind = code.partition(":")[0]
        found[kind] = found.get(kind, 0) + amount
    return found


def came_up_to(money: Collection) -> int:
    """Đồng that had come in for an order, this money among them."""
    rows = Collection.objects.filter(order=money.order, pk__lte=money.pk)
    return rows.aggregate(sum=Sum("amount"))["sum"] or 0


@dataclass(frozen=True)
class FeeBack:
    """What of a paid fee has gone back, in đồng, and when the last of it did."""

    amount: int
    at: datetime
    whole: bool


def sent_back(order: FeeOrder) -> list[Refund]:
    """What has gone back of an order's money, in its order."""
    rows = Refund.objects.filter(collection__order=order, state=Refund.State.SENT)
    return list(rows.order_by("ended_at", "id"))


def fee_back(order: FeeOrder) -> FeeBack | None:
    """What of the fee itself has gone back, for which the receipt stands; None for nothing."""
    gone = [one for one in sent_back(order) if one.source == Refund.Source.FEES and one.ended_at]
    if not gone:
        return None
    amount, last = sum(one.amount for one in gone), gone[-1].ended_at
    assert last is not None
    return FeeBack(amount, last, amount >= order.amount)


def order_facts(order: FeeOrder) -> OrderFacts:
    paid = Collection.objects.filter(order=order).aggregate(sum=Sum("amount"))["sum"] or 0
    receipt = Receipt.objects.filter(order=order, sealed_at__isnull=False).first()
    return OrderFacts(
        key=order.key,
        number=order.number,
        about_kind=order.about_kind,
        about=order.about,
        agency=order.agency_code,
        amount=order.amount,
        paid=paid,
        state=order.state,
        ended_at=order.ended_at,
        receipt=receipt.file_key if receipt else "",
        token=order.token,
    )


def order(key: str) -> OrderFacts:
    """NoSuchOrder."""
    found = FeeOrder.objects.filter(key=key).first()
    if found is None:
        raise NoSuchOrder(key)
    return order_facts(found)


def orders_about(kind: str, about: str) -> list[OrderFacts]:
    """The orders for one thing, the newest first."""
    rows = FeeOrder.objects.filter(about_kind=kind, about=about).order_by("-ordered_at", "-id")
    return [order_facts(one) for one in rows]


def refundable(money: Collection, source: str) -> int:
    """What can still go back of money that came in, from one source, in đồng.

    From ``fees`` only of a paid order, ``over`` and ``part`` what its agency holds of them; never
    more than came in less what goes back already.
    """
    going = money.refunds.exclude(state=Refund.State.REFUSED)
    back = going.aggregate(sum=Sum("amount"))["sum"] or 0
    left = money.amount - back
    order = money.order
    if order is None:
        return 0
    came = Collection.objects.filter(order=order).aggregate(sum=Sum("amount"))["sum"] or 0
    of_order = Refund.objects.filter(collection__order=order, source=source)
    gone = of_order.exclude(state=Refund.State.REFUSED).aggregate(sum=Sum("amount"))["sum"] or 0
    held = {
        FeeOrder.State.OPEN: {"part": came},
        FeeOrder.State.PAID: {"fees": order.amount, "over": came - order.amount},
        FeeOrder.State.CANCELLED: {"over": came},
    }[FeeOrder.State(order.state)].get(source, 0)
    return max(0, min(left, held - gone))


def by_agency(provider: str, listed: Sequence[Listed]) -> dict[str, list[Listed]]:
    """The lines of a provider's list by the agency whose money they are; "" when none is known."""
    numbers, references = [one.transaction for one in listed], [one.reference for one in listed]
    counted = Collection.objects.filter(provider=provider, transaction__in=numbers)
    of_money = dict(counted.values_list("transaction", "agency_code"))
    attempts = Attempt.objects.filter(provider=provider, reference__in=references)
    of_attempt = dict(attempts.values_list("reference", "order__agency_code"))
    codes = FeeOrder.objects.filter(code__in=[text[:-2] for text in references])
    of_order = dict(codes.values_list("code", "agency_code"))
    found: dict[str, list[Listed]] = {}
    for one in listed:
        agency = (
            of_money.get(one.transaction)
            or of_attempt.get(one.reference)
            or of_order.get(one.reference[:-2], "")
        )
        found.setdefault(agency, []).append(one)
    return found


def agencies_with_money(provider: str, day: date) -> set[str]:
    """Agencies for which money of a provider was counted for a day."""
    rows = Collection.objects.filter(provider=provider, day=day)
    return set(rows.values_list("agency_code", flat=True))
