"""The only writer of stored files. Call it before the transaction that refers to the file.

The libraries of pictures and PDFs are loaded with the first upload: they are a sixth of what a
web server would load to start.
"""

import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import transaction

from hoaphuong.files import rules, shelf
from hoaphuong.files.contracts import FileStored, StoredFileFacts
from hoaphuong.files.models import StoredFile
from hoaphuong.files.queries import stored_file_facts
from hoaphuong.files.refusals import (
    BrokenFile,
    EmptyFile,
    EncryptedPdf,
    FileRefused,
    InFile,
    MacroInDocument,
    ScriptInPdf,
    TooLarge,
    TooManyPixels,
    TypeNotAllowed,
    UnreadableHeic,
)
from hoaphuong.kernel import faults, journal
from hoaphuong.kernel.values import Code, Ref

__all__ = [
    "BrokenFile",
    "EmptyFile",
    "EncryptedPdf",
    "FileRefused",
    "InFile",
    "MacroInDocument",
    "ScriptInPdf",
    "TooLarge",
    "TooManyPixels",
    "TypeNotAllowed",
    "UnreadableHeic",
    "keep",
    "store",
    "store_together",
    "sweep",
]

UNCLAIMED_FOR = timedelta(days=1)
_PHOTO_QUALITY, _PAGE_QUALITY = 90, 82  # of JPEG and WEBP


@dataclass(frozen=True)
class _Checked:
    """Bytes that passed every check and wait beside the shelf for their row."""

    aside: shelf.Aside
    media_type: str
    name: str


def store(
    *,
    upload: File,
    name: str,
    by: str,
    at: datetime,
    retention: str,
    allowed: frozenset[str],
    as_is: bool = False,
) -> StoredFileFacts:
    """Check an upload and keep it; the bytes are on the disk before the row is committed.

    ``allowed`` are media types of ``rules.KNOWN``; the type is told by the content. A photo is
    kept upright and without place, time and device, unless it is an official paper's scan, which
    stays bit by bit (``as_is``). Raises a ``FileRefused`` whose text can be shown. ``by`` becomes
    the owner.
    """
    with ExitStack() as waiting:
        checked = _checked(upload, name, allowed, waiting, as_is=as_is)
        return _keep([checked], by=by, at=at, retention=retention)[0]


def keep(
    *, content: bytes, name: str, media_type: str, by: str, at: datetime, retention: str
) -> StoredFileFacts:
    """Keep bytes that the program made or received by a protocol, unseen and unchanged.

    Never for what a person uploads: nothing is looked into.
    """
    with ExitStack() as waiting:
        aside = waiting.enter_context(shelf.Aside([content], limit=len(content)))
        checked = _Checked(aside, media_type, name)
        return _keep([checked], by=by, at=at, retention=retention)[0]


def store_together(
    *,
    uploads: Sequence[File],
    by: str,
    at: datetime,
    retention: str,
    allowed: frozenset[str],
) -> list[StoredFileFacts]:
    """Keep several uploads, or none when one is refused; photos among them become one PDF.

    The PDF has a page for each photo and stands where the first of them stood. ``InFile`` names
    the refused one of several.
    """
    if not uploads:
        raise EmptyFile
    photographs = [one for one in uploads if rules.detect(_bytes(one)) in rules.PHOTOS & allowed]
    joined = photographs if len(photographs) > 1 else []
    with ExitStack() as waiting:
        checked = []
        for upload in uploads:
            if joined and upload is joined[0]:
                checked.append(_joined(joined, _named(upload), waiting))
            elif upload not in joined:
                with _naming(upload, among=uploads):
                    checked.append(_checked(upload, _named(upload), allowed, waiting))
        return _keep(checked, by=by, at=at, retention=retention)


def _bytes(upload: File) -> BinaryIO:
    return cast(BinaryIO, upload)


def _named(upload: File) -> str:
    return upload.name or ""


@contextmanager
def _naming(upload: File, *, among: Sequence[File]) -> Iterator[None]:
    """A refusal says which file it means when there are several."""
    try:
        yield
    except FileRefused as reason:
        if len(among) == 1:
            raise
        raise InFile(_named(upload) or "?", reason) from reason


def _checked(
    upload: File, name: str, allowed: frozenset[str], waiting: ExitStack, *, as_is: bool = False
) -> _Checked:
    from hoaphuong.files import photos

    limit = settings.UPLOAD_MAX_BYTES
    if not upload.size:
        raise EmptyFile
    try:
        aside = waiting.enter_context(shelf.Aside(upload.chunks(), limit=limit))
    except shelf.TooManyBytes:
        raise TooLarge(limit) from None
    if aside.size == 0:
        raise EmptyFile
    with aside.opened() as stream:
        media_type = _checked_type(stream, allowed)
        if as_is or media_type not in rules.PHOTOS:
            return _Checked(aside, media_type, name)
        picture = photos.picture(stream, media_type, side=photos.PHOTO_SIDE)
    kept_as = photos.KEPT_AS[media_type]
    out = io.BytesIO()
    picture.save(out, photos.PIL_FORMATS[kept_as], quality=_PHOTO_QUALITY)
    kept = waiting.enter_context(shelf.Aside([out.getvalue()], limit=out.tell()))
    return _Checked(kept, kept_as, name)


def _joined(uploads: Sequence[File], name: str, waiting: ExitStack) -> _Checked:
    """Photos as one PDF, a page each in the order given."""
    from pypdf import PdfWriter

    from hoaphuong.files import photos

    book = PdfWriter()
    for upload in uploads:
        with _naming(upload, among=uploads):
            if upload.size > settings.UPLOAD_MAX_BYTES:
                raise TooLarge(settings.UPLOAD_MAX_BYTES)
            media_type = _checked_type(_bytes(upload), rules.PHOTOS)
            picture = photos.picture(_bytes(upload), media_type, side=photos.PAGE_SIDE)
        sheet = io.BytesIO()
        resolution = photos.resolution(picture)
        picture.save(sheet, "PDF", resolution=resolution, quality=_PAGE_QUALITY)
        book.append(sheet)
    pages = io.BytesIO()
    book.write(pages)
    return _checked(ContentFile(pages.getvalue()), name, frozenset({rules.PDF}), waiting)


def _keep(
    checked: Sequence[_Checked], *, by: str, at: datetime, retention: str
) -> list[StoredFileFacts]:
    for one in checked:
        one.aside.put_in_place()
    faults.point("file_in_place")
    with transaction.atomic():
        return [_record(one, by=by, at=at, retention=retention) for one in checked]


def _record(checked: _Checked, *, by: str, at: datetime, retention: str) -> StoredFileFacts:
    row = StoredFile.objects.create(
        sha256=checked.aside.sha256,
        size=checked.aside.size,
        media_type=checked.media_type,
        name=rules.safe_name(checked.name, checked.media_type),
        retention=retention,
        owner_account=by,
        created_at=at,
    )
    event = FileStored(file=Ref(row.key), media_type=Code(row.media_type), size=row.size)
    journal.record(event, by=by, occurred_at=at)
    return stored_file_facts(row)


def _checked_type(stream: BinaryIO, allowed: frozenset[str]) -> str:
    from hoaphuong.files.inspection import inspect

    found = rules.detect(stream)
    if found not in allowed & rules.KNOWN:
        raise TypeNotAllowed(found, allowed)
    inspect(stream, found)
    return found


def sweep(now: datetime) -> int:
    """Remove from the disk what no row has claimed for a day; how many files went."""
    before = now - UNCLAIMED_FOR
    gone = 0
    for paths in shelf.lying_since(before):
        names = [path.name for path in paths]
        claimed = set(StoredFile.objects.filter(sha256__in=names).values_list("sha256", flat=True))
        gone += sum(
            shelf.take_off(path, before=before) for path in paths if path.name not in claimed
        )
    for path in shelf.forgotten_aside(before):
        path.unlink(missing_ok=True)
        gone += 1
    return gone
