"""Tasks: one task's page, what an agency gave, and where the city's directives stand."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from hoaphuong.documents import actions, queries
from hoaphuong.documents.models import Assignment
from hoaphuong.documents.pages.days import day_of
from hoaphuong.documents.pages.lists import number_of
from hoaphuong.documents.pages.moments import entries
from hoaphuong.documents.rules import full_number
from hoaphuong.documents.work_kinds import ASSIGNMENT, TASKS
from hoaphuong.identity import queries as identity
from hoaphuong.kernel.access import EVERYWHERE, covers, page
from hoaphuong.kernel.access_lines import shown
from hoaphuong.work import queries as work

S = Assignment.Status


def _found(request: HttpRequest, key: str) -> Assignment:
    try:
        return queries.assignment(key, request.actor.agencies("documents.view"))
    except Assignment.DoesNotExist:
        raise Http404 from None


@require_GET
@page(permission="documents.view")
def read(request: HttpRequest, key: str) -> HttpResponse:
    """One task: what is asked by when, by which paper, and what was reported."""
    return _page(request, _found(request, key))


def _page(
    request: HttpRequest,
    task: Assignment,
    *,
    typed: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = request.actor
    shown(account=actor.key, purpose="documents.assignment", record=task.key)
    paper = task.document or task.incoming
    item = work.item_of(ASSIGNMENT, task.key)
    today = timezone.localdate()
    may_assign = bool(item) and covers(actor, "work.assign", task.agency_code)
    names = identity.display_names({task.reported_by, item.assignee if item else ""})
    context = {
        "task": task,
        "status": TASKS[task.status],
        "number": _number(task),
        "paper": paper,
        "agency": identity.agency(task.agency_code).called(request.LANGUAGE_CODE),
        "giver": identity.agency(task.given_by_agency).called(request.LANGUAGE_CODE),
        "reporter": names.get(task.reported_by, ""),
        "item": item,
        "assignee": names.get(item.assignee, "") if item else "",
        "may_take": item is not None and covers(actor, "work.open_inbox", task.agency_code),
        "staff": identity.staff_of(task.agency_code, on=today) if may_assign else [],
        "may_report": task.status == S.OPEN and covers(actor, "documents.draft", task.agency_code),
        "may_settle": covers(actor, "documents.direct", task.given_by_agency),
        "sees_paper": _sees_paper(actor, task),
        "entries": entries(task),
        "typed": typed or {},
        "faults": faults or {},
        "today": today,
    }
    return render(request, "documents/task.html", context, status=status)


def _sees_paper(actor: object, task: Assignment) -> bool:
    """Whether the paper's own page may be opened: the agency's copy has a page of its own."""
    paper = task.document or task.incoming
    return paper is not None and covers(actor, "documents.view", paper.agency_code)  # type: ignore[arg-type]


def _number(task: Assignment) -> str:
    if task.document:
        return full_number(task.document.number, task.document.notation)
    assert task.incoming is not None
    return f"{task.incoming.document_number}/{task.incoming.document_notation}"


@require_POST
@page(permission="documents.view")
def step(request: HttpRequest, key: str, verb: str) -> HttpResponse:
    """Report a task, or settle one that was reported."""
    task, actor, now = _found(request, key), request.actor, timezone.now()
    typed = {name: request.POST.get(name, "").strip()[:2_000] for name in ("text", "due_on")}
    reports = verb == "bao-cao"
    if reports:
        allowed = covers(actor, "documents.draft", task.agency_code)
    elif verb in ("chap-nhan", "giao-lai", "thoi"):
        allowed = covers(actor, "documents.direct", task.given_by_agency)
    else:
        raise Http404
    if not allowed:
        raise PermissionDenied
    due = day_of(typed["due_on"])
    faults = _faults(verb, typed, due)
    if faults:
        return _page(request, task, typed=typed, faults=faults, status=422)
    try:
        if reports:
            actions.report(key=key, text=typed["text"], by=actor.key, at=now)
        elif verb == "chap-nhan":
            actions.accept(key=key, by=actor.key, at=now)
        elif verb == "thoi":
            actions.cancel(key=key, by=actor.key, at=now)
        else:
            assert due is not None
            actions.give_again(
                key=key, reason=typed["text"][:200], due_on=due, by=actor.key, at=now
            )
        messages.success(request, _("Saved."))
    except actions.WrongStatus:
        messages.error(request, _("A colleague has moved this task on in the meantime."))
    return redirect("documents:assignment", key)


def _faults(verb: str, typed: dict[str, str], due: date | None) -> dict[str, str]:
    faults = {}
    if verb == "bao-cao" and not typed["text"]:
        faults["text"] = _("Say what was done.")
    if verb == "giao-lai":
        if not typed["text"]:
            faults["text"] = _("Say why.")
        if due is None or due < timezone.localdate():
            faults["due_on"] = _("Choose a day from today on.")
    return faults


@require_GET
@page(permission="documents.direct")
def given(request: HttpRequest) -> HttpResponse:
    """What the agency gave others to do: late first when asked."""
    return _given(request, "documents/given.html", request.actor.agencies("documents.direct"))


@require_GET
@page(permission="documents.steer")
def steering(request: HttpRequest) -> HttpResponse:
    """Where the city's tasks stand, by agency, and which are late."""
    return _given(request, "documents/steering.html", frozenset({EVERYWHERE}))


def _given(request: HttpRequest, template: str, agencies: frozenset[str]) -> HttpResponse:
    actor, asked, today = request.actor, request.GET, timezone.localdate()
    late, status, agency = (
        asked.get("late") == "1",
        asked.get("status", ""),
        asked.get("agency", ""),
    )
    status = status if status in TASKS else ""
    agency = agency if agency in identity.agencies() else ""
    found = queries.tasks_given(
        agencies,
        today=today,
        late=late,
        status=status,
        agency=agency,
        page=number_of(asked.get("page", "1")),
    )
    shown(
        account=actor.key,
        purpose="documents.tasks",
        filter=f"late={late} status={status} agency={agency} page={found.number}",
        count=len(found.rows),
    )
    language = request.LANGUAGE_CODE
    standing = [
        {**row, "agency": identity.agency(row["agency_code"]).called(language)}
        for row in queries.standing_of_tasks(agencies, today=today)
    ]
    context = {
        "found": found,
        "rows": [
            (
                row,
                TASKS[row.status],
                _number(row),
                identity.agency(row.agency_code).called(language),
            )
            for row in found.rows
        ],
        "standing": standing,
        "late": late,
        "status": status,
        "agency": agency,
        "statuses": {code: shown for code, shown in TASKS.items() if code != "planned"},
        "today": today,
    }
    return render(request, template, context)
