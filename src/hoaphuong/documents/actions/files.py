"""Every state of a document's file is kept; the row points to the newest."""

from datetime import datetime

from hoaphuong.documents.models import Attachment, Document, DocumentFile
from hoaphuong.documents.rules import full_number
from hoaphuong.files import actions as shelf
from hoaphuong.files.contracts import StoredFileFacts

PDF = "application/pdf"
RETENTION = "document"


def keep(document: Document, pdf: bytes, *, state: str, by: str, at: datetime) -> None:
    """Store a PDF and note it as the document's file; the caller saves the row."""
    name = f"{full_number(document.number, document.notation)}.pdf".replace("/", "-")
    facts = shelf.keep(content=pdf, name=name, media_type=PDF, by=by, at=at, retention=RETENTION)
    note(document, facts, state=state, at=at)


def note_attachment(
    attachment: Attachment, facts: StoredFileFacts, *, state: str, at: datetime
) -> None:
    """Point an attachment to a sealed file that is stored already."""
    DocumentFile.objects.create(
        document=attachment.document,
        attachment=attachment,
        state=state,
        file_key=facts.key,
        sha256=facts.sha256,
        at=at,
    )
    attachment.file_key = facts.key


def note(document: Document, facts: StoredFileFacts, *, state: str, at: datetime) -> None:
    """Point the row to a file that is stored already."""
    DocumentFile.objects.create(
        document=document, state=state, file_key=facts.key, sha256=facts.sha256, at=at
    )
    document.file_key = facts.key
