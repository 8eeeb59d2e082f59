"""What every action on a document does around its step: lock, judge, save, tell the inbox."""

from datetime import datetime
from typing import Any

from hoaphuong.documents.contracts import DocumentMoved
from hoaphuong.documents.kinds import KINDS
from hoaphuong.documents.models import Document, Status, Version
from hoaphuong.documents.refusals import WrongStatus
from hoaphuong.documents.rules import full_number, may_follow
from hoaphuong.documents.work_kinds import DOCUMENT
from hoaphuong.identity import queries as identity
from hoaphuong.kernel import journal
from hoaphuong.kernel.folding import fold
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.work import actions as work

ENDED = (Status.ISSUED, Status.WITHDRAWN)


def locked(key: str) -> Document:
    """The document, locked until the transaction ends; raises ``Document.DoesNotExist``."""
    return Document.objects.select_for_update().get(key=key)


def go(document: Document, status: str) -> str:
    """Move the row on in memory; the status it had."""
    if not may_follow(document.status, status):
        raise WrongStatus(f"{document.key}: {document.status} -> {status}")
    before, document.status = document.status, status
    return before


def saved(document: Document, event: Any, *, by: str, at: datetime) -> None:
    """Write the row and its fact together, and what the inbox shows of it."""
    document.changed_at = at
    document.search_text = searched(document)
    document.save()
    journal.record(event, by=by, occurred_at=at)


def moved(document: Document, before: str, *, by: str, at: datetime) -> None:
    """Save a step that has no fact of its own."""
    event = DocumentMoved(
        document=Ref(document.key),
        from_status=Code(before),
        to_status=Code(document.status),
        version=document.version,
    )
    saved(document, event, by=by, at=at)


def searched(document: Document) -> str:
    """What a search looks through: number, kind and subject, without accents."""
    kind = KINDS[document.kind]
    number = full_number(document.number, document.notation)
    return fold(f"{number} {kind.name} {document.subject_line}")[:900]


def keep_version(document: Document, *, by: str, at: datetime, note: str = "") -> None:
    """Keep what the draft says now under its version's number."""
    Version.objects.update_or_create(
        document=document,
        number=document.version,
        defaults={
            "subject_line": document.subject_line,
            "content": document.content,
            "by_key": by,
            "at": at,
            "note": note[:500],
        },
    )


def open_work(document: Document, *, at: datetime) -> None:
    """Put the draft into its agency's inbox."""
    drafter = identity.display_names({document.drafter_key}).get(document.drafter_key, "")
    work.open_item(
        kind=DOCUMENT,
        subject=document.key,
        agency=document.agency_code,
        label=f"{KINDS[document.kind].name or 'CÔNG VĂN'} …/{document.notation}"[:60],
        detail=document.subject_line,
        party=drafter,
        stage=document.status,
        at=at,
    )


def tell_inbox(document: Document, *, at: datetime) -> None:
    """The inbox item follows the document's status; it ends with the document's way."""
    if document.status in ENDED:
        work.close_item(kind=DOCUMENT, subject=document.key, at=at)
    else:
        work.move_item(kind=DOCUMENT, subject=document.key, stage=document.status, due_on=None)
