"""A document's page: look at it, talk about it, send it on."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from hoaphuong.documents import actions, papers, queries
from hoaphuong.documents.copying import copies_of
from hoaphuong.documents.kinds import KINDS, URGENCIES
from hoaphuong.documents.models import Attachment, Document, Status
from hoaphuong.documents.pages.moments import entries
from hoaphuong.documents.pages.steps import Step
from hoaphuong.documents.rules import full_number
from hoaphuong.documents.work_kinds import STATUSES
from hoaphuong.exchange import queries as exchange
from hoaphuong.files import pages as files
from hoaphuong.files import queries as shelf
from hoaphuong.identity import queries as identity
from hoaphuong.kernel.access import covers, page
from hoaphuong.kernel.access_lines import shown

D, R, T = Status.DRAFT, Status.REVIEW, Status.TO_SIGN
STEPS = (
    Step(
        "gui-duyet", (D,), gettext_lazy("Send to review"), "documents.draft", actions.submit,
        tone="primary",
    ),
    Step(
        "duyet", (D, R), gettext_lazy("Approve for signature"), "documents.review",
        actions.approve, tone="primary",
    ),
    Step(
        "tra-lai", (R, T), gettext_lazy("Send back to the drafter"), "documents.review",
        actions.send_back, needs_reason=True,
    ),
    Step(
        "bo", (D, R, T, Status.SIGNED), gettext_lazy("Give up"), "documents.draft",
        actions.give_up, tone="danger",
        confirm=gettext_lazy("Give this document up? Its drafts stay to be read."),
    ),
    Step(
        "thu-hoi", (Status.ISSUED,), gettext_lazy("Recall"), "documents.direct", actions.recall,
        needs_reason=True, tone="danger",
        confirm=gettext_lazy("Recall this document? Every recipient is asked to give it back."),
    ),
)  # fmt: skip


def found(request: HttpRequest, key: str) -> Document:
    """The document, if this person may see it; for anyone else it does not exist."""
    actor = request.actor
    try:
        return queries.document(key, actor.agencies("documents.view"), actor.key)
    except Document.DoesNotExist:
        raise Http404 from None


def _may(actor: Any, step: Step, document: Document) -> bool:
    if step.verb == "thu-hoi" and document.recalled_at:
        return False
    own = step.verb == "tra-lai" and document.signer_key == actor.key
    return own or covers(actor, step.permission, document.agency_code)


def offered(actor: Any, document: Document) -> list[Step]:
    """The steps this person may take now."""
    return [s for s in STEPS if document.status in s.statuses and _may(actor, s, document)]


@require_GET
@page(permission="documents.view")
def read(request: HttpRequest, key: str) -> HttpResponse:
    """Everything about one document; who looked is written down."""
    return document_page(request, found(request, key))


def document_page(
    request: HttpRequest,
    document: Document,
    *,
    reason: str = "",
    title: str = "",
    typed: Sequence[actions.To] = (),
    faults: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """A document's page, with what was typed and is wrong.

    ``title`` is of a new attachment, ``typed`` are further recipients.
    """
    actor = request.actor
    shown(account=actor.key, purpose="documents.document", record=document.key)
    comments = list(document.comments.order_by("at", "pk"))
    names = identity.display_names(
        {c.by_key for c in comments}
        | {document.drafter_key, document.signer_key, document.reviewer_key}
    )
    in_force = document.status == Status.ISSUED and not document.recalled_at
    may_edit = document.status in (D, R) and covers(actor, "documents.draft", document.agency_code)
    context = {
        "document": document,
        "number": full_number(document.number, document.notation),
        "kind": KINDS[document.kind],
        "status": STATUSES[document.status],
        "agency": identity.agency(document.agency_code).called(request.LANGUAGE_CODE),
        "drafter": names.get(document.drafter_key, ""),
        "signer": names.get(document.signer_key, ""),
        "reviewer": names.get(document.reviewer_key, ""),
        "comments": [(c, names.get(c.by_key, "")) for c in comments],
        "may_comment": document.status in (D, R, T),
        "may_edit": may_edit,
        "may_follow": in_force and covers(actor, "documents.draft", document.agency_code),
        **_further(in_force and covers(actor, "documents.issue", document.agency_code), typed),
        "may_copy": in_force and covers(actor, "documents.issue", document.agency_code),
        "may_sign": document.status == T and document.signer_key == actor.key,
        "may_issue": document.status in (Status.SIGNED, Status.NUMBERED)
        and covers(actor, "documents.issue", document.agency_code),
        "steps": offered(actor, document),
        "recipients": document.recipients.all(),
        "tasks": document.assignments.order_by("due_on"),
        "versions": document.versions.order_by("-number"),
        "files": list(document.files.filter(attachment=None).order_by("pk")),
        "attachments": _attachments(document),
        "copies": copies_of(document),
        "title": title,
        "entries": entries(document),
        "urgency": URGENCIES.get(document.urgency, ""),
        "reason": reason,
        "faults": faults or {},
        "unsent": (faults or {}).get("to-0-name", ""),
        "today": timezone.localdate(),
    }
    return render(request, "documents/document.html", context, status=status)


def _further(may_send: bool, typed: Sequence[actions.To]) -> dict[str, Any]:
    """What the form for further recipients needs."""
    if not may_send:
        return {"may_send": False}
    lines = [*typed, *[None] * (3 - len(typed))]
    known = [one.name for one in identity.agencies().values()]
    known += [one.name for one in exchange.partners()]
    return {"may_send": True, "further": lines, "known": known}


@require_POST
@page(permission="documents.view")
def step(request: HttpRequest, key: str, verb: str) -> HttpResponse:
    """Take one step of the document's way."""
    document = found(request, key)
    chosen = next((one for one in STEPS if one.verb == verb), None)
    if chosen is None:
        raise Http404
    if not _may(request.actor, chosen, document):
        raise PermissionDenied
    reason = request.POST.get("reason", "").strip()[:500]
    if chosen.needs_reason and not reason:
        faults = {"reason": _("Say why.")}
        return document_page(request, document, reason=reason, faults=faults, status=422)
    words = {"reason": reason} if chosen.needs_reason else {}
    try:
        chosen.run(key=key, by=request.actor.key, at=timezone.now(), **words)
        messages.success(request, _("Done: %(step)s.") % {"step": chosen.label})
    except actions.NotReady as refused:
        return document_page(request, document, reason=reason, faults=refused.faults, status=422)
    except actions.WrongStatus:
        messages.error(request, _("A colleague has moved this document on in the meantime."))
    return redirect("documents:document", key)


@require_POST
@page(permission="documents.view")
def comment(request: HttpRequest, key: str) -> HttpResponse:
    """Say something about the draft, or mark a comment as dealt with."""
    document = found(request, key)
    text = request.POST.get("text", "").strip()[:2_000]
    resolved = request.POST.get("resolve", "")
    try:
        if resolved.isdecimal() and len(resolved) < 19:
            actions.resolve_comment(key=document.key, comment=int(resolved), at=timezone.now())
        elif text:
            actions.comment(key=document.key, text=text, by=request.actor.key, at=timezone.now())
        else:
            messages.error(request, _("The comment is empty."))
    except actions.WrongStatus:
        messages.error(request, _("It cannot be changed any more."))
    return redirect("documents:document", key)


@require_GET
@page(permission="documents.view")
def preview(request: HttpRequest, key: str) -> HttpResponse:
    """The draft as a page, as it would look now."""
    document = found(request, key)
    faults = papers.faults(document)
    if faults:
        return document_page(request, document, faults=faults, status=422)
    shown(account=request.actor.key, purpose="documents.preview", record=document.key)
    answer = HttpResponse(papers.draft_pdf(document), content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="du-thao.pdf"'
    return answer


@require_GET
@page(permission="documents.view")
def file(request: HttpRequest, key: str, file_key: str) -> HttpResponse:
    """One state of the document's file; opening it is written down."""
    document = found(request, key)
    attached = document.attachments.filter(source_key=file_key)
    if not attached.exists() and not document.files.filter(file_key=file_key).exists():
        raise Http404
    shown(account=request.actor.key, purpose="documents.file", record=document.key, filter=file_key)
    return files.send(request, file_key, inline=True)


def _attachments(document: Document) -> list[tuple[Attachment, str, int]]:
    """Each attachment with the file to open and its bytes."""
    rows = [(one, one.file_key or one.source_key) for one in document.attachments.all()]
    facts = shelf.facts(key for _row, key in rows)
    return [(one, key, facts[key].size) for one, key in rows if key in facts]
