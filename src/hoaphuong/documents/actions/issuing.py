"""From the person's signature to a paper in force: signed, numbered, sealed, entered, sent."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from hoaphuong.documents import papers
from hoaphuong.documents.actions import register
from hoaphuong.documents.actions.files import keep, note, note_attachment
from hoaphuong.documents.actions.rows import go, locked, saved, tell_inbox
from hoaphuong.documents.actions.sending import give_tasks, send_copies
from hoaphuong.documents.contracts import (
    DocumentIssued,
    DocumentNumbered,
    DocumentReplaced,
    DocumentSigned,
)
from hoaphuong.documents.kinds import KINDS
from hoaphuong.documents.models import Attachment, Document, Status
from hoaphuong.documents.refusals import AttachmentsUnsealed, NotTheSigner, WrongStatus
from hoaphuong.documents.rules import series
from hoaphuong.files.contracts import StoredFileFacts
from hoaphuong.kernel import journal
from hoaphuong.kernel.faults import point
from hoaphuong.kernel.numbering import next_number
from hoaphuong.kernel.values import Code, Ref


@transaction.atomic
def sign(*, key: str, file: StoredFileFacts, by: str, at: datetime) -> Document:
    """The person named as signer signed: ``file`` carries the certifying signature.

    Called by the signing app in the transaction that closes the item of the batch.
    """
    document = locked(key)
    if document.signer_key != by:
        raise NotTheSigner(key)
    go(document, Status.SIGNED)
    document.signed_at = at
    note(document, file, state="signed", at=at)
    event = DocumentSigned(
        document=Ref(document.key),
        agency=Code(document.agency_code),
        kind=Code(document.kind),
        signer=Ref(by),
        signed_on=localdate(at),
    )
    saved(document, event, by=by, at=at)
    tell_inbox(document, at=at)
    return document


@transaction.atomic
def number(*, key: str, by: str, at: datetime) -> Document:
    """Give the next number and the day, and fill both into the signed file's reserved places.

    Asked again for a numbered document, it answers with the number it has: a seal that failed is
    tried again under the same number. Numbers follow the order of issue (Article 15).
    """
    document = locked(key)
    if document.status == Status.NUMBERED:
        return document
    go(document, Status.NUMBERED)
    day = localdate(at)
    document.series = series(agency=document.agency_code, year=day.year, kind=document.kind)
    document.number = next_number(document.series)
    document.issued_on = day
    keep(document, papers.filled_pdf(document), state="numbered", by=by, at=at)
    point("documents.number.filled")
    event = DocumentNumbered(
        document=Ref(document.key),
        agency=Code(document.agency_code),
        kind=Code(document.kind),
        directive=KINDS[document.kind].directive,
        issued_on=day,
    )
    saved(document, event, by=by, at=at)
    tell_inbox(document, at=at)
    return document


@transaction.atomic
def seal(*, key: str, file: StoredFileFacts, by: str, at: datetime) -> Document:
    """The agency's seal is on it: it is in force, entered in the chain, and goes out.

    Called by the signing app in the transaction that closes the item of the batch.
    """
    document = locked(key)
    if document.status != Status.NUMBERED:
        raise WrongStatus(key)
    if document.attachments.filter(sealed_at=None).exists():
        raise AttachmentsUnsealed(key)
    go(document, Status.ISSUED)
    document.issued_at = at
    note(document, file, state="sealed", at=at)
    document.file_sha256 = file.sha256
    event = DocumentIssued(
        document=Ref(document.key),
        agency=Code(document.agency_code),
        kind=Code(document.kind),
        directive=KINDS[document.kind].directive,
        issued_on=document.issued_on,
        signed=document.signed_at is not None,
        sealed=True,
        dossier=Ref(document.dossier),
    )
    saved(document, event, by=by, at=at)
    register.enter(document, at=at)
    _take_place(document, by=by, at=at)
    send_copies(document, by=by, at=at)
    give_tasks(document, by=by, at=at)
    tell_inbox(document, at=at)
    return document


@transaction.atomic
def seal_attachment(*, key: str, file: StoredFileFacts, at: datetime) -> Attachment:
    """The agency's seal is on an attachment, in the transaction that issues its document."""
    attachment = Attachment.objects.select_related("document").get(key=key)
    document = locked(attachment.document.key)
    if document.status != Status.NUMBERED or attachment.sealed_at is not None:
        raise WrongStatus(key)
    note_attachment(attachment, file, state="sealed", at=at)
    attachment.sealed_sha256, attachment.sealed_at = file.sha256, at
    attachment.save(update_fields=["file_key", "sealed_sha256", "sealed_at"])
    return attachment


def _take_place(document: Document, *, by: str, at: datetime) -> None:
    """What the new document replaces is replaced from now on."""
    if document.replaces_id is None:
        return
    old = Document.objects.select_for_update().get(pk=document.replaces_id)
    if old.replaced_at is None:
        old.replaced_at = at
        old.save(update_fields=["replaced_at"])
        event = DocumentReplaced(
            document=Ref(old.key), by_document=Ref(document.key), replaced_on=localdate(at)
        )
        journal.record(event, by=by, occurred_at=at)


@transaction.atomic
def keep_restamped(*, key: str, file: StoredFileFacts, at: datetime) -> None:
    """A further archive time stamp is on the file of a document or of an attachment; what was
    issued is inside it unchanged.
    """
    if attachment := Attachment.objects.select_for_update().filter(key=key).first():
        note_attachment(attachment, file, state="restamped", at=at)
        attachment.save(update_fields=["file_key"])
        return
    document = locked(key)
    note(document, file, state="restamped", at=at)
    document.save(update_fields=["file_key"])
