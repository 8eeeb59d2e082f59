"""Files that are issued with a document: added to a draft, taken out, put into order."""

from datetime import datetime

from django.core.files.base import File
from django.db import transaction

from hoaphuong.documents import attached
from hoaphuong.documents.actions.files import PDF, RETENTION
from hoaphuong.documents.actions.rows import locked, saved
from hoaphuong.documents.contracts import AttachmentsChanged
from hoaphuong.documents.models import Attachment, Document, Status
from hoaphuong.documents.refusals import NotAttachable, WrongStatus
from hoaphuong.files import actions as shelf
from hoaphuong.files import queries as stored
from hoaphuong.kernel.values import Ref


@transaction.atomic
def attach(*, key: str, title: str, upload: File, by: str, at: datetime) -> Attachment:
    """Add a PDF to a draft, last of its attachments.

    NotAttachable when it could not be sealed later or is too much; what the files app refuses
    raises its FileRefused.
    """
    document = _open(key)
    there = list(document.attachments.all())
    sizes = [facts.size for facts in stored.facts(one.source_key for one in there).values()]
    if len(there) >= attached.MOST:
        raise NotAttachable("many")
    size = upload.size or 0
    if size > attached.MOST_BYTES or size + sum(sizes) > attached.MOST_BYTES_TOGETHER:
        raise NotAttachable("large")
    file = shelf.store(
        upload=upload,
        name=upload.name or "",
        by=by,
        at=at,
        retention=RETENTION,
        allowed=frozenset({PDF}),
    )
    with stored.open_file(file.key) as stream:
        attached.refuse_unfit(stream.read(), notation=document.notation)
    made = Attachment.objects.create(
        document=document, position=len(there) + 1, title=title[:200], source_key=file.key
    )
    _changed(document, by=by, at=at)
    return made


@transaction.atomic
def detach(*, key: str, attachment: str, by: str, at: datetime) -> None:
    """Take an attachment out of a draft; Attachment.DoesNotExist."""
    document = _open(key)
    document.attachments.get(key=attachment).delete()
    _number(list(document.attachments.all()))
    _changed(document, by=by, at=at)


@transaction.atomic
def move_attachment(*, key: str, attachment: str, up: bool, by: str, at: datetime) -> None:
    """Change places with the one before or behind; the first and the last stay where they are."""
    document = _open(key)
    rows = list(document.attachments.all())
    here = rows.index(document.attachments.get(key=attachment))
    there = here - 1 if up else here + 1
    if not 0 <= there < len(rows):
        return
    rows[here], rows[there] = rows[there], rows[here]
    _number(rows)
    _changed(document, by=by, at=at)


def _open(key: str) -> Document:
    document = locked(key)
    if document.status not in (Status.DRAFT, Status.REVIEW):
        raise WrongStatus(key)
    return document


def _number(rows: list[Attachment]) -> None:
    for position, row in enumerate(rows, 1):
        if row.position != position:
            row.position = position
            row.save(update_fields=["position"])


def _changed(document: Document, *, by: str, at: datetime) -> None:
    event = AttachmentsChanged(document=Ref(document.key), attachments=document.attachments.count())
    saved(document, event, by=by, at=at)
