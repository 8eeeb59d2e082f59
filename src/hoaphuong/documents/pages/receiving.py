"""Incoming documents: the register, one document's page, and paper that is scanned in."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from hoaphuong.documents import actions, queries
from hoaphuong.documents.copying import HELD, copies_of
from hoaphuong.documents.formers import replaced
from hoaphuong.documents.kinds import KINDS, URGENCIES
from hoaphuong.documents.models import Incoming
from hoaphuong.documents.pages.days import day_of
from hoaphuong.documents.pages.lists import number_of
from hoaphuong.documents.pages.moments import entries
from hoaphuong.documents.pages.steps import Step
from hoaphuong.documents.work_kinds import ARRIVALS, INCOMING
from hoaphuong.files import pages as files
from hoaphuong.files import queries as stored
from hoaphuong.identity import queries as identity
from hoaphuong.kernel.access import EVERYWHERE, covers, page, require
from hoaphuong.kernel.access_lines import shown
from hoaphuong.work import queries as work

SOURCES = {
    "city": gettext_lazy("Inside the city"),
    "axis": gettext_lazy("Document exchange"),
    "paper": gettext_lazy("On paper"),
}
S = Incoming.Status

STEPS = (
    Step(
        "vao-so", (S.ARRIVED,), gettext_lazy("Enter in the register"), "documents.issue",
        actions.register, tone="primary",
    ),
    Step(
        "tu-choi", (S.ARRIVED,), gettext_lazy("Refuse"), "documents.issue", actions.refuse,
        needs_reason=True, tone="danger",
    ),
    Step(
        "luu", (S.REGISTERED, S.ASSIGNED), gettext_lazy("Nothing (more) to do: file it"),
        "documents.direct", actions.file_away,
    ),
)  # fmt: skip


def found(request: HttpRequest, key: str) -> Incoming:
    """The incoming document of one of this person's agencies; any other does not exist."""
    try:
        return queries.incoming(key, request.actor.agencies("documents.view"))
    except Incoming.DoesNotExist:
        raise Http404 from None


@require_GET
@page(permission="documents.view")
def listed(request: HttpRequest) -> HttpResponse:
    """The register of incoming documents; a search without accents reads scans too."""
    actor, asked = request.actor, request.GET
    search, status = asked.get("q", "")[:100], asked.get("status", "")
    source, agency = asked.get("source", ""), asked.get("agency", "")
    held = actor.agencies("documents.view")
    agency = (
        agency if agency in identity.agencies() and covers(actor, "documents.view", agency) else ""
    )
    rows = queries.arrivals(
        {agency} if agency else held,
        search=search,
        status=status if status in ARRIVALS else "",
        source=source if source in SOURCES else "",
        page=number_of(asked.get("page", "1")),
    )
    shown(
        account=actor.key,
        purpose="documents.arrivals",
        filter=f"q={search} status={status} source={source} agency={agency} page={rows.number}",
        count=len(rows.rows),
    )
    context = {
        "found": rows,
        "rows": [
            (
                row,
                ARRIVALS[row.status],
                SOURCES[row.source],
                identity.agency(row.agency_code).called(request.LANGUAGE_CODE),
            )
            for row in rows.rows
        ],
        "offices": _offices(held, request.LANGUAGE_CODE),
        "agency": agency,
        "statuses": ARRIVALS,
        "sources": SOURCES,
        "search": search,
        "status": status,
        "source": source,
        "may_scan": bool(actor.agencies("documents.issue")),
        "today": timezone.localdate(),
        "replaced": replaced(rows.rows),
    }
    return render(request, "documents/arrivals.html", context)


def _offices(held: frozenset[str], language: str) -> dict[str, str]:
    """Codes and names to choose from, for who sees more than one agency."""
    known = {
        code: one.called(language)
        for code, one in identity.agencies().items()
        if EVERYWHERE in held or code in held
    }
    return known if len(known) > 1 else {}


@require_GET
@page(permission="documents.view")
def read(request: HttpRequest, key: str) -> HttpResponse:
    """Everything about one incoming document; who looked is written down."""
    return _page(request, found(request, key))


def _page(
    request: HttpRequest,
    incoming: Incoming,
    *,
    typed: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = request.actor
    shown(account=actor.key, purpose="documents.incoming", record=incoming.key)
    today = timezone.localdate()
    agency = incoming.agency_code
    may_assign = covers(actor, "documents.direct", agency) and incoming.status in (
        S.REGISTERED,
        S.ASSIGNED,
    )
    keys = [incoming.file_key, *incoming.attachments]
    facts = stored.facts(keys)
    context = {
        "incoming": incoming,
        "status": ARRIVALS[incoming.status],
        "source": SOURCES[incoming.source],
        "kind": KINDS.get(incoming.kind),
        "urgency": URGENCIES.get(incoming.urgency, incoming.urgency),
        "agency": identity.agency(agency).called(request.LANGUAGE_CODE),
        "files": [facts[one] for one in keys if one in facts],
        "steps": [
            step
            for step in STEPS
            if incoming.status in step.statuses and covers(actor, step.permission, agency)
        ],
        "may_assign": may_assign,
        "copies": copies_of(incoming),
        "may_copy": incoming.status in HELD and covers(actor, "documents.issue", agency),
        "may_answer": incoming.recall == "asked" and covers(actor, "documents.issue", agency),
        "may_read_again": incoming.text_state == "failed"
        and covers(actor, "documents.issue", agency),
        "staff": identity.staff_of(agency, on=today) if may_assign else [],
        "tasks": incoming.assignments.order_by("due_on"),
        "changes": incoming.changes.select_related("former").order_by("id"),
        "changed_by": [
            (change, ARRIVALS[change.later.status])
            for change in incoming.changed_by.select_related("later").order_by("id")
        ],
        "item": work.item_of(INCOMING, incoming.key),
        "entries": entries(incoming),
        "typed": typed or {},
        "faults": faults or {},
        "today": today,
    }
    return render(request, "documents/incoming.html", context, status=status)


@require_POST
@page(permission="documents.view")
def step(request: HttpRequest, key: str, verb: str) -> HttpResponse:
    """Register, refuse, file away, assign, or answer a recall."""
    incoming = found(request, key)
    actor = request.actor
    typed = {name: request.POST.get(name, "").strip()[:500] for name in (
        "reason", "what", "due_on", "assignee"
    )}  # fmt: skip
    if verb == "giao-viec":
        return _assign(request, incoming, typed)
    if verb in ("tra-van-ban", "giu-van-ban"):
        return _answer_recall(request, incoming, typed, agree=verb == "tra-van-ban")
    if verb == "doc-lai":
        return _read_again(request, incoming)
    chosen = next((one for one in STEPS if one.verb == verb), None)
    if chosen is None:
        raise Http404
    require(actor, chosen.permission, incoming.agency_code)
    if chosen.needs_reason and not typed["reason"]:
        return _page(request, incoming, typed=typed, faults={"reason": _("Say why.")}, status=422)
    words = {"reason": typed["reason"]} if chosen.needs_reason else {}
    try:
        chosen.run(key=key, by=actor.key, at=timezone.now(), **words)
        messages.success(request, _("Done: %(step)s.") % {"step": chosen.label})
    except actions.WrongStatus:
        messages.error(request, _("A colleague has moved this document on, or tasks are open."))
    return redirect("documents:incoming", key)


def _read_again(request: HttpRequest, incoming: Incoming) -> HttpResponse:
    require(request.actor, "documents.issue", incoming.agency_code)
    try:
        actions.read_again(key=incoming.key)
        messages.success(request, _("The scan will be read again."))
    except actions.WrongStatus:
        messages.error(request, _("The scan is being read already, or was read."))
    return redirect("documents:incoming", incoming.key)


def _assign(request: HttpRequest, incoming: Incoming, typed: dict[str, str]) -> HttpResponse:
    actor = request.actor
    require(actor, "documents.direct", incoming.agency_code)
    today = timezone.localdate()
    faults = {}
    if not typed["what"]:
        faults["what"] = _("Say what is to be done.")
    due = day_of(typed["due_on"])
    if due is None or due < today:
        faults["due_on"] = _("Choose a day from today on.")
    staff = dict(identity.staff_of(incoming.agency_code, on=today))
    if typed["assignee"] and typed["assignee"] not in staff:
        raise PermissionDenied
    if faults or due is None:
        return _page(request, incoming, typed=typed, faults=faults, status=422)
    try:
        actions.assign(
            key=incoming.key,
            what=typed["what"],
            due_on=due,
            assignee=typed["assignee"],
            by=actor.key,
            at=timezone.now(),
        )
        messages.success(request, _("Assigned."))
    except actions.WrongStatus:
        messages.error(request, _("A colleague has moved this document on in the meantime."))
    return redirect("documents:incoming", incoming.key)


def _answer_recall(
    request: HttpRequest, incoming: Incoming, typed: dict[str, str], *, agree: bool
) -> HttpResponse:
    require(request.actor, "documents.issue", incoming.agency_code)
    if not agree and not typed["reason"]:
        return _page(request, incoming, typed=typed, faults={"reason": _("Say why.")}, status=422)
    try:
        actions.answer_recall(
            key=incoming.key,
            agree=agree,
            reason=typed["reason"],
            by=request.actor.key,
            at=timezone.now(),
        )
        messages.success(request, _("The sender is told."))
    except actions.NothingToAnswer:
        messages.error(request, _("Nobody asks for this document back any more."))
    return redirect("documents:incoming", incoming.key)


@require_GET
@page(permission="documents.view")
def file(request: HttpRequest, key: str, file_key: str) -> HttpResponse:
    """The original, bit by bit, or one of its attachments; opening it is written down."""
    incoming = found(request, key)
    if file_key not in (incoming.file_key, *incoming.attachments):
        raise Http404
    shown(
        account=request.actor.key,
        purpose="documents.incoming_file",
        record=incoming.key,
        filter=file_key,
    )
    return files.send(request, file_key, inline=True)
