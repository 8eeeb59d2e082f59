"""Reads the text of a VietQR code as a payer's bank does, and writes an account's statement."""

import binascii
import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hoaphuong.payments.bank.books import Transfer
from hoaphuong.payments.bank.moments import VIETNAM

STATEMENT = ["Ngày giao dịch", "Số bút toán", "Ghi nợ", "Ghi có", "Nội dung"]
# How banks put their own words before a payer's.
PREFIX = "IBFT DEMO "


class Unreadable(ValueError):
    """The text is no code that this bank can pay."""


@dataclass(frozen=True)
class Code:
    """Who is to be paid, how much when the code says so, and with which note."""

    bin: str
    account: str
    amount: int | None
    note: str


def _parts(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        tag, length = text[at : at + 2], text[at + 2 : at + 4]
        if not (tag.isdecimal() and length.isdecimal()):
            raise Unreadable("a part has no length")
        value = text[at + 4 : at + 4 + int(length)]
        if len(value) != int(length) or tag in found:
            raise Unreadable(f"part {tag} is cut off, or comes twice")
        found[tag], at = value, at + 4 + int(length)
    return found


def read(text: str) -> Code:
    """Unreadable."""
    text = text.strip()
    if not text.isascii() or len(text) < 20 or text[-8:-4] != "6304":
        raise Unreadable("this is no payment code")
    if f"{binascii.crc_hqx(text[:-4].encode(), 0xFFFF):04X}" != text[-4:]:
        raise Unreadable("the check sum is wrong")
    parts = _parts(text)
    bank = _parts(parts.get("38", ""))
    if parts.get("00") != "01" or bank.get("00") != "A000000727":
        raise Unreadable("this is no VietQR")
    if bank.get("02") != "QRIBFTTA" or parts.get("53") != "704" or parts.get("58") != "VN":
        raise Unreadable("this is no transfer in đồng to an account")
    holder = _parts(bank.get("01", ""))
    amount = parts.get("54")
    if amount is not None and not (amount.isdigit() and int(amount)):
        raise Unreadable("the amount is wrong")
    if (parts.get("01") == "12") != (amount is not None):
        raise Unreadable("a code with an amount is a dynamic one")
    note = _parts(parts.get("62", "")).get("08", "")
    return Code(holder.get("00", ""), holder.get("01", ""), int(amount) if amount else None, note)


def number(one: Transfer) -> str:
    """The bank's own number of a transfer."""
    return f"FT{datetime.fromtimestamp(one.at, VIETNAM):%y%j}{one.id:06d}"


def statement(rows: Iterable[Transfer]) -> bytes:
    """CSV with a byte order mark, amounts with dots, as a bank's export has them."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n")
    write.writerow(STATEMENT)
    for one in rows:
        amount = f"{abs(one.amount):,}".replace(",", ".")
        sides = ["", amount] if one.amount > 0 else [amount, ""]
        at = datetime.fromtimestamp(one.at, VIETNAM).strftime("%d/%m/%Y %H:%M:%S")
        write.writerow([at, number(one), *sides, one.note])
    return "\ufeff".encode() + out.getvalue().encode()
