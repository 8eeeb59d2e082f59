"""The officer's page of one dossier, and the steps taken from it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from hoaphuong.documents import queries as documents
from hoaphuong.documents.contracts import DocumentFacts
from hoaphuong.dossiers import actions, queries
from hoaphuong.dossiers.catalogue.shipped import form_schema
from hoaphuong.dossiers.models import Dossier
from hoaphuong.dossiers.pages.moments import entries
from hoaphuong.dossiers.pages.papers import stored_uploads
from hoaphuong.dossiers.rules import may_follow
from hoaphuong.dossiers.slip import slip_pdf
from hoaphuong.dossiers.work_kinds import DOSSIER
from hoaphuong.files import pages as files
from hoaphuong.files import queries as shelf
from hoaphuong.identity import queries as identity
from hoaphuong.kernel.access import covers, page, require
from hoaphuong.kernel.access_lines import shown
from hoaphuong.payments import queries as payments
from hoaphuong.reference.queries import OutsideCalendar
from hoaphuong.work import queries as work


@dataclass(frozen=True)
class Step:
    """A button on the page: to which status, with which right, and whether it needs a reason."""

    verb: str
    following: int
    label: Any
    permission: str
    needs_note: bool
    tone: str
    confirm: Any = ""


STEPS = (
    Step("receive", 2, gettext_lazy("Receive"), "dossiers.receive", False, "primary"),
    Step("process", 4, gettext_lazy("Take up"), "dossiers.process", False, "primary"),
    Step("grant", 9, gettext_lazy("Grant"), "dossiers.process", False, "primary"),
    Step("refuse", 9, gettext_lazy("Refuse"), "dossiers.process", True, "danger"),
    Step(
        "hand-over", 10, gettext_lazy("Hand over the result"), "dossiers.receive", False, "primary"
    ),
    Step("ask", 5, gettext_lazy("Ask for more papers"), "dossiers.receive", True, "secondary"),
    Step("decline", 3, gettext_lazy("Do not accept"), "dossiers.receive", True, "danger"),
    Step("stop", 8, gettext_lazy("Stop processing"), "dossiers.process", True, "danger"),
)
VERBS: dict[str, Callable[..., Dossier]] = {
    "receive": actions.receive,
    "process": actions.process,
    "hand-over": actions.hand_over,
    "ask": actions.ask_supplement,
    "decline": actions.decline,
    "stop": actions.stop,
}


def of_agency(request: HttpRequest, key: str) -> Dossier:
    """A dossier of the reader's agencies; any other is not there."""
    held = request.actor.agencies("dossiers.view")
    try:
        return queries.agency_dossier(key, held)
    except Dossier.DoesNotExist:
        raise Http404 from None


def _offered(request: HttpRequest, dossier: Dossier) -> list[Step]:
    actor = request.actor
    return [
        step
        for step in STEPS
        if may_follow(dossier.status, step.following)
        and not (step.verb == "process" and dossier.status in (5, 6))
        and _may(actor, step, dossier)
    ]


def _may(actor: Any, step: Step, dossier: Dossier) -> bool:
    """Asking for papers is the clerk's before reception and the case officer's after it."""
    permission = step.permission
    if step.verb == "ask" and dossier.received_on:
        permission = "dossiers.process"
    return covers(actor, permission, dossier.agency_code)


@require_GET
@page(permission="dossiers.view")
def read(request: HttpRequest, key: str) -> HttpResponse:
    """Everything about one dossier; who looked is written down."""
    return _shown(request, of_agency(request, key))


def _shown(
    request: HttpRequest,
    dossier: Dossier,
    *,
    note: str = "",
    faults: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = request.actor
    shown(account=actor.key, purpose="dossiers.desk", record=dossier.key)
    papers = list(dossier.files.all())
    facts = shelf.facts([paper.file_key for paper in papers])
    item = work.item_of(DOSSIER, dossier.key)
    may_assign = bool(item) and covers(actor, "work.assign", dossier.agency_code)
    today = timezone.localdate()
    context = {
        "dossier": dossier,
        "agency": identity.agency(dossier.agency_code).called(request.LANGUAGE_CODE),
        "answers": _answers(dossier, request.LANGUAGE_CODE),
        "entries": entries(dossier, names=True),
        "papers": [(paper, facts[paper.file_key]) for paper in papers],
        "steps": _offered(request, dossier),
        "item": item,
        "assignee": identity.display_names({item.assignee}).get(item.assignee) if item else "",
        "may_take": item is not None and covers(actor, "work.open_inbox", dossier.agency_code),
        "staff": identity.staff_of(dossier.agency_code, on=today) if may_assign else [],
        "result": _result(actor, dossier),
        "orders": payments.orders_about(actions.FEE, dossier.key),
        "may_ask_fee": dossier.status in (4, 6)
        and covers(actor, "dossiers.process", dossier.agency_code),
        "sees_orders": covers(actor, "payments.view", dossier.agency_code),
        "note": note,
        "faults": faults or {},
        "today": today,
    }
    return render(request, "dossiers/desk.html", context, status=status)


def _result(actor: Any, dossier: Dossier) -> tuple[DocumentFacts, bool] | None:
    """The result document and whether this person may open its page."""
    found = documents.of_dossiers([dossier.key]).get(dossier.key)
    return (found, covers(actor, "documents.view", found.agency)) if found else None


def _answers(dossier: Dossier, language: str) -> list[tuple[str, str]]:
    """The form's answers with their labels; a procedure without a form shows what it has."""
    try:
        schema = form_schema(dossier.procedure_id)
    except LookupError:
        return [(str(name), str(value)) for name, value in dossier.form.items()]
    return queries.answers(schema, dossier.form, language)


@require_POST
@page(permission="dossiers.view")
def step(request: HttpRequest, key: str, verb: str) -> HttpResponse:
    """Take one step; a reason is asked for where the applicant is owed one."""
    dossier = of_agency(request, key)
    found = next((one for one in STEPS if one.verb == verb), None)
    if found is None:
        raise Http404
    actor = request.actor
    if not _may(actor, found, dossier):
        raise PermissionDenied
    note = request.POST.get("note", "").strip()[:2_000]
    faults: dict[str, str] = {}
    if found.needs_note and not note:
        faults["note"] = _("Say why: the applicant reads it.")
    stored: dict[str, list[str]] = {}
    if verb in ("grant", "refuse") and not faults:
        stored, faults = stored_uploads(request, ["result"], by=actor.key)
    if faults:
        return _shown(request, dossier, note=note, faults=faults, status=422)
    now = timezone.now()
    try:
        if verb in ("grant", "refuse"):
            outcome = "granted" if verb == "grant" else "refused"
            actions.decide(
                key=key,
                outcome=outcome,
                note=note,
                by=actor.key,
                at=now,
                files=stored,
                with_document=not stored,
            )
        else:
            VERBS[verb](key=key, note=note, by=actor.key, at=now)
        messages.success(request, _("Done: %(step)s.") % {"step": found.label})
    except actions.ResultNotIssued:
        messages.error(request, _("The result is not signed and sealed yet."))
    except actions.WrongStatus:
        messages.error(request, _("A colleague has moved this dossier on in the meantime."))
    except OutsideCalendar:
        messages.error(request, _("Its due date lies beyond the announced calendar of days off."))
    return redirect("dossiers:desk", key)


@require_GET
@page(permission="dossiers.view")
def file(request: HttpRequest, key: str, file_key: str) -> HttpResponse:
    """A paper of the dossier; opening it is written down."""
    dossier = of_agency(request, key)
    if not dossier.files.filter(file_key=file_key).exists():
        raise Http404
    shown(
        account=request.actor.key,
        purpose="dossiers.file",
        record=dossier.key,
        filter=file_key,
    )
    return files.send(request, file_key, inline=True)


@require_GET
@page(permission="dossiers.view")
def slip(request: HttpRequest, key: str) -> HttpResponse:
    """The reception slip, for the counter to print."""
    dossier = of_agency(request, key)
    require(request.actor, "dossiers.view", dossier.agency_code)
    shown(account=request.actor.key, purpose="dossiers.slip", record=dossier.key)
    pdf = slip_pdf(dossier, base=request.build_absolute_uri("/"))
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="phieu-{dossier.number}.pdf"'
    return answer
