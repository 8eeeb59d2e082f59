"""What happens to money, as facts with codes and references only; and answers to other apps."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from hoaphuong.kernel.values import Code, Money, Ref


@dataclass(frozen=True)
class OrderMade:
    """An agency asks for a fee."""

    name: ClassVar[str] = "payments.order_made"
    subject: ClassVar[str] = "order"
    order: Ref
    about_kind: Code
    about: Ref
    agency: Code
    amount: Money
    full: Money
    ordered_on: date


@dataclass(frozen=True)
class OrderCancelled:
    """An order is no longer asked for."""

    name: ClassVar[str] = "payments.order_cancelled"
    subject: ClassVar[str] = "order"
    order: Ref
    about_kind: Code
    about: Ref
    agency: Code
    cancelled_on: date


@dataclass(frozen=True)
class AttemptStarted:
    """A payer opened a way to pay."""

    name: ClassVar[str] = "payments.attempt_started"
    subject: ClassVar[str] = "order"
    order: Ref
    attempt: Ref
    provider: Code
    amount: Money


@dataclass(frozen=True)
class AttemptFailed:
    """A provider says that an attempt came to nothing; ``said`` is its own code."""

    name: ClassVar[str] = "payments.attempt_failed"
    subject: ClassVar[str] = "order"
    order: Ref
    attempt: Ref
    provider: Code
    said: Code


@dataclass(frozen=True)
class AmountDoubted:
    """A provider says that another amount was paid than asked for: it is asked back."""

    name: ClassVar[str] = "payments.amount_doubted"
    subject: ClassVar[str] = "order"
    order: Ref
    attempt: Ref
    provider: Code
    asked: Money
    said: Money


@dataclass(frozen=True)
class PaymentCollected:
    """Money came in; ``order`` is empty when we know none for it."""

    name: ClassVar[str] = "payments.payment_collected"
    subject: ClassVar[str] = "collection"
    collection: Ref
    order: Ref
    agency: Code
    provider: Code
    online: bool
    amount: Money
    paid_on: date


@dataclass(frozen=True)
class OrderPaid:
    """What came in covers what was asked; ``online`` unless it was paid at the counter."""

    name: ClassVar[str] = "payments.order_paid"
    subject: ClassVar[str] = "order"
    order: Ref
    about_kind: Code
    about: Ref
    agency: Code
    provider: Code
    online: bool
    amount: Money
    paid_at: datetime


@dataclass(frozen=True)
class ReceiptSealed:
    """The payer's receipt is there; seconds since the order was paid."""

    name: ClassVar[str] = "payments.receipt_sealed"
    subject: ClassVar[str] = "order"
    order: Ref
    receipt: Ref
    agency: Code
    sealed_on: date
    seconds: int


@dataclass(frozen=True)
class ReceiptNotSealed:
    """Nobody sealed a receipt for two days: it waits until it is tried again."""

    name: ClassVar[str] = "payments.receipt_not_sealed"
    subject: ClassVar[str] = "order"
    order: Ref
    receipt: Ref
    agency: Code


@dataclass(frozen=True)
class RefundAsked:
    """Somebody wants money to go back."""

    name: ClassVar[str] = "payments.refund_asked"
    subject: ClassVar[str] = "refund"
    refund: Ref
    collection: Ref
    agency: Code
    amount: Money


@dataclass(frozen=True)
class RefundSettled:
    """A second person approved a refund, or refused it."""

    name: ClassVar[str] = "payments.refund_settled"
    subject: ClassVar[str] = "refund"
    refund: Ref
    agency: Code
    approved: bool


@dataclass(frozen=True)
class RefundSent:
    """The money has gone back."""

    name: ClassVar[str] = "payments.refund_sent"
    subject: ClassVar[str] = "refund"
    refund: Ref
    order: Ref
    agency: Code
    provider: Code
    amount: Money
    sent_on: date


@dataclass(frozen=True)
class RefundNotSent:
    """The provider does not send an approved refund: a person pays it back."""

    name: ClassVar[str] = "payments.refund_not_sent"
    subject: ClassVar[str] = "refund"
    refund: Ref
    agency: Code
    provider: Code


@dataclass(frozen=True)
class ChargedBack:
    """The payer's bank took the money back."""

    name: ClassVar[str] = "payments.charged_back"
    subject: ClassVar[str] = "collection"
    collection: Ref
    agency: Code
    provider: Code
    amount: Money
    taken_on: date


@dataclass(frozen=True)
class CashBanked:
    """Cash of an agency's till was brought to its bank."""

    name: ClassVar[str] = "payments.cash_banked"
    subject: ClassVar[str] = "banking"
    banking: Ref
    agency: Code
    amount: Money
    banked_on: date


@dataclass(frozen=True)
class StatementRead:
    """A bank's file was read; counts of lines."""

    name: ClassVar[str] = "payments.statement_read"
    subject: ClassVar[str] = "statement"
    statement: Ref
    lines: int
    new_lines: int
    matched: int


@dataclass(frozen=True)
class StatementLineMatched:
    """A line of a statement was counted for an order; ``by_hand`` when a person chose that."""

    name: ClassVar[str] = "payments.statement_line_matched"
    subject: ClassVar[str] = "order"
    order: Ref
    line: Ref
    agency: Code
    amount: Money
    by_hand: bool


@dataclass(frozen=True)
class StatementLineSetAside:
    """A person says that a line of a statement is no fee."""

    name: ClassVar[str] = "payments.statement_line_set_aside"
    subject: ClassVar[str] = "line"
    line: Ref
    amount: Money


@dataclass(frozen=True)
class DayCompared:
    """Our books of one day were compared with a provider's list; ``apart`` differs, unsettled."""

    name: ClassVar[str] = "payments.day_compared"
    subject: ClassVar[str] = "reconciliation"
    reconciliation: Ref
    provider: Code
    agency: Code
    day: date
    matched: int
    different: int
    ours: Money
    theirs: Money
    apart: Money | None = None


@dataclass(frozen=True)
class DifferenceSettled:
    """A person settled a difference: ``how`` is accept_theirs, keep_ours or counted."""

    name: ClassVar[str] = "payments.difference_settled"
    subject: ClassVar[str] = "reconciliation"
    reconciliation: Ref
    difference: Ref
    agency: Code
    how: Code
    amount: Money


@dataclass(frozen=True)
class DayClosed:
    """An accountant closed a compared day."""

    name: ClassVar[str] = "payments.day_closed"
    subject: ClassVar[str] = "reconciliation"
    reconciliation: Ref
    provider: Code
    agency: Code
    day: date


@dataclass(frozen=True)
class MoneyIn:
    """Money as a provider or the counter says it came: amounts in đồng.

    ``reference`` is an attempt's; or ``order`` is an order's key, for a transfer or cash.
    """

    provider: str
    transaction: str
    amount: int
    paid_at: datetime
    reference: str = ""
    order: str = ""
    agency: str = ""


@dataclass(frozen=True)
class OrderFacts:
    """One order, as other apps and pages may have it; ``paid`` is what came in, in đồng."""

    key: str
    number: str
    about_kind: str
    about: str
    agency: str
    amount: int
    paid: int
    state: str
    ended_at: datetime | None
    receipt: str
    token: str

    @property
    def left(self) -> int:
        """What is still to be paid, in đồng."""
        return max(0, self.amount - self.paid)
