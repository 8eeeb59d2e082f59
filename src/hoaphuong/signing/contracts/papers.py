"""What signing needs to know of a paper, and what is found about signatures."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

SIGNED_AT = "{signed-at}"  # stands in a look for the time of signing


class Level(StrEnum):
    """Levels of PAdES and XAdES: ETSI EN 319 142-1 and EN 319 132-1, clause 6."""

    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"
    B_LTA = "B-LTA"


class Verdict(StrEnum):
    """What is said of a whole file."""

    VALID = "valid"
    INVALID = "invalid"
    INDETERMINATE = "indeterminate"
    UNSIGNED = "unsigned"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Box:
    """A rectangle on a page: page from 0, corners in points from the lower left corner."""

    page: int
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Look:
    """A visible signature (Decree 30/2020/NĐ-CP, Annex I, boxes 7, 8 and 14).

    ``image`` is a PNG with a transparent ground, fitted into the box without changing its shape;
    ``lines`` are set in Tinos upright ``size`` points, black, one below the other. ``SIGNED_AT``
    in a line becomes the time of signing, such as ``2023-06-26T09:30:15+07:00``.
    """

    image: bytes = b""
    lines: tuple[str, ...] = ()
    size: float = 10.0


@dataclass(frozen=True)
class TextField:
    """A place kept free for a few characters that are known only after the person signed.

    They stand in its middle, or against its right edge.
    """

    name: str
    box: Box
    size: float
    italic: bool = False
    label: str = ""
    most: int = 20
    right: bool = False


@dataclass(frozen=True)
class SignatureField:
    """A place kept free for one signature, on a page turned clockwise by ``turned`` degrees."""

    name: str
    box: Box
    label: str = ""
    turned: int = 0


@dataclass(frozen=True)
class Change:
    """Something done to a file after a signature: what, and whether that signature permits it."""

    what: str  # "signed", "filled:NAME", "time stamped", "evidence added", "other"
    permitted: bool


@dataclass(frozen=True)
class SignatureFinding:
    """What was found about one signature of a file.

    ``changed_after`` tells that the content (forms included) is not what was signed; another
    signature, a time stamp or evidence of validity does not count as such a change. ``changes``
    lists all that came later. ``trusted`` is true when the chain ends at an anchor and nothing in
    it was revoked or out of date when it counts. ``reason`` is a code of
    ``verification/reasons.py``.
    """

    signer: str
    intact: bool
    trusted: bool
    level: str
    changed_after: bool
    verdict: Verdict
    reason: str
    kind: str = "signature"  # or "seal", "time stamp"
    organisation: str = ""
    issuer: str = ""
    serial: str = ""
    certificate_from: datetime | None = None
    certificate_to: datetime | None = None
    claimed_at: datetime | None = None  # by the signer's own clock
    stamped_at: datetime | None = None  # by a time-stamp authority
    stamped_by: str = ""
    revocation: str = "unknown"  # "good", "revoked", "unknown"
    revoked_at: datetime | None = None
    certifies: bool = False
    changes: tuple[Change, ...] = ()
    algorithm: str = ""
    field: str = ""
    covers_whole: bool = False
    is_person: bool = False  # a certificate may leave open whether it is a person's
    subject: str = ""  # the certificate's whole name (RFC 4514)


@dataclass(frozen=True)
class Report:
    """What was found in one file; ``reason`` is a code, ``detail`` a technical sentence."""

    file: str
    verdict: Verdict
    reason: str
    kind: str = ""  # "pdf", "xml", "asic"
    sha256: str = ""
    size: int = 0
    signatures: tuple[SignatureFinding, ...] = ()
    detail: str = ""
    warnings: tuple[str, ...] = ()  # "scripts": something in it may run when it is opened


@dataclass(frozen=True)
class Provenance:
    """What an app's ``provenance.known(sha256)`` knows of a file: the paper in its register."""

    title: str
    number: str
    agency: str
    issued_on: date | None
    url: str = ""
    status: str = ""  # "recalled" or "replaced" when it no longer counts


@dataclass(frozen=True)
class ToSign:
    """One paper as the app that owns it hands it over for a signature.

    ``field`` names a reserved place; empty makes an invisible one. ``certify`` makes the signature
    the first and only certifying one: afterwards only filling of fields and signing is permitted
    (ISO 32000-1, 12.8.2.2, P = 2). ``beside`` are papers that are signed with it or not at all.
    """

    content: bytes
    field: str = ""
    look: Look | None = None
    certify: bool = False
    level: Level = Level.B_LT
    reason: str = ""
    place: str = ""
    beside: tuple["Beside", ...] = ()


@dataclass(frozen=True)
class Beside:
    """A further paper that the same key signs in the same act, such as an attachment.

    Its signable takes the signed file before the paper's own does, in the same transaction.
    """

    kind: str
    subject: str
    to_sign: ToSign
