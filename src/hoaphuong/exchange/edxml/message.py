"""What a message says: a document with its header and attachments, or a status about one."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
VIETNAM = timezone(timedelta(hours=7))  # messages name no zone

# BussinessDocType.
NEW, RECALL, UPDATE, REPLACE = "0", "1", "2", "3"
BUSINESS = (NEW, RECALL, UPDATE, REPLACE)
# StatusCode.
STATUS_CODES = ("01", "02", "03", "04", "05", "06", "13", "15", "16")

# The limits of the axis: characters, bytes, pieces.
MOST_SUBJECT = 500
MOST_NAME = 200
MOST_PLACE = 150
MOST_TEXT = 2_000
MOST_CODE = 35
MOST_ID = 150
MOST_RECIPIENTS = 500
MOST_REPLACED = 100
MOST_ATTACHMENTS = 50
MOST_ATTACHMENT_BYTES = 20 * 1_048_576
MOST_ATTACHED_BYTES = 40 * 1_048_576
MOST_MESSAGE_BYTES = 64 * 1_048_576


class Malformed(Exception):
    """The message means nothing certain: a reason code, the element at fault, one sentence."""

    def __init__(self, reason: str, path: str, sentence: str) -> None:
        super().__init__(f"{sentence} ({path})" if path else sentence)
        self.reason, self.path, self.sentence = reason, path, sentence


@dataclass(frozen=True)
class Organ:
    """An organisation by its code, with what the header says to reach it."""

    code: str
    name: str = ""
    in_charge: str = ""
    address: str = ""
    email: str = ""
    telephone: str = ""
    fax: str = ""
    website: str = ""


@dataclass(frozen=True)
class ResponseFor:
    """The document that this one answers, or that a status is about."""

    organ: str
    document_id: str
    code: str = ""
    promulgated_on: date | None = None


@dataclass(frozen=True)
class Trace:
    """A system that the message came through, by its own clock."""

    organ: str
    at: datetime


@dataclass(frozen=True)
class Receiver:
    """A recipient of an update; ``kind`` is 0 or 1 as the sender wrote it."""

    organ: str
    kind: str


@dataclass(frozen=True)
class Replacement:
    """A document that is replaced, and at which organisations."""

    document_id: str
    organs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Staff:
    """Who at the sender can be asked."""

    department: str = ""
    name: str = ""
    email: str = ""
    mobile: str = ""


@dataclass(frozen=True)
class Business:
    """What is asked for: 0 new, 1 recall, 2 update, 3 replace; of which document and why.

    ``document_info`` and ``document_receiver`` tell what an update changes: the document itself,
    its recipients.
    """

    kind: str = NEW
    document_id: str = ""
    reason: str = ""
    paper: bool = False
    document_info: bool = False
    document_receiver: bool = False
    receivers: tuple[Receiver, ...] = ()
    replacements: tuple[Replacement, ...] = ()
    staff: Staff | None = None

    def about(self, organ: str) -> tuple[str, ...]:
        """The identifiers of the former documents that are meant at an organisation, each once.

        A replacement that names organisations is one at those only; a new document means none.
        """
        if self.kind == NEW:
            return ()
        here = [one.document_id for one in self.replacements if organ in (one.organs or (organ,))]
        return tuple(dict.fromkeys([self.document_id, *here] if self.document_id else here))


@dataclass(frozen=True)
class Attachment:
    """One file; its bytes travel in a ZIP of their own."""

    name: str
    content: bytes = field(repr=False)
    content_type: str = "application/pdf"
    description: str = ""
    content_id: str = ""


@dataclass(frozen=True)
class Document:
    """An official document on its way to the recipients in ``to``.

    ``signature`` is the algorithm of the signature in the header, empty without one; only its
    presence is said here, whether it holds is for a verifier.
    """

    sender: Organ
    to: tuple[Organ, ...]
    document_id: str
    number: str
    notation: str
    promulgated_on: date
    subject: str
    place: str = ""
    kind: str = "1"
    kind_detail: str = ""
    kind_name: str = ""
    content: str = ""
    competence: str = ""
    position: str = ""
    signer: str = ""
    due_on: date | None = None
    priority: str = "0"
    sphere: str = ""
    typist: str = ""
    copies: int | None = None
    pages: int | None = None
    direction: bool | None = None
    appendixes: tuple[str, ...] = ()
    answers: tuple[ResponseFor, ...] = ()
    steering: str = ""
    to_places: tuple[str, ...] = ()
    traces: tuple[Trace, ...] = ()
    business: Business = Business()
    attachments: tuple[Attachment, ...] = ()
    signature: str = ""


@dataclass(frozen=True)
class Status:
    """How far a document is, or what is wanted about it; it goes to ``about.organ``."""

    sender: Organ
    about: ResponseFor
    code: str
    at: datetime
    description: str = ""
    staff: Staff | None = None
    signature: str = ""


def weak(signature: str) -> bool:
    """Whether a signature's algorithm rests on SHA-1, as older programs still write."""
    return signature.lower().endswith("sha1")
