"""Electronic copies of papers that an agency holds: numbered, then sealed."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from hoaphuong.documents.actions.files import PDF, RETENTION
from hoaphuong.documents.attached import refuse_unfit
from hoaphuong.documents.contracts import CopyMade
from hoaphuong.documents.copying import HELD, content_of_copy, forms_of
from hoaphuong.documents.models import Copy, Document, Incoming, Status
from hoaphuong.documents.refusals import NotAttachable, NotCopyable, WrongStatus
from hoaphuong.documents.rules import abbreviation, copy_notation, copy_series
from hoaphuong.files import actions as shelf
from hoaphuong.files.contracts import StoredFileFacts
from hoaphuong.identity import queries as identity
from hoaphuong.kernel import journal
from hoaphuong.kernel.numbering import next_number
from hoaphuong.kernel.values import Code, Ref


@transaction.atomic
def make_copy(
    *, document: str = "", incoming: str = "", form: str, pages: str = "", by: str, at: datetime
) -> Copy:
    """Give a copy of an issued document or of a registered arrival its number; its seal follows.

    NotCopyable when the law knows no such copy of it or the file cannot be copied; WrongStatus for
    what is not issued or registered, or was taken back.
    """
    paper = _paper(document, incoming)
    if form not in forms_of(paper):
        raise NotCopyable("form")
    content = content_of_copy(paper.file_key, form=form, pages=pages)
    try:
        refuse_unfit(content, notation=identity.agency(paper.agency_code).name)
    except NotAttachable as refused:
        raise NotCopyable(refused.reason) from refused
    day = localdate(at)
    series = copy_series(agency=paper.agency_code, year=day.year)
    number = next_number(series)
    issuer = abbreviation(identity.agency(paper.agency_code).name)
    name = f"{copy_notation(number, form, issuer=issuer)}.pdf".replace("/", "-")
    file = shelf.keep(content=content, name=name, media_type=PDF, by=by, at=at, retention=RETENTION)
    made = Copy.objects.create(
        document=paper if isinstance(paper, Document) else None,
        incoming=paper if isinstance(paper, Incoming) else None,
        agency_code=paper.agency_code,
        form=form,
        series=series,
        number=number,
        made_on=day,
        pages=pages.strip()[:60] if form == Copy.Form.TRICH_SAO else "",
        made_by_key=by,
        source_key=file.key,
    )
    event = CopyMade(
        copy=Ref(made.key),
        paper=Ref(paper.key),
        agency=Code(paper.agency_code),
        form=Code(form),
        made_on=day,
    )
    journal.record(event, by=by, occurred_at=at)
    return made


def _paper(document: str, incoming: str) -> Document | Incoming:
    if document:
        issued = Document.objects.select_for_update().get(key=document)
        if issued.status != Status.ISSUED or issued.recalled_at:
            raise WrongStatus(document)
        return issued
    arrived = Incoming.objects.select_for_update().get(key=incoming)
    if arrived.status not in HELD:
        raise WrongStatus(incoming)
    return arrived


@transaction.atomic
def seal_copy(*, key: str, file: StoredFileFacts, at: datetime) -> Copy:
    """The agency's signature is on the copy: it may be given out.

    Called by the signing app in the transaction that closes the item of the batch.
    """
    made = Copy.objects.select_for_update().get(key=key)
    if made.sealed_at is not None:
        raise WrongStatus(key)
    made.file_key, made.sealed_at = file.key, at
    made.file_sha256 = made.sealed_sha256 = file.sha256
    made.save(update_fields=["file_key", "file_sha256", "sealed_sha256", "sealed_at"])
    return made


@transaction.atomic
def keep_restamped_copy(*, key: str, file: StoredFileFacts) -> None:
    """A further archive time stamp is on the copy; what was given out is inside it unchanged."""
    made = Copy.objects.select_for_update().get(key=key)
    made.file_key, made.file_sha256 = file.key, file.sha256
    made.save(update_fields=["file_key", "file_sha256"])
