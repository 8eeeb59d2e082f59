"""The only writer of stored files. Call it before the transaction that refers to the file."""

import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import transaction
from pypdf import PdfWriter

from hoaphuong.files import photos, rules, shelf
from hoaphuong.files.contracts import FileStored, StoredFileFacts
from hoaphuong.files.inspection import inspect
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
    "store",
    "store_joined",
    "sweep",
]

UNCLAIMED_FOR = timedelta(days=1)
_JPEG_QUALITY = 82


def store(
    *,
    upload: File,
    name: str,
    by: str,
    at: datetime,
    retention: str,
    allowed: frozenset[str],
) -> StoredFileFacts:
    """Check an upload and keep it; the bytes are on the disk before the row is committed.

    ``allowed`` are media types of ``rules.KNOWN``; the type is told by the content. Raises a
    ``FileRefused`` whose text can be shown. ``by`` becomes the owner.
    """
    limit = settings.UPLOAD_MAX_BYTES
    if not upload.size:
        raise EmptyFile
    try:
        aside = shelf.Aside(upload.chunks(), limit=limit)
    except shelf.TooManyBytes:
        raise TooLarge(limit) from None
    with aside:
        if aside.size == 0:
            raise EmptyFile
        with aside.opened() as stream:
            media_type = _checked_type(stream, allowed)
        aside.put_in_place()
        faults.point("file_in_place")
        return _record(
            aside=aside, media_type=media_type, name=name, by=by, at=at, retention=retention
        )


@transaction.atomic
def _record(
    *, aside: shelf.Aside, media_type: str, name: str, by: str, at: datetime, retention: str
) -> StoredFileFacts:
    row = StoredFile.objects.create(
        sha256=aside.sha256,
        size=aside.size,
        media_type=media_type,
        name=rules.safe_name(name, media_type),
        retention=retention,
        owner_account=by,
        created_at=at,
    )
    event = FileStored(file=Ref(row.key), media_type=Code(media_type), size=row.size)
    journal.record(event, by=by, occurred_at=at)
    return stored_file_facts(row)


def store_joined(
    *,
    uploads: Sequence[File],
    name: str,
    by: str,
    at: datetime,
    retention: str,
    allowed: frozenset[str] = rules.PHOTOS,
) -> StoredFileFacts:
    """Make one PDF of several photos, a page each in the order given, and keep it.

    Each photo is turned upright, shrunk to 2,000 pixels a side and freed of everything but its
    picture (place, time, device). ``InFile`` names the photo that was refused.
    """
    if not uploads:
        raise EmptyFile
    book = PdfWriter()
    for upload in uploads:
        try:
            book.append(_page(upload, allowed & rules.PHOTOS))
        except FileRefused as reason:
            raise InFile(upload.name or "?", reason) from reason
    joined = io.BytesIO()
    book.write(joined)
    return store(
        upload=ContentFile(joined.getvalue(), name="joined.pdf"),
        name=name,
        by=by,
        at=at,
        retention=retention,
        allowed=frozenset({rules.PDF}),
    )


def _page(upload: File, allowed: frozenset[str]) -> io.BytesIO:
    """One photo as a PDF of one page whose longer side is that of A4."""
    if not upload.size:
        raise EmptyFile
    if upload.size > settings.UPLOAD_MAX_BYTES:
        raise TooLarge(settings.UPLOAD_MAX_BYTES)
    stream = cast(BinaryIO, upload)
    media_type = _checked_type(stream, allowed)
    page = photos.page_image(stream, media_type)
    sheet = io.BytesIO()
    page.save(sheet, "PDF", resolution=photos.resolution(page), quality=_JPEG_QUALITY)
    return sheet


def _checked_type(stream: BinaryIO, allowed: frozenset[str]) -> str:
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
