"""What happens to official documents, as facts with codes and references only."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from hoaphuong.kernel.values import Code, Ref


@dataclass(frozen=True)
class DocumentDrafted:
    """Somebody began a document."""

    name: ClassVar[str] = "documents.document_drafted"
    subject: ClassVar[str] = "document"
    document: Ref
    agency: Code
    kind: Code


@dataclass(frozen=True)
class DocumentMoved:
    """A draft went on to review or signature, or came back from it, or was given up."""

    name: ClassVar[str] = "documents.document_moved"
    subject: ClassVar[str] = "document"
    document: Ref
    from_status: Code
    to_status: Code
    version: int


@dataclass(frozen=True)
class AttachmentsChanged:
    """A file was added to a draft, taken out or moved; ``attachments`` is how many it has now."""

    name: ClassVar[str] = "documents.attachments_changed"
    subject: ClassVar[str] = "document"
    document: Ref
    attachments: int


@dataclass(frozen=True)
class DocumentSigned:
    """The person who is competent signed; the text cannot change any more."""

    name: ClassVar[str] = "documents.document_signed"
    subject: ClassVar[str] = "document"
    document: Ref
    agency: Code
    kind: Code
    signer: Ref
    signed_on: date


@dataclass(frozen=True)
class DocumentNumbered:
    """A number and the day of issue were given and filled into the signed file."""

    name: ClassVar[str] = "documents.document_numbered"
    subject: ClassVar[str] = "document"
    document: Ref
    agency: Code
    kind: Code
    directive: bool
    issued_on: date


@dataclass(frozen=True)
class DocumentIssued:
    """The agency sealed the document: it is in force, and in the chain of issued documents.

    ``signed`` and ``sealed`` tell which digital signatures are on it.
    """

    name: ClassVar[str] = "documents.document_issued"
    subject: ClassVar[str] = "document"
    document: Ref
    agency: Code
    kind: Code
    directive: bool
    issued_on: date
    signed: bool
    sealed: bool
    dossier: Ref


@dataclass(frozen=True)
class DocumentDispatched:
    """One copy went to one recipient: inside the city's program, by the axis, or on paper."""

    name: ClassVar[str] = "documents.document_dispatched"
    subject: ClassVar[str] = "document"
    document: Ref
    agency: Code
    kind: Code
    place: Code
    recipient: Code
    dispatched_on: date


@dataclass(frozen=True)
class DocumentRecalled:
    """The agency took an issued document back."""

    name: ClassVar[str] = "documents.document_recalled"
    subject: ClassVar[str] = "document"
    document: Ref
    agency: Code
    recalled_on: date


@dataclass(frozen=True)
class DocumentReplaced:
    """A later document took this one's place."""

    name: ClassVar[str] = "documents.document_replaced"
    subject: ClassVar[str] = "document"
    document: Ref
    by_document: Ref
    replaced_on: date


@dataclass(frozen=True)
class CopyMade:
    """An electronic copy of an issued document or of an arrival got its number."""

    name: ClassVar[str] = "documents.copy_made"
    subject: ClassVar[str] = "paper"
    copy: Ref
    paper: Ref
    agency: Code
    form: Code
    made_on: date


@dataclass(frozen=True)
class IncomingArrived:
    """A document reached an agency."""

    name: ClassVar[str] = "documents.incoming_arrived"
    subject: ClassVar[str] = "incoming"
    incoming: Ref
    agency: Code
    source: Code
    arrived_on: date


@dataclass(frozen=True)
class IncomingRegistered:
    """The agency's clerk entered it in the register of incoming documents."""

    name: ClassVar[str] = "documents.incoming_registered"
    subject: ClassVar[str] = "incoming"
    incoming: Ref
    agency: Code
    source: Code
    registered_on: date


@dataclass(frozen=True)
class IncomingMoved:
    """An incoming document was refused, filed as done, or given back."""

    name: ClassVar[str] = "documents.incoming_moved"
    subject: ClassVar[str] = "incoming"
    incoming: Ref
    agency: Code
    to_status: Code
    moved_on: date


@dataclass(frozen=True)
class IncomingUpdated:
    """The sender of an incoming document changed it by a later one."""

    name: ClassVar[str] = "documents.incoming_updated"
    subject: ClassVar[str] = "incoming"
    incoming: Ref
    by_incoming: Ref
    agency: Code
    updated_on: date


@dataclass(frozen=True)
class IncomingReplaced:
    """A later document of its sender took an incoming document's place."""

    name: ClassVar[str] = "documents.incoming_replaced"
    subject: ClassVar[str] = "incoming"
    incoming: Ref
    by_incoming: Ref
    agency: Code
    replaced_on: date


@dataclass(frozen=True)
class AssignmentGiven:
    """An agency got something to do by a day."""

    name: ClassVar[str] = "documents.assignment_given"
    subject: ClassVar[str] = "assignment"
    assignment: Ref
    document: Ref
    agency: Code
    given_by: Code
    directive: bool
    given_on: date
    due_on: date


@dataclass(frozen=True)
class AssignmentReported:
    """The agency said that it is done; ``days_late`` in calendar days."""

    name: ClassVar[str] = "documents.assignment_reported"
    subject: ClassVar[str] = "assignment"
    assignment: Ref
    agency: Code
    reported_on: date
    due_on: date
    days_late: int


@dataclass(frozen=True)
class AssignmentSettled:
    """Who gave an assignment accepted it as done, gave it back, or took it away."""

    name: ClassVar[str] = "documents.assignment_settled"
    subject: ClassVar[str] = "assignment"
    assignment: Ref
    agency: Code
    status: Code
    settled_on: date


@dataclass(frozen=True)
class RegisterHeadPublished:
    """The chain's head of one day was published."""

    name: ClassVar[str] = "documents.register_head_published"
    subject: ClassVar[str] = "day"
    day: Code
    entries: int
    stamped: bool


@dataclass(frozen=True)
class NewDocument:
    """What another app hands over to be drafted: for one agency, for one signer."""

    agency: str
    kind: str
    subject_line: str
    content: dict[str, object]
    signer: str
    drafter: str
    dossier: str = ""


@dataclass(frozen=True)
class DocumentFacts:
    """A document as another app may show it under the reader's rights."""

    key: str
    agency: str
    kind: str
    number: str
    subject_line: str
    status: str
    issued_on: date | None
    file_key: str
    recalled: bool
    replaced: bool
