"""Rows of payments: orders and what came in, the ledger, and the comparison with providers."""

from hoaphuong.payments.models.ledger import LedgerAccount, LedgerEntry, Transfer
from hoaphuong.payments.models.orders import (
    Attempt,
    Chargeback,
    Collection,
    FeeOrder,
    Receipt,
    Refund,
)
from hoaphuong.payments.models.reconciling import (
    Difference,
    Reconciliation,
    Statement,
    StatementLine,
)

__all__ = [
    "Attempt",
    "Chargeback",
    "Collection",
    "Difference",
    "FeeOrder",
    "LedgerAccount",
    "LedgerEntry",
    "Receipt",
    "Reconciliation",
    "Refund",
    "Statement",
    "StatementLine",
    "Transfer",
]
