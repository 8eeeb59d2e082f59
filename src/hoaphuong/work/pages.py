"""The officer's inbox."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from hoaphuong.identity import queries as identity
from hoaphuong.kernel.access import page
from hoaphuong.kernel.access_lines import shown
from hoaphuong.work import actions, queries
from hoaphuong.work.contracts import ItemFacts
from hoaphuong.work.kinds import kinds


@dataclass(frozen=True)
class Row:
    item: ItemFacts
    url: str
    stage: str
    tone: str
    shape: str
    late: bool


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 1


@require_GET
@page(permission="work.open_inbox")
def inbox(request: HttpRequest) -> HttpResponse:
    actor = request.actor
    today = timezone.localdate()
    asked = request.GET
    search, stage = asked.get("q", "")[:100], asked.get("stage", "")[:20]
    mine, overdue = asked.get("mine") == "1", asked.get("overdue") == "1"
    found = queries.inbox(
        agencies=actor.agencies("work.open_inbox"),
        account=actor.key,
        today=today,
        search=search,
        stage=stage,
        mine=mine,
        overdue=overdue,
        page=_number(asked.get("page", "1")),
    )
    shown(
        account=actor.key,
        purpose="work.inbox",
        filter=f"q={search} stage={stage} mine={mine} overdue={overdue} page={found.number}",
        count=len(found.items),
    )
    rows = []
    for item in found.items:
        kind = kinds()[item.kind]
        stage_shown = kind.stages.get(item.stage, (item.stage, "still", "help"))
        late = bool(item.due_on and item.due_on < today and not item.paused)
        rows.append(Row(item, reverse(kind.view, args=[item.subject]), *stage_shown, late))
    stages = {
        code: label for kind in kinds().values() for code, (label, *_look) in kind.stages.items()
    }
    context = {
        "found": found,
        "rows": rows,
        "stages": stages,
        "search": search,
        "stage": stage,
        "mine": mine,
        "overdue": overdue,
        "today": today,
    }
    return render(request, "work/inbox.html", context)


def _item(request: HttpRequest, key: str, permission: str) -> ItemFacts:
    item = queries.item(key, agencies=request.actor.agencies(permission))
    if item is None:
        raise Http404
    return item


@require_POST
@page(permission="work.open_inbox")
def take(request: HttpRequest, key: str) -> HttpResponse:
    """Take an item; a colleague's stays theirs."""
    item = _item(request, key, "work.open_inbox")
    actor = request.actor
    try:
        actions.assign(key=key, assignee=actor.key, by=actor.key, at=timezone.now(), take=True)
        messages.success(request, _("It is yours now."))
    except actions.TakenByAnother:
        messages.error(request, _("A colleague took it first."))
    except actions.NotOpen:
        messages.error(request, _("It is finished already."))
    return redirect(kinds()[item.kind].view, item.subject)


@require_POST
@page(permission="work.open_inbox")
def give_back(request: HttpRequest, key: str) -> HttpResponse:
    """Put one's own item back; what a colleague took meanwhile stays theirs."""
    item = _item(request, key, "work.open_inbox")
    try:
        actions.give_back(key=key, by=request.actor.key, at=timezone.now())
        messages.success(request, _("It is given back to the agency."))
    except actions.NotYours:
        messages.error(request, _("It is not yours."))
    except actions.NotOpen:
        messages.error(request, _("It is finished already."))
    return redirect(kinds()[item.kind].view, item.subject)


@require_POST
@page(permission="work.assign")
def assign(request: HttpRequest, key: str) -> HttpResponse:
    """Give an item to an officer of the same agency."""
    item = _item(request, key, "work.assign")
    assignee = request.POST.get("assignee", "")[:32]
    if assignee not in dict(identity.staff_of(item.agency, on=timezone.localdate())):
        raise PermissionDenied
    actor = request.actor
    try:
        actions.assign(key=key, assignee=assignee, by=actor.key, at=timezone.now())
        messages.success(request, _("Assigned."))
    except actions.NotOpen:
        messages.error(request, _("It is finished already."))
    return redirect(kinds()[item.kind].view, item.subject)
