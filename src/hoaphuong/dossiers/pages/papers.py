"""Files that come with a form: stored one by one, each fault beside its field."""

from collections.abc import Iterable

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from hoaphuong.files import actions as shelf

PHOTOS = frozenset({"image/jpeg", "image/png", "image/webp", "image/heic"})
PAPERS = PHOTOS | {
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_PER_PART = 10


def stored_uploads(
    request: HttpRequest, parts: Iterable[str], *, by: str
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Keys of stored files by part, and the fault of each part that could not be stored.

    Several photos of one part are joined into one PDF, in the order given.
    """
    stored: dict[str, list[str]] = {}
    faults: dict[str, str] = {}
    for part in parts:
        uploads = request.FILES.getlist(part)
        if not uploads:
            continue
        if len(uploads) > MOST_PER_PART:
            faults[part] = _("At most %(most)s files at a time.") % {"most": MOST_PER_PART}
            continue
        try:
            stored[part] = _store(uploads, by=by)
        except shelf.FileRefused as refused:
            faults[part] = str(refused)
    return stored, faults


def _store(uploads: list[UploadedFile], *, by: str) -> list[str]:
    now = timezone.now()
    if len(uploads) > 1 and all((u.content_type or "") in PHOTOS for u in uploads):
        name = (uploads[0].name or "").rsplit(".", 1)[0] + ".pdf"
        joined = shelf.store_joined(uploads=uploads, name=name, by=by, at=now, retention="dossier")
        return [joined.key]
    return [
        shelf.store(
            upload=upload,
            name=upload.name or "",
            by=by,
            at=now,
            retention="dossier",
            allowed=PAPERS,
        ).key
        for upload in uploads
    ]
