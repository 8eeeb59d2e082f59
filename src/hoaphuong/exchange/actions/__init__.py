"""The only writers of the exchange."""

from hoaphuong.exchange.actions.address_book import know_partners
from hoaphuong.exchange.actions.receiving import receive
from hoaphuong.exchange.actions.sending import (
    NotOurs,
    NotSendable,
    left,
    prepare,
    send_document,
    send_status,
    try_again,
)

__all__ = [
    "NotOurs",
    "NotSendable",
    "know_partners",
    "left",
    "prepare",
    "receive",
    "send_document",
    "send_status",
    "try_again",
]
