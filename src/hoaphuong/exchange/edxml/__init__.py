"""Messages of the document exchange as QCVN 102:2016/BTTTT has them: read and written.

Knows no database and no network. ``read`` takes what other programs write, ``write`` makes ours.
"""

from hoaphuong.exchange.edxml.message import (
    Attachment,
    Business,
    Document,
    Malformed,
    Organ,
    Receiver,
    Replacement,
    ResponseFor,
    Staff,
    Status,
    Trace,
)
from hoaphuong.exchange.edxml.reading import read
from hoaphuong.exchange.edxml.writing import write

__all__ = [
    "Attachment",
    "Business",
    "Document",
    "Malformed",
    "Organ",
    "Receiver",
    "Replacement",
    "ResponseFor",
    "Staff",
    "Status",
    "Trace",
    "read",
    "write",
]
