"""What is written on an official document, component by component of Annex I."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Kinds of document that are typeset; the values are abbreviations of Annex III."""

    DECISION = "QĐ"
    LETTER = "CV"
    NOTICE = "TB"
    REPORT = "BC"
    PLAN = "KH"
    SUBMISSION = "TTr"
    INVITATION = "GM"
    MINUTES = "BB"
    TELEGRAM = "CĐ"


NAMES = {
    Kind.DECISION: "Quyết định",
    Kind.LETTER: "",
    Kind.NOTICE: "Thông báo",
    Kind.REPORT: "Báo cáo",
    Kind.PLAN: "Kế hoạch",
    Kind.SUBMISSION: "Tờ trình",
    Kind.INVITATION: "Giấy mời",
    Kind.MINUTES: "Biên bản",
    Kind.TELEGRAM: "Công điện",
}


class Capacity(StrEnum):
    """In what capacity a person signs for another or for a collective (Annex I, II.7)."""

    COLLECTIVE = "TM."
    DEPUTY = "KT."
    BY_ORDER = "TL."
    AUTHORISED = "TUQ."


class Urgency(StrEnum):
    """How quickly a document must travel (Annex I, II.10)."""

    ORDINARY = ""
    URGENT = "KHẨN"
    VERY_URGENT = "THƯỢNG KHẨN"
    MOST_URGENT = "HỎA TỐC"


class Secrecy(StrEnum):
    """How secret a document is; only for paper made outside the network."""

    OPEN = ""
    SECRET = "MẬT"
    VERY_SECRET = "TỐI MẬT"
    TOP_SECRET = "TUYỆT MẬT"


class Scope(StrEnum):
    """How far a document may go (Annex I, II, box 11)."""

    ANY = ""
    RETURN = "XEM XONG TRẢ LẠI"
    INTERNAL = "LƯU HÀNH NỘI BỘ"


@dataclass(frozen=True)
class Signer:
    """Who signs; capitals are set here.

    ``for_whom`` are lines before the position, such as (COLLECTIVE, "Ủy ban nhân dân") and
    (DEPUTY, "Chủ tịch"); ``acting`` sets "Q." before the position.
    """

    name: str
    position: str
    for_whom: tuple[tuple[Capacity, str], ...] = ()
    acting: bool = False


@dataclass(frozen=True)
class Meeting:
    """The meeting of an invitation or of minutes; times are written as they are to be read.

    An invitation uses ``purpose`` ("Tới dự"), ``chair``, ``starts``, ``place``; minutes use
    ``starts``, ``place``, ``present``, ``chair``, ``secretary``, ``ends``.
    """

    starts: str
    place: str
    chair: str = ""
    purpose: str = ""
    present: tuple[str, ...] = ()
    secretary: str = ""
    ends: str = ""


@dataclass(frozen=True)
class Annex:
    """A Phụ lục: template 2.1; ``body`` is written in the markup of ``markup.py``."""

    title: str
    body: str


@dataclass(frozen=True)
class Regulation:
    """What a decision brings into force (templates 1.3): ``name`` such as "Quy chế"."""

    name: str
    title: str
    body: str


@dataclass(frozen=True)
class Paper:
    """One document. Names are written in ordinary letters; capitals are set here.

    ``notation`` is what stands behind the number ("QĐ-UBND", "UBND-VX"). An empty ``number`` and
    a ``date`` of None leave places that the clerk fills after the person signed. ``title`` is the
    trích yếu without "V/v". ``issuer`` is the line of a decision above its grounds ("Chủ tịch Ủy
    ban nhân dân thành phố Hải Phòng"); empty takes it from the signer. Addressees and
    recipients are written without dash and full stop. ``archive`` is what follows "Lưu:".
    ``check`` is the absolute address where anyone sees that the paper is genuine: a QR code.
    """

    kind: Kind
    agency: str
    notation: str
    place: str
    title: str
    body: str
    signer: Signer
    parent: str = ""
    number: str = ""
    date: dt.date | None = None
    issuer: str = ""
    addressees: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    archive: str = "VT"
    urgency: Urgency = Urgency.ORDINARY
    secrecy: Secrecy = Secrecy.OPEN
    scope: Scope = Scope.ANY
    drafter: str = ""
    copies: int = 0
    contact: str = ""
    meeting: Meeting | None = None
    regulation: Regulation | None = None
    annexes: tuple[Annex, ...] = ()
    check: str = ""
