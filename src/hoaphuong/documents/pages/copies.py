"""An electronic copy is made of a paper that the agency holds, and opened."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from hoaphuong.documents import actions, copying, queries
from hoaphuong.documents.models import Copy, Document, Incoming
from hoaphuong.documents.pages import drafting, receiving
from hoaphuong.documents.pages.lists import ordered
from hoaphuong.documents.rules import full_number
from hoaphuong.documents.signables import COPY
from hoaphuong.files import pages as files
from hoaphuong.kernel.access import page, require
from hoaphuong.kernel.access_lines import shown

FORMS = {
    "SY": gettext_lazy("Sao y: the whole of an original on paper"),
    "SL": gettext_lazy("Sao lục: of a paper that is itself a sao y"),
    "TrS": gettext_lazy("Trích sao: chosen pages"),
}
UNFIT = {
    "form": gettext_lazy("Choose a form of copy."),
    "pages": gettext_lazy("Give pages that the document has, such as 1, 3-4."),
    "long": gettext_lazy("It has too many pages to be copied."),
    "small": gettext_lazy("The first page is too small for the line of the agency's seal."),
    "signed": gettext_lazy("The file cannot be copied."),
    "unreadable": gettext_lazy("The file cannot be copied."),
}


@require_http_methods(["GET", "POST"])
@page(permission="documents.issue", second_factor=True)
def of_document(request: HttpRequest, key: str) -> HttpResponse:
    """Copy an issued document."""
    return _copy(request, drafting.found(request, key))


@require_http_methods(["GET", "POST"])
@page(permission="documents.issue", second_factor=True)
def of_incoming(request: HttpRequest, key: str) -> HttpResponse:
    """Copy a document that came in."""
    return _copy(request, receiving.found(request, key))


def _copy(request: HttpRequest, paper: Document | Incoming) -> HttpResponse:
    """Ask for the form of copy; then number it and order the agency's signature."""
    actor = request.actor
    require(actor, "documents.issue", paper.agency_code)
    require(actor, "signing.seal", paper.agency_code)
    forms = copying.forms_of(paper)
    typed = {
        "form": request.POST.get("form", forms[0])[:3],
        "pages": request.POST.get("pages", "").strip()[:60],
    }
    view, number = _where(paper)
    faults: dict[str, str] = {}
    if request.method == "POST":
        which = "document" if isinstance(paper, Document) else "incoming"
        try:
            made = actions.make_copy(**{which: paper.key}, **typed, by=actor.key, at=timezone.now())
        except actions.NotCopyable as refused:
            field = refused.reason if refused.reason in typed else "form"
            faults[field] = str(UNFIT[refused.reason])
        except actions.WrongStatus:
            messages.error(request, _("Only what is issued or registered can be copied."))
            return redirect(view, paper.key)
        else:
            batch = ordered(request, COPY, [made.key], agency=paper.agency_code)
            return redirect("signing:batch", batch) if batch else redirect(view, paper.key)
    else:
        shown(account=actor.key, purpose="documents.copy", record=paper.key)
    context = {
        "paper": paper,
        "back": view,
        "number": number,
        "forms": {code: label for code, label in FORMS.items() if code in forms},
        "typed": typed,
        "faults": faults,
    }
    return render(request, "documents/copy.html", context, status=422 if faults else 200)


def _where(paper: Document | Incoming) -> tuple[str, str]:
    """The page a paper is shown on, and its number."""
    if isinstance(paper, Document):
        return "documents:document", full_number(paper.number, paper.notation)
    return "documents:incoming", f"{paper.document_number}/{paper.document_notation}"


@require_GET
@page(permission="documents.view")
def file(request: HttpRequest, key: str) -> HttpResponse:
    """A sealed copy; opening it is written down."""
    try:
        copy = queries.copy(key, request.actor.agencies("documents.view"))
    except Copy.DoesNotExist:
        raise Http404 from None
    shown(account=request.actor.key, purpose="documents.copy_file", record=copy.key)
    return files.send(request, copy.file_key, inline=True)
