"""The only writer of procedures and dossiers."""

from hoaphuong.dossiers.actions.bulk import History, Taken, carry_through
from hoaphuong.dossiers.actions.filing import NotOffered, submit, supply, withdraw
from hoaphuong.dossiers.actions.handling import (
    ResultNotIssued,
    ask_supplement,
    decide,
    decline,
    hand_over,
    keep_result,
    process,
    receive,
    stop,
)
from hoaphuong.dossiers.actions.importing import (
    AlreadyCorrected,
    CodeOfAnother,
    StillRejected,
    correct_reject,
    import_procedures,
)
from hoaphuong.dossiers.actions.paying import FEE, NothingAsked, ask_payment, fee_paid
from hoaphuong.dossiers.actions.procedures import store_procedures, store_shipped
from hoaphuong.dossiers.steps import WrongStatus

__all__ = [
    "AlreadyCorrected",
    "CodeOfAnother",
    "FEE",
    "History",
    "NotOffered",
    "NothingAsked",
    "ResultNotIssued",
    "StillRejected",
    "Taken",
    "WrongStatus",
    "ask_payment",
    "ask_supplement",
    "carry_through",
    "correct_reject",
    "decide",
    "decline",
    "fee_paid",
    "hand_over",
    "import_procedures",
    "keep_result",
    "process",
    "receive",
    "stop",
    "store_procedures",
    "store_shipped",
    "submit",
    "supply",
    "withdraw",
]
