"""The only writers of payments."""

from hoaphuong.payments.actions.attempts import (
    NothingToPay,
    asked,
    ended,
    ask_back,
    opened,
    start,
)
from hoaphuong.payments.actions.collecting import Counted, Untrue, collect
from hoaphuong.payments.actions.ledger import AlreadyEntered, post
from hoaphuong.payments.actions.orders import NotOpen, cancel, order
from hoaphuong.payments.actions.receipts import (
    RECEIPT,
    put_before_seal,
    seal_receipt,
    try_receipts_again,
)
from hoaphuong.payments.actions.reconciling import (
    AlreadySettled,
    StillOpen,
    WrongWay,
    close_day,
    compare,
    settle_difference,
)
from hoaphuong.payments.actions.refunds import (
    REFUND,
    NotYours,
    Settled,
    TooMuch,
    ask_refund,
    charge_back,
    refund_sent,
    settle_refund,
)

__all__ = [
    "AlreadyEntered",
    "AlreadySettled",
    "Counted",
from hoaphuong.payments.actions.statements import (
    MATCH,
    NoReason,
    NotWaiting,
    known_as,
    match_line,
    match_lines,
    read_statement,
    set_line_aside,
)
from hoaphuong.payments.actions.till import OtherSum, bring_to_bank, take_cash
    "NotOpen",
    "NotYours",
    "NothingToPay",
    "RECEIPT",
    "REFUND",
    "Settled",
    "FRESH",
    "MATCH",
    "NoReason",
    "StillOpen",
    "TooMuch",
    "Untrue",
    "WrongWay",
    "ask_refund",
    "asked",
    "cancel",
    "charge_back",
    "close_day",
    "collect",
    "compare",
    "ended",
    "opened",
    "ask_back",
    "order",
    "post",
    "put_before_seal",
    "refund_sent",
    "seal_receipt",
    "settle_difference",
    "settle_refund",
    "start",
    "try_receipts_again",
]
    "read_statement",
