"""Reads of payments; sums are in đồng."""

from collections.abc import Iterable

from django.db.models import Sum

from hoaphuong.payments.contracts import OrderFacts
from hoaphuong.payments.models import Collection, FeeOrder, LedgerAccount, Receipt, Transfer


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
