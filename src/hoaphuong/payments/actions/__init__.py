"""The only writers of payments."""

from hoaphuong.payments.actions.attempts import (
    NothingToPay,
    asked,
    ended,
    opened,
    start,
)
from hoaphuong.payments.actions.collecting import Counted, Untrue, collect
from hoaphuong.payments.actions.ledger import AlreadyEntered, post
from hoaphuong.payments.actions.orders import NotOpen, cancel, order

__all__ = [
    "AlreadyEntered",
    "Counted",
    "NotOpen",
    "NothingToPay",
    "Untrue",
    "asked",
    "cancel",
    "collect",
    "ended",
    "opened",
    "order",
    "post",
    "start",
]
