"""The payer hears of the receipt, of money that did not fit and of what goes back, each once."""

from datetime import date

from django.utils import timezone

from hoaphuong.identity import queries as identity
from hoaphuong.kernel.reactions import Fact, Reaction
from hoaphuong.kernel.values import Money, Ref
from hoaphuong.notices import actions as notices
from hoaphuong.notices.contracts import NEWS_FOR, Named, Value
from hoaphuong.payments import queries
from hoaphuong.payments.models import Collection, FeeOrder, Receipt, Refund
from hoaphuong.payments.receipts import called


def _tell(fact: Fact, order: FeeOrder | None, kind: str, **more: Value | int) -> None:
    """Amounts are given in đồng; an order without an account has nobody to tell."""
    if order is None or not order.account_key:
        return
    if timezone.now() - fact.occurred_at > NEWS_FOR:
        return
    agency = identity.agency(order.agency_code)
    facts: dict[str, Value] = {
        "number": order.number,
        "dossier": order.about_number,
        "agency": Named(agency.name, agency.name_en),
    }
    facts |= {
        name: Money(value) if isinstance(value, int) else value  # type: ignore[arg-type]
        for name, value in more.items()
    }
    notices.tell(
        kind=f"payments.{kind}",
        account=order.account_key,
        about=Ref(order.key),
        facts=facts,
        once=str(fact.uuid),
        at=fact.occurred_at,
    )


def receipt_ready(fact: Fact) -> None:
    """The receipt is sealed."""
    receipt = Receipt.objects.select_related("order").get(key=fact.body["receipt"])
    order = receipt.order
    _tell(fact, order, "receipt_ready", amount=order.amount, receipt=called(receipt))


def money_came(fact: Fact) -> None:
    """Too little or too much of it came; what fits is told by the receipt."""
    money = Collection.objects.select_related("order").get(key=fact.subject)
    order = money.order
    if order is None:
        return
    held = queries.credited(money.entry.once)
    if over := held.get("over", 0):
        gone = order.state == FeeOrder.State.CANCELLED
        _tell(fact, order, "not_asked_for" if gone else "paid_too_much", over=over)
    elif paid := held.get("part", 0):
        left = order.amount - queries.came_up_to(money)
        _tell(fact, order, "paid_too_little", paid=paid, left=left)


def no_longer_asked(fact: Fact) -> None:
    """An order was cancelled towards which money had come."""
    if over := queries.credited(f"cancelled:{fact.subject}").get("over", 0):
        _tell(fact, FeeOrder.objects.get(key=fact.subject), "not_asked_for", over=over)


def _refund(fact: Fact) -> Refund:
    return Refund.objects.select_related("collection__order").get(key=fact.subject)


def refund_settled(fact: Fact) -> None:
    """A second person decided."""
    refund = _refund(fact)
    kind = "refund_approved" if fact.body["approved"] else "refund_refused"
    _tell(fact, refund.collection.order, kind, amount=refund.amount)


def refund_sent(fact: Fact) -> None:
    """The money has gone back."""
    refund, on = _refund(fact), date.fromisoformat(fact.body["sent_on"])
    _tell(fact, refund.collection.order, "refund_sent", amount=refund.amount, sent_on=on)


TELLING = [
    Reaction("payments.tell_receipt", "payments.receipt_sealed", receipt_ready),
    Reaction("payments.tell_money", "payments.payment_collected", money_came),
    Reaction("payments.tell_cancelled", "payments.order_cancelled", no_longer_asked),
    Reaction("payments.tell_settled", "payments.refund_settled", refund_settled),
    Reaction("payments.tell_sent", "payments.refund_sent", refund_sent),
]
