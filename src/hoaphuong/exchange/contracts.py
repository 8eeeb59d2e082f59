"""What the exchange tells others about messages, and what it takes from them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from hoaphuong.kernel.values import Code, Ref


@dataclass(frozen=True)
class MessageQueued:
    """A document or status of an agency of ours is to go to the axis."""

    name: ClassVar[str] = "exchange.message_queued"
    subject: ClassVar[str] = "message"
    message: Ref
    kind: Code
    agency: Code
    partner: Code


@dataclass(frozen=True)
class MessageSent:
    """The axis has taken a document for its recipient."""

    name: ClassVar[str] = "exchange.message_sent"
    subject: ClassVar[str] = "message"
    message: Ref
    agency: Code
    partner: Code


@dataclass(frozen=True)
class StatusSent:
    """The axis has taken a status; ``about`` is the message of the document it is about."""

    name: ClassVar[str] = "exchange.status_sent"
    subject: ClassVar[str] = "message"
    message: Ref
    about: Ref
    status_code: Code
    agency: Code
    partner: Code


@dataclass(frozen=True)
class MessageReceived:
    """A document came from a partner; ``business`` is 0 new, 1 recall, 2 update, 3 replace."""

    name: ClassVar[str] = "exchange.message_received"
    subject: ClassVar[str] = "message"
    message: Ref
    agency: Code
    partner: Code
    business: Code


@dataclass(frozen=True)
class MessageRefused:
    """What came could not be read, or was not for us; the reason is a code."""

    name: ClassVar[str] = "exchange.message_refused"
    subject: ClassVar[str] = "message"
    message: Ref
    agency: Code
    reason: Code


@dataclass(frozen=True)
class StatusReceived:
    """A partner's newest status; ``about`` is the message of the document it is about."""

    name: ClassVar[str] = "exchange.status_received"
    subject: ClassVar[str] = "message"
    message: Ref
    about: Ref
    status_code: Code
    agency: Code
    partner: Code


@dataclass(frozen=True)
class OutgoingDocument:
    """What another app hands over to be sent to one partner.

    ``document_id`` is the same for every recipient and made of agency, day, number and notation
    when it is empty; attachments are keys of stored files, the
    signed document first. For a recall, an update or a replacement ``business`` is 1, 2 or 3 and
    ``about_document_id`` names the document that is meant.
    """

    partner: str
    partner_name: str
    number: str
    notation: str
    issued_on: date
    subject: str
    attachments: tuple[str, ...]
    document_id: str = ""
    kind_name: str = ""
    place: str = ""
    competence: str = ""
    position: str = ""
    signer: str = ""
    due_on: date | None = None
    priority: str = "0"
    pages: int | None = None
    to_places: tuple[str, ...] = ()
    business: str = "0"
    about_document_id: str = ""
    reason: str = ""


@dataclass(frozen=True)
class AttachmentFacts:
    """One file of a received document; without a key it failed the checks of uploads.

    Then it is kept inside the message only, and ``refused`` says why.
    """

    name: str
    file_key: str
    refused: str = ""


@dataclass(frozen=True)
class FormerFacts:
    """A former document that a received one is about, by its sender's identifier.

    ``message`` is the message it came with before; empty when none came from this sender.
    """

    document_id: str
    message: str


@dataclass(frozen=True)
class PartnerFacts:
    code: str
    name: str


@dataclass(frozen=True)
class MessageFacts:
    """One message as another app may show it under the reader's rights.

    ``direction`` is in or out, ``kind`` document, status or unreadable. ``state``: queued, sent,
    received, refused, unmatched (a status about nothing we know). ``signature`` is none, weak
    (SHA-1), unchecked, valid or invalid. ``about`` is the message of the document meant; an update
    or a replacement that came in may be about several, ``formers``.
    """

    key: str
    direction: str
    kind: str
    agency: str
    partner: str
    partner_name: str
    state: str
    reason: str
    document_id: str
    number: str
    notation: str
    issued_on: date | None
    kind_name: str
    subject: str
    signer: str
    position: str
    due_on: date | None
    priority: str
    business: str
    about: str
    status_code: str
    note: str
    signature: str
    file_key: str
    attachments: tuple[AttachmentFacts, ...]
    created_at: datetime
    said_at: datetime | None
    done_at: datetime | None
    formers: tuple[FormerFacts, ...] = ()


@dataclass(frozen=True)
class MessagePage:
    """One page of the log."""

    messages: tuple[MessageFacts, ...]
    number: int
    more: bool
