"""Attachments of a draft: a PDF is added, taken out, or put before another."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from hoaphuong.documents import actions
from hoaphuong.documents.attached import MOST, MOST_BYTES, MOST_BYTES_TOGETHER
from hoaphuong.documents.models import Attachment, Document
from hoaphuong.documents.pages.drafting import document_page, found
from hoaphuong.files import actions as files
from hoaphuong.kernel.access import page, require

UNFIT = {
    "signed": gettext_lazy(
        "This PDF is signed already and can get no seal of the agency: attach it as it was before."
    ),
    "small": gettext_lazy("The first page is too small for the line of the agency's seal."),
    "unreadable": gettext_lazy("This PDF is damaged, or of a kind that cannot be signed."),
    "large": gettext_lazy(
        "It is too large: at most %(one)s MB each and %(all)s MB together, as the document"
        " exchange allows."
    ),
    "many": gettext_lazy("A document has at most %(most)s attachments."),
}
AMOUNTS = {"one": MOST_BYTES >> 20, "all": MOST_BYTES_TOGETHER >> 20, "most": MOST}


@require_POST
@page(permission="documents.draft")
def attach(request: HttpRequest, key: str) -> HttpResponse:
    """Add a PDF to a draft; what is wrong with it is said on the document's page."""
    document = found(request, key)
    require(request.actor, "documents.draft", document.agency_code)
    title = " ".join(request.POST.get("title", "").split())[:200]
    faults = {} if title else {"title": _("Say what it is, such as “Phụ lục I. Danh mục”.")}
    upload = request.FILES.get("file")
    if upload is None:
        faults["file"] = _("Choose a PDF.")
    elif not faults:
        try:
            actions.attach(
                key=key, title=title, upload=upload, by=request.actor.key, at=timezone.now()
            )
        except (actions.NotAttachable, files.FileRefused) as refused:
            faults["file"] = _why(refused)
        except actions.WrongStatus:
            messages.error(request, _("It cannot be changed any more."))
    if faults:
        return document_page(request, document, faults=faults, title=title, status=422)
    return _back(document)


def _why(refused: Exception) -> str:
    if isinstance(refused, actions.NotAttachable):
        return str(UNFIT[refused.reason]) % AMOUNTS
    return str(refused)


@require_POST
@page(permission="documents.draft")
def change(request: HttpRequest, key: str) -> HttpResponse:
    """Take an attachment out, or let it change places with the one before or behind."""
    document = found(request, key)
    require(request.actor, "documents.draft", document.agency_code)
    which, what = request.POST.get("attachment", "")[:32], request.POST.get("do", "")
    by, at = request.actor.key, timezone.now()
    try:
        if what == "remove":
            actions.detach(key=key, attachment=which, by=by, at=at)
        elif what in ("up", "down"):
            actions.move_attachment(key=key, attachment=which, up=what == "up", by=by, at=at)
        else:
            raise Http404
    except Attachment.DoesNotExist:
        raise Http404 from None
    except actions.WrongStatus:
        messages.error(request, _("It cannot be changed any more."))
    return _back(document)


def _back(document: Document) -> HttpResponse:
    answer = redirect("documents:document", document.key)
    answer["Location"] += "#attachments"
    return answer
