"""An issued document goes to more recipients."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from hoaphuong.documents import actions
from hoaphuong.documents.pages.drafting import document_page, found
from hoaphuong.documents.pages.form_of_draft import recipients_of
from hoaphuong.kernel.access import page, require


@require_POST
@page(permission="documents.issue")
def send(request: HttpRequest, key: str) -> HttpResponse:
    """Send it to agencies of the city or of the document exchange that do not have it yet."""
    document = found(request, key)
    require(request.actor, "documents.issue", document.agency_code)
    typed = recipients_of(request.POST)
    unknown = [to.name for to in typed if to.place == "paper"]
    if unknown or not typed:
        said = _("Choose agencies of the city or of the document exchange from the list.")
        return document_page(request, document, faults={"to-0-name": said}, typed=typed, status=422)
    try:
        sent = actions.send_further(
            key=key, recipients=typed, by=request.actor.key, at=timezone.now()
        )
    except actions.WrongStatus:
        messages.error(request, _("A colleague has moved this document on in the meantime."))
    else:
        told = ngettext("Sent to %(sent)s agency.", "Sent to %(sent)s agencies.", sent)
        messages.success(request, told % {"sent": sent})
    return redirect("documents:document", key)
