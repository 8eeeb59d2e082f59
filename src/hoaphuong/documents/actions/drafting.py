"""From the first draft to the desk of the person who signs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from hoaphuong.documents import papers
from hoaphuong.documents.actions.files import keep
from hoaphuong.documents.actions.rows import (
    go,
    keep_version,
    locked,
    moved,
    open_work,
    saved,
    tell_inbox,
)
from hoaphuong.documents.contracts import DocumentDrafted, NewDocument
from hoaphuong.documents.kinds import KINDS
from hoaphuong.documents.models import Assignment, Comment, Document, Recipient, Status
from hoaphuong.documents.refusals import ChangedMeanwhile, NotIssued, NotReady, WrongStatus
from hoaphuong.documents.rules import abbreviation, full_number, notation
from hoaphuong.identity import queries as identity
from hoaphuong.kernel.values import Code, Ref


@dataclass(frozen=True)
class To:
    """One recipient of a draft: ``place`` city, axis or paper; ``purpose`` act, know or report."""

    place: str
    code: str
    name: str
    purpose: str = "act"


@dataclass(frozen=True)
class Task:
    """What an agency of the city will have to do by a day, once the draft is issued."""

    agency: str
    what: str
    due_on: date


def _notation(agency: str, kind: str, content: dict[str, object]) -> str:
    issuer = abbreviation(identity.agency(agency).name)
    unit = str(content.get("unit", "")).strip()
    return notation(kind=kind, issuer=issuer, unit=unit, letter=KINDS[kind].letter)[:30]


@transaction.atomic
def draft(*, new: NewDocument, at: datetime) -> Document:
    """Begin a document; it is its drafter's until it is sent on."""
    document = Document(
        agency_code=new.agency,
        kind=new.kind,
        subject_line=new.subject_line,
        content=new.content,
        signer_key=new.signer,
        drafter_key=new.drafter,
        dossier=new.dossier,
        notation=_notation(new.agency, new.kind, new.content),
        created_at=at,
    )
    event = DocumentDrafted(
        document=Ref(document.key), agency=Code(new.agency), kind=Code(new.kind)
    )
    saved(document, event, by=new.drafter, at=at)
    keep_version(document, by=new.drafter, at=at)
    open_work(document, at=at)
    return document


@transaction.atomic
def revise(
    *,
    key: str,
    version: int,
    subject_line: str,
    content: dict[str, object],
    signer: str,
    urgency: str,
    public: bool = False,
    recipients: Sequence[To],
    tasks: Sequence[Task],
    by: str,
    at: datetime,
) -> Document:
    """Save the next version of a draft, with its recipients and tasks.

    ``version`` is the one that was opened: ChangedMeanwhile when a colleague saved another.
    ``public`` lets anyone who checks the issued document read what it is about.
    """
    document = locked(key)
    if document.status not in (Status.DRAFT, Status.REVIEW):
        raise WrongStatus(key)
    if document.version != version:
        raise ChangedMeanwhile(key)
    document.version += 1
    document.subject_line, document.content = subject_line, content
    document.signer_key, document.urgency, document.changed_at = signer, urgency, at
    document.shown_publicly = public and not document.dossier
    document.notation = _notation(document.agency_code, document.kind, content)
    _replace_lines(document, recipients, tasks, by=by)
    moved(document, document.status, by=by, at=at)
    keep_version(document, by=by, at=at)
    return document


def _replace_lines(
    document: Document, recipients: Sequence[To], tasks: Sequence[Task], *, by: str
) -> None:
    document.recipients.all().delete()
    Recipient.objects.bulk_create(
        Recipient(document=document, place=to.place, code=to.code, name=to.name, purpose=to.purpose)
        for to in recipients
    )
    document.assignments.all().delete()
    Assignment.objects.bulk_create(
        Assignment(
            document=document,
            agency_code=task.agency,
            given_by_agency=document.agency_code,
            given_by_key=by,
            what=task.what,
            due_on=task.due_on,
        )
        for task in tasks
    )


@transaction.atomic
def comment(*, key: str, text: str, by: str, at: datetime) -> Comment:
    """Say something about the version as it is."""
    document = locked(key)
    if document.status not in (Status.DRAFT, Status.REVIEW, Status.TO_SIGN):
        raise WrongStatus(key)
    return Comment.objects.create(
        document=document, version=document.version, by_key=by, at=at, text=text
    )


@transaction.atomic
def resolve_comment(*, key: str, comment: int, at: datetime) -> None:
    """The comment is dealt with; it stays to be read."""
    document = locked(key)
    document.comments.filter(pk=comment, resolved_at=None).update(resolved_at=at)


@transaction.atomic
def submit(*, key: str, by: str, at: datetime) -> Document:
    """Send a draft to review; NotReady when it could not be issued as it is."""
    document = locked(key)
    _ready(document)
    before = go(document, Status.REVIEW)
    moved(document, before, by=by, at=at)
    tell_inbox(document, at=at)
    return document


@transaction.atomic
def send_back(*, key: str, reason: str, by: str, at: datetime) -> Document:
    """From review or from the signer's desk back to the drafter, with the reason as a comment."""
    document = locked(key)
    before = go(document, Status.DRAFT)
    document.file_key = document.file_sha256 = ""
    Comment.objects.create(
        document=document, version=document.version, by_key=by, at=at, text=reason
    )
    moved(document, before, by=by, at=at)
    tell_inbox(document, at=at)
    return document


@transaction.atomic
def approve(*, key: str, by: str, at: datetime) -> Document:
    """Reviewed: the pages are set for the last time; what is signed is what lies here now."""
    document = locked(key)
    _ready(document)
    before = go(document, Status.TO_SIGN)
    document.reviewer_key = by
    keep(document, papers.final_pdf(document, at=at), state="final", by=by, at=at)
    moved(document, before, by=by, at=at)
    tell_inbox(document, at=at)
    return document


@transaction.atomic
def give_up(*, key: str, by: str, at: datetime) -> Document:
    """End a document that has no number yet; its drafts stay to be read."""
    document = locked(key)
    before = go(document, Status.WITHDRAWN)
    moved(document, before, by=by, at=at)
    tell_inbox(document, at=at)
    return document


@transaction.atomic
def takes_place_of(
    *, key: str, replaces: str = "", corrects: str = "", by: str, at: datetime
) -> Document:
    """Say of a draft that it replaces or corrects an issued document of the same agency."""
    document = locked(key)
    if document.status != Status.DRAFT:
        raise WrongStatus(key)
    for field, other in (("replaces", replaces), ("corrects", corrects)):
        if not other:
            continue
        found = Document.objects.filter(key=other, agency_code=document.agency_code).first()
        if found is None or found.status != Status.ISSUED or found.recalled_at:
            raise NotIssued(other)
        setattr(document, field, found)
    moved(document, document.status, by=by, at=at)
    return document


@transaction.atomic
def follow_up(*, key: str, replaces: bool, by: str, at: datetime) -> Document:
    """Draft the document that replaces an issued one, or the letter that corrects it; NotIssued."""
    old = locked(key)
    if old.status != Status.ISSUED or old.recalled_at:
        raise NotIssued(key)
    number = full_number(old.number, old.notation)
    day = f"{old.issued_on:%d/%m/%Y}"
    correction = f"Đính chính văn bản số {number} ngày {day}"
    new = NewDocument(
        agency=old.agency_code,
        kind=old.kind if replaces else "CV",
        subject_line=old.subject_line if replaces else correction,
        content={**old.content, **({} if replaces else {"body": "", "for_whom": []})},
        signer=old.signer_key,
        drafter=by,
    )
    document = draft(new=new, at=at)
    # Whoever has the former document has to get this one.
    lines = [To(to.place, to.code, to.name, to.purpose) for to in old.recipients.order_by("id")]
    _replace_lines(document, lines, (), by=by)
    named = {"replaces": key} if replaces else {"corrects": key}
    return takes_place_of(key=document.key, by=by, at=at, **named)


def _ready(document: Document) -> None:
    faults = papers.faults(document)
    if faults:
        raise NotReady(faults)
