"""Writing a document: begin it, save its versions, follow an issued one up."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from hoaphuong.documents import actions
from hoaphuong.documents.kinds import KINDS, PREFIXES, URGENCIES
from hoaphuong.documents.models import Document
from hoaphuong.documents.pages import form_of_draft
from hoaphuong.documents.pages.drafting import D, R, found
from hoaphuong.exchange import queries as exchange
from hoaphuong.identity import queries as identity
from hoaphuong.kernel.access import page, require
from hoaphuong.kernel.access_lines import shown


def signers(agency: str) -> dict[str, str]:
    """Who may sign for an agency: key and name of those who hold the right today."""
    return dict(identity.holders("signing.sign", agency, on=timezone.localdate()))


@require_http_methods(["GET", "POST"])
@page(permission="documents.draft")
def begin(request: HttpRequest) -> HttpResponse:
    """Choose the kind and for which agency; the draft is made and opened."""
    actor = request.actor
    held = sorted(actor.agencies("documents.draft"))
    offices = [identity.agency(code) for code in held if code in identity.agencies()]
    if request.method == "POST":
        kind, agency = request.POST.get("kind", ""), request.POST.get("agency", "")
        if kind in KINDS and agency in identity.agencies():
            require(actor, "documents.draft", agency)
            may_sign = list(signers(agency))
            new = actions.NewDocument(
                agency=agency,
                kind=kind,
                subject_line="",
                content={"archive": "VT"},
                signer=may_sign[0] if may_sign else "",
                drafter=actor.key,
            )
            document = actions.draft(new=new, at=timezone.now())
            return redirect("documents:edit", document.key)
        messages.error(request, _("Choose a kind of document and an agency."))
    context = {"kinds": KINDS.values(), "offices": offices, "own": actor.account.agency_id}
    return render(request, "documents/begin.html", context)


@require_http_methods(["GET", "POST"])
@page(permission="documents.draft")
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Write the draft; saving makes its next version, a colleague's version is never lost."""
    document = found(request, key)
    actor = request.actor
    require(actor, "documents.draft", document.agency_code)
    if document.status not in (D, R):
        messages.error(request, _("It cannot be changed any more."))
        return redirect("documents:document", key)
    may_sign = signers(document.agency_code)
    now = timezone.now()
    version = document.version
    if request.method == "POST":
        form = form_of_draft.read(request.POST, signers=may_sign, today=timezone.localdate(now))
        text = request.POST.get("version", "")
        version = int(text) if text.isdecimal() and len(text) < 9 else 0
        more = request.POST.get("do") == "more"
        if not more and not form.faults and _saved(request, document, form, version=version):
            return redirect("documents:document", key)
    else:
        form = form_of_draft.of_document(document)
    context = {
        "document": document,
        "version": version,
        "kind": KINDS[document.kind],
        "form": form,
        "signers": may_sign,
        "urgencies": URGENCIES,
        "prefixes": {k: v for k, v in PREFIXES.items() if k in ("TM.", "KT.", "TL.", "TUQ.")},
        "agencies": identity.agencies().values(),
        "partners": exchange.partners(),
        "today": timezone.localdate(now),
    }
    status = 422 if request.method == "POST" and form.faults else 200
    shown(account=actor.key, purpose="documents.edit", record=document.key)
    return render(request, "documents/edit.html", context, status=status)


def _saved(
    request: HttpRequest, document: Document, form: form_of_draft.DraftForm, *, version: int
) -> bool:
    try:
        actions.revise(
            key=document.key,
            version=version,
            subject_line=form.subject_line,
            content=form.content,
            signer=form.signer,
            urgency=form.urgency,
            public=form.public,
            recipients=form.recipients,
            tasks=form_of_draft.tasks_of(form),
            by=request.actor.key,
            at=timezone.now(),
        )
    except actions.ChangedMeanwhile:
        form.faults["subject_line"] = _(
            "A colleague saved another version meanwhile. Look at it in another window, bring your"
            " changes together, and save again."
        )
        return False
    except actions.WrongStatus:
        messages.error(request, _("It cannot be changed any more."))
        return True
    messages.success(request, _("Saved."))
    return True


@require_POST
@page(permission="documents.draft")
def follow(request: HttpRequest, key: str, how: str) -> HttpResponse:
    """Begin a document that replaces or corrects an issued one."""
    old = found(request, key)
    actor = request.actor
    require(actor, "documents.draft", old.agency_code)
    if how not in ("thay-the", "dinh-chinh"):
        raise Http404
    replaces = how == "thay-the"
    try:
        new = actions.follow_up(key=old.key, replaces=replaces, by=actor.key, at=timezone.now())
    except actions.NotIssued:
        messages.error(request, _("Only an issued document can be replaced or corrected."))
        return redirect("documents:document", key)
    return redirect("documents:edit", new.key)
