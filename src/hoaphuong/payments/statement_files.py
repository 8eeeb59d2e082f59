"""Reads a bank's export of an account as CSV: date, amount or debit and credit, note, number.

Separator ``,`` ``;`` or tab; UTF-8 with or without its mark, or UTF-16 with one; words before the
line of column names are passed over. A file is read whole or not at all.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hoaphuong.kernel.folding import fold
from hoaphuong.payments.providers.base import VIETNAM

MOST_BYTES, MOST_LINES = 5_000_000, 5_000
# What banks call their columns, folded; the first that fits counts.
NAMES = {
    "date": ("ngay giao dich", "ngay gd", "ngay hach toan", "ngay hieu luc", "thoi gian",
             "transaction date", "posting date", "value date", "ngay", "date"),
    "number": ("so but toan", "so giao dich", "so gd", "ma giao dich", "so tham chieu",
               "so chung tu", "ma gd", "so ct", "transaction number", "transaction id",
               "reference", "ref no", "reference number", "doc no", "ref"),
    "debit": ("ghi no", "phat sinh no", "so tien ghi no", "debit", "debit amount", "rut ra"),
    "credit": ("ghi co", "phat sinh co", "so tien ghi co", "credit", "credit amount", "gui vao"),
    "amount": ("so tien", "so tien giao dich", "phat sinh", "amount", "transaction amount"),
    "note": ("noi dung", "noi dung giao dich", "dien giai", "mo ta", "description", "details",
             "remark", "remarks", "narrative", "noi dung chi tiet"),
}  # fmt: skip
DATES = (
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y",
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d",
)  # fmt: skip
TOTALS = ("tong", "cong", "so du", "total", "balance", "closing", "opening")
BLANKS = re.compile(r"\s+")
# 1.234.567  1,234,567  1234567, each with or without two decimals of nothing.
AMOUNT = re.compile(r"([+-]?)(\d{1,3}(?:([.,])\d{3}(?:\3\d{3})*)?|\d+)(?:[.,]00?)?")


class UnreadableStatement(Exception):
    """The file cannot be taken; ``line`` is where, 0 for the whole file; ``why`` is a code.

    ``encoding``, ``columns``, ``date``, ``amount``, ``number``, ``twice``, ``too_long``,
    ``contradiction``, ``empty``.
    """

    def __init__(self, line: int, why: str, said: str = "") -> None:
        super().__init__(f"line {line}: {why} {said}".strip())
        self.line, self.why, self.said = line, why, said


@dataclass(frozen=True)
class Booked:
    """One line: đồng, below zero when the money went out."""

    line: int
    number: str
    amount: int
    at: datetime
    note: str


def read(content: bytes) -> list[Booked]:
    """Every line of the file; UnreadableStatement."""
    if len(content) > MOST_BYTES:
        raise UnreadableStatement(0, "too_long")
    rows = _rows(_text(content))
    place, head = _head(rows)
    found: dict[str, Booked] = {}
    for line, row in rows[place + 1 :]:
        cells = {name: row[at].strip() if at < len(row) else "" for name, at in head.items()}
        if not any(row) or _is_total(cells, row):
            continue
        one = _booked(line, cells)
        if one.number in found:
            raise UnreadableStatement(line, "twice", one.number)
        found[one.number] = one
        if len(found) > MOST_LINES:
            raise UnreadableStatement(line, "too_long")
    if not found:
        raise UnreadableStatement(0, "empty")
    return list(found.values())


def _text(content: bytes) -> str:
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as fault:
        raise UnreadableStatement(0, "encoding") from fault


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """(line, cells), by the separator that makes a line of column names."""
    best: list[tuple[int, list[str]]] = []
    for separator in (",", ";", "\t"):
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        try:
            rows = [(reader.line_num, row) for row in reader]
        except csv.Error:
            continue
        if any(_columns(row) for _line, row in rows[:40]):
            return rows
        best = best or rows
    return best


def _head(rows: Sequence[tuple[int, list[str]]]) -> tuple[int, dict[str, int]]:
    for place, (_line, row) in enumerate(rows[:40]):
        if head := _columns(row):
            return place, head
    raise UnreadableStatement(rows[0][0] if rows else 0, "columns")


def _columns(row: Sequence[str]) -> dict[str, int]:
    """Name → place when this line names all that is needed."""
    named = [fold(re.sub(r"\(.*?\)|[.:]", " ", cell)) for cell in row]
    head: dict[str, int] = {}
    for name, words in NAMES.items():
        for word in words:
            if word in named:
                head[name] = named.index(word)
                break
    sides = "amount" in head or {"debit", "credit"} <= head.keys()
    return head if sides and {"date", "number", "note"} <= head.keys() else {}


def _is_total(cells: dict[str, str], row: Sequence[str]) -> bool:
    """A line of sums below the others: it has neither a date nor a number."""
    said = fold(" ".join(row))
    return not cells["number"] and not _date(cells["date"]) and said.startswith(TOTALS)


def _booked(line: int, cells: dict[str, str]) -> Booked:
    at = _date(cells["date"])
    if at is None:
        raise UnreadableStatement(line, "date", cells["date"])
    number = cells["number"]
    if not number or len(number) > 60:
        raise UnreadableStatement(line, "number", number)
    if "credit" in cells and "debit" in cells:
        came, went = (_amount(line, cells[side]) for side in ("credit", "debit"))
        if (came and went) or came < 0:
            raise UnreadableStatement(line, "amount", f"{cells['credit']} {cells['debit']}")
        amount = came or -abs(went)
    else:
        amount = _amount(line, cells["amount"])
    if not amount or abs(amount) >= 10**15:
        raise UnreadableStatement(line, "amount", cells.get("amount", ""))
    return Booked(line, number, amount, at, BLANKS.sub(" ", cells["note"])[:500])


def _amount(line: int, text: str) -> int:
    """Đồng; 0 for an empty cell. ``1.234`` is a thousand: a đồng has no parts."""
    plain = re.sub(r"(?i)\s|vnd|vnđ|đ$", "", text)
    if plain in ("", "-", "0"):
        return 0
    found = AMOUNT.fullmatch(plain)
    if not found:
        raise UnreadableStatement(line, "amount", text)
    return int(found[1] + re.sub(r"[.,]", "", found[2]))


def _date(text: str) -> datetime | None:
    for form in DATES:
        try:
            return datetime.strptime(BLANKS.sub(" ", text), form).replace(tzinfo=VIETNAM)
        except ValueError:
            continue
    return None


LETTERS = "ACDEFGHJKLMNPQRTUVWXY34679"
CODE = re.compile(f"(?=(HP[{LETTERS}]{{8}}))")


def codes_in(note: str) -> set[str]:
    """What could be an order's code in a payer's note, whatever a bank or payer did to it.

    Case, accents, blanks and signs are passed over; which of them are orders is for the books.
    """
    return set(CODE.findall(re.sub(r"[^A-Z0-9]", "", fold(note).upper())))
