"""Reads a city's list of staff from a CSV; touches no database."""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

COLUMNS = ("username", "full_name", "email", "position", "agency_code", "roles", "valid_from")
ENDS = "valid_to"  # a column that may be missing: such a list says nothing of ends
MOST_BYTES, MOST_ROWS, NAME_CHARS = 5 * 2**20, 20_000, 120
USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{1,59}")

FAULTS = {
    "columns": _("The row has another number of cells than the header."),
    "username": _("The username has 2 to 60 letters, digits or . _ @ - and no accents."),
    "username_twice": _("The username stands in the list twice."),
    "username_taken": _("The username belongs to an account that is not staff."),
    "name": _("The full name is missing or longer than 120 characters."),
    "email": _("The e-mail address is not valid."),
    "email_twice": _("The e-mail address stands in the list twice."),
    "email_taken": _("The e-mail address belongs to another account."),
    "position": _("The position is longer than 120 characters."),
    "agency": _("There is no such agency now."),
    "roles": _("Name one or more roles, parted by semicolons; one of these is not a staff role."),
    "valid_from": _("The date is not of the form 2026-01-31 or 31/01/2026."),
    "valid_to": _("The end is not a date, or is before the beginning."),
    "character": _("A cell holds a character that cannot be stored."),
}
UNREADABLE = {
    "too_large": _("The file is larger than allowed."),
    "too_many_rows": _("The file has more rows than allowed."),
    "not_utf8": _("The text is not in UTF-8. Save the file as UTF-8 and try again."),
    "not_csv": _("The file is not a readable CSV."),
    "no_header": _(
        "The header must name username, full_name, email, position, agency_code, roles and"
        " valid_from; valid_to may be added."
    ),
}


class UnreadableStaffList(Exception):
    """The file as a whole cannot be read; ``str()`` says why to a person."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return str(UNREADABLE[self.code])


@dataclass(frozen=True)
class StaffRow:
    """One officer: their roles are for one agency and those below it, never for nowhere."""

    line: int
    username: str
    full_name: str
    email: str
    position: str
    agency: str
    roles: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    tells_ends: bool


@dataclass(frozen=True)
class Taken:
    """An account that is there already."""

    username: str
    email: str
    staff: bool


def read(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Each row that is not blank, by column, with the line it starts on; empty when miscounted.

    Raises UnreadableStaffList, OSError.
    """
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise UnreadableStaffList("too_large")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableStaffList("not_utf8") from error
    head = text.partition("\n")[0]
    # A spreadsheet with Vietnamese settings parts cells by semicolons.
    delimiter = next((mark for mark in ",;\t" if head.count(mark) >= len(COLUMNS) - 1), ",")
    rows = _numbered(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    try:
        _line, names = next(rows, (0, []))
        header = [name.strip().casefold() for name in names]
        if sorted(header) not in (sorted(COLUMNS), sorted((*COLUMNS, ENDS))):
            raise UnreadableStaffList("no_header")
        found: list[tuple[int, dict[str, str]]] = []
        for line, cells in rows:
            if not any(cell.strip() for cell in cells):
                continue
            whole = len(cells) == len(header)
            named = zip(header, (cell.strip() for cell in cells), strict=False)
            found.append((line, dict(named) if whole else {}))
            if len(found) > MOST_ROWS:
                raise UnreadableStaffList("too_many_rows")
    except csv.Error as error:
        raise UnreadableStaffList("not_csv") from error
    return found


def _numbered(rows: Any) -> Iterator[tuple[int, list[str]]]:
    line = 1
    for cells in rows:
        yield line, cells
        line = rows.line_num + 1


def judged(
    rows: list[tuple[int, dict[str, str]]],
    *,
    agencies: Collection[str],
    roles: Collection[str],
    taken: Collection[Taken],
) -> tuple[list[StaffRow], list[tuple[int, str]]]:
    """The rows that are right, and every fault of the others as (line, code of FAULTS).

    A username that is there belongs to the officer it names, unless it is a citizen's: who signed
    up under an officer's name first must not receive the officer's rights.
    """
    by_username = {one.username.casefold(): one for one in taken}
    by_email = {one.email.casefold(): one for one in taken if one.email}
    good: list[StaffRow] = []
    faults: list[tuple[int, str]] = []
    usernames: set[str] = set()
    emails: set[str] = set()
    for line, row in rows:
        if not row:
            faults.append((line, "columns"))
            continue
        wrong = list(_faults(row, agencies=agencies, roles=roles))
        username, email = row["username"].casefold(), row["email"].casefold()
        wrong += _clashes(username, email, by_username=by_username, by_email=by_email)
        if username in usernames:
            wrong.append("username_twice")
        if email and email in emails:
            wrong.append("email_twice")
        usernames.add(username)
        emails.add(email)
        faults += [(line, code) for code in wrong]
        begins = day(row["valid_from"])
        if not wrong and begins:
            good.append(
                StaffRow(
                    line=line,
                    username=row["username"],
                    full_name=" ".join(row["full_name"].split()),
                    email=row["email"].lower(),  # allauth looks addresses up in small letters
                    position=row["position"],
                    agency=row["agency_code"],
                    roles=_roles(row["roles"]),
                    valid_from=begins,
                    valid_to=day(row.get(ENDS, "")),
                    tells_ends=ENDS in row,
                )
            )
    return good, faults


def _faults(
    row: Mapping[str, str], *, agencies: Collection[str], roles: Collection[str]
) -> Iterator[str]:
    if any("\0" in cell for cell in row.values()):
        yield "character"
    if not USERNAME.fullmatch(row["username"]):
        yield "username"
    if not 0 < len(row["full_name"]) <= NAME_CHARS:
        yield "name"
    if row["email"] and not _is_email(row["email"]):
        yield "email"
    if len(row["position"]) > NAME_CHARS:
        yield "position"
    if row["agency_code"] not in agencies:
        yield "agency"
    named = _roles(row["roles"])
    if not named or not set(named) <= set(roles):
        yield "roles"
    begins = day(row["valid_from"])
    if begins is None:
        yield "valid_from"
    if row.get(ENDS):
        ends = day(row[ENDS])
        if ends is None or (begins and ends < begins):
            yield "valid_to"


def _clashes(
    username: str, email: str, *, by_username: Mapping[str, Taken], by_email: Mapping[str, Taken]
) -> Iterator[str]:
    """Both names sign in, so neither may be another account's username or e-mail address."""
    own = by_username.get(username)
    if own and not own.staff:
        yield "username_taken"
    if (by_email.get(username) or own) is not own:
        yield "username_taken"
    for other in (by_email.get(email), by_username.get(email)):
        if email and other and other is not own:
            yield "email_taken"
            return


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


def _roles(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))


def day(text: str) -> date | None:
    """A day written 2026-01-31 or 31/01/2026."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    return None
