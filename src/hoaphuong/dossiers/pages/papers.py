"""Files that come with a form: stored part by part, each fault beside its field."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from hoaphuong.files import actions as shelf
from hoaphuong.files.queries import USUAL

MOST_PER_PART = 10


def stored_uploads(
    request: HttpRequest, parts: Iterable[str], *, by: str
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Keys of stored files by part, and the fault of each part that could not be stored.

    Several photos of one part, told by their content, are joined into one PDF; a part of which
    one file is refused keeps none of them.
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
            kept = shelf.store_together(
                uploads=uploads,
                by=by,
                at=timezone.now(),
                retention="dossier",
                allowed=USUAL,
            )
            stored[part] = [facts.key for facts in kept]
        except shelf.FileRefused as refused:
            faults[part] = str(refused)
    return stored, faults
