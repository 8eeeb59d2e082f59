"""Numbers, notations and the way of a document: no database, no clock."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date

# From where to where a document may go; withdrawing ends the way before a number is given.
FOLLOWING: dict[str, frozenset[str]] = {
    "draft": frozenset({"review", "to_sign", "withdrawn"}),
    "review": frozenset({"draft", "to_sign", "withdrawn"}),
    "to_sign": frozenset({"draft", "signed", "withdrawn"}),
    "signed": frozenset({"numbered", "withdrawn"}),
    "numbered": frozenset({"issued"}),
    "issued": frozenset(),
    "withdrawn": frozenset(),
}
_COMMITTEE = "Ủy ban nhân dân"
_SMALL = {"và", "của", "thuộc", "thành", "phố", "quận", "huyện", "phường", "xã", "tỉnh"}


def may_follow(status: str, following: str) -> bool:
    """Whether a document may go from one status to another."""
    return following in FOLLOWING[status]


def abbreviation(name: str) -> str:
    """An agency's abbreviation as it stands in a notation.

    ``Ủy ban nhân dân thành phố Hải Phòng`` is UBND, ``Sở Tư pháp`` is STP, ``Văn phòng Ủy ban
    nhân dân thành phố`` is VP (Decree 30/2020/NĐ-CP, Annex I, II.3).
    """
    if name.startswith(_COMMITTEE):
        return "UBND"
    own = name.split(_COMMITTEE)[0].split()
    return "".join(word[0].upper() for word in own if word.casefold() not in _SMALL)


def place_of(agency: str, *, kind: str, city: str) -> str:
    """The place name before the date: the city's, or the district's or commune's own (II.4).

    ``Ủy ban nhân dân phường Ngô Quyền`` writes from Ngô Quyền.
    """
    if kind not in ("district", "commune") or not agency.startswith(_COMMITTEE):
        return city
    own = agency.removeprefix(_COMMITTEE).split()
    while own and own[0].casefold() in {*_SMALL, "thị", "trấn", "đặc", "khu"}:
        own.pop(0)
    return " ".join(own) or city


def notation(*, kind: str, issuer: str, unit: str = "", letter: bool = False) -> str:
    """The notation after the number: ``QĐ-UBND``; a letter's is ``UBND-VX`` (issuer, unit)."""
    if letter:
        return f"{issuer}-{unit}" if unit else issuer
    return f"{kind}-{issuer}"


def written_number(number: int) -> str:
    """As it is written on paper: a zero before numbers below ten (Annex I, II.3)."""
    return f"{number:02}"


def full_number(number: int | None, notation: str) -> str:
    """``15/QĐ-UBND``; before a number is given, ``…/QĐ-UBND``."""
    return f"{written_number(number) if number else '…'}/{notation}"


def series(*, agency: str, year: int, kind: str) -> str:
    """The series a number belongs to: one for each agency, year and kind, from 1 (Article 15)."""
    return f"documents:{agency}:{year}:{kind}"


def arrival_series(*, agency: str, year: int) -> str:
    """Arrival numbers run through the year for one agency (Article 22)."""
    return f"arrivals:{agency}:{year}"


def copy_series(*, agency: str, year: int) -> str:
    """Copies of all forms share one series for each agency and year, from 1 (Annex I)."""
    return f"copies:{agency}:{year}"


def copy_notation(number: int, form: str, *, issuer: str) -> str:
    """``07/SY-UBND``: number, form of copy, who made it (Annex I, on copies)."""
    return f"{written_number(number)}/{form}-{issuer}"


def days_late(*, due: date, on: date) -> int:
    """Calendar days after the due day; 0 when in time."""
    return max(0, (on - due).days)


def register_digest(
    *, sha256: str, number: str, agency: str, issued_on: date, attachments: Sequence[str] = ()
) -> str:
    """What an entry of the chain says: SHA-256 over the JSON list of file, number, agency, day,
    and of each attachment's SHA-256 in their order.

    Who has the paper can compute it; who has not learns nothing from it.
    """
    listed = [sha256, number, agency, issued_on.isoformat(), *attachments]
    told = json.dumps(listed, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def register_link(previous: str, digest: str) -> str:
    """The next hash of the chain: SHA-256 of the previous hash and the digest, as bytes."""
    return hashlib.sha256(bytes.fromhex(previous) + bytes.fromhex(digest)).hexdigest()
