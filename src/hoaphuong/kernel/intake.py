"""Lists from outside: every row is accepted, or rejected with a reason that a person can read."""

import csv
import os
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.timezone import localtime

# A spreadsheet runs a cell that begins with one of these as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class ImportReport:
    """Counts of rows; what was unchanged is part of what was accepted.

    ``faults`` are pairs (line, reason) for a list that is only stored as a whole; ``changes``
    say in words what it changes.
    """

    read: int
    accepted: int
    rejected: int
    unchanged: int
    rejects_file: str | None
    faults: tuple[tuple[int, str], ...] = ()
    changes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.read != self.accepted + self.rejected or self.unchanged > self.accepted:
            raise ValueError(f"rows are unaccounted for: {self}")

    def counts(self) -> dict[str, Any]:
        """The report as the command line gives it in JSON."""
        return {
            "read": self.read,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "unchanged": self.unchanged,
            "rejects_file": self.rejects_file,
        }


def write_rejects(
    folder: Path,
    *,
    name: str,
    at: datetime,
    head: Sequence[str],
    rows: Iterable[Sequence[Any]],
    dry_run: bool = False,
) -> Path:
    """Write rejected rows to a new CSV for a spreadsheet, readable by its owner only.

    UTF-8 with a byte order mark, without which Excel garbles Vietnamese. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stem = re.sub(r"[^\w.-]+", "-", Path(name).name)[:80].strip(".-") or "list"
    mark = "-dry-run" if dry_run else ""
    when = f"{localtime(at):%Y%m%d-%H%M%S-%f}"
    path = folder / f"{stem}-{when}{mark}.csv"
    if path.exists():  # two lists of one name at one moment: neither is lost
        path = folder / f"{stem}-{when}-{secrets.token_hex(4)}{mark}.csv"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(head)
        out.writerows([_cell(value) for value in row] for row in rows)
    return path


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
