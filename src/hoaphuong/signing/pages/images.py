"""What the pages of a person's signature and of an agency's seal have in common."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from hoaphuong.files import pages as files
from hoaphuong.signing import actions, queries
from hoaphuong.signing.contracts import CertificateFacts
from hoaphuong.signing.names import called

# A picture for preview is small; a larger upload never reaches the decoder.
MOST_BYTES = 5 * 1_048_576


def kept(request: HttpRequest, **holder: str) -> str:
    """Keep an uploaded picture; the fault to show, empty when it went well."""
    upload = request.FILES.get("image")
    if upload is None or not upload.size:
        return _("Choose a picture.")
    if upload.size > MOST_BYTES:
        return _("This picture is larger than 5 MB.")
    try:
        actions.keep_image(content=upload.read(), by=request.actor.key, at=timezone.now(), **holder)
    except actions.ImageRefused as refusal:
        return str(refusal)
    messages.success(request, _("This picture is used from now on."))
    return ""


def undone(request: HttpRequest, **holder: str) -> None:
    """Take the newest picture back and say what is used now."""
    if actions.undo_image(by=request.actor.key, at=timezone.now(), **holder):
        messages.success(request, _("The picture before it is used again, if there was one."))
    else:
        messages.info(request, _("There is nothing to undo."))


def sent(request: HttpRequest, *, otherwise: str, **holder: str) -> HttpResponse:
    """The picture in force; where there is none, the page that says so."""
    found = queries.image_row(**holder)
    if found is None:
        return redirect(otherwise)
    return files.send(request, found.file_key, inline=True)


def certificate_row(facts: CertificateFacts) -> dict[str, Any]:
    """A certificate with its holder's name and its state: a label, a tone and a shape."""
    now = timezone.now()
    if facts.withdrawn_at:
        state = (_("Withdrawn"), "still", "x-circle")
    elif now > facts.not_after:
        state = (_("Ended"), "still", "clock")
    elif now < facts.not_before:
        state = (_("Not in force yet"), "wait", "clock")
    else:
        state = (_("In force"), "done", "check-circle")
    name, organisation = called(facts.certificate)
    return {"facts": facts, "name": name, "organisation": organisation, "state": state}
