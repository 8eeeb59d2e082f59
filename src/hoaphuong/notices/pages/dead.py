"""What could not be sent, of any app: an operator has it tried again, or gives it up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from hoaphuong.kernel import outgoing
from hoaphuong.kernel.access import page
from hoaphuong.notices import actions, queries
from hoaphuong.notices.kinds import kinds

SETTLE = "notices.settle_calls"
MOST = 200


@dataclass(frozen=True)
class Row:
    """A dead call in words; it names nobody and no address."""

    key: str
    label: Any
    about: Any
    fault: Any
    attempts: int
    begun_at: datetime


@require_GET
@page(permission=SETTLE)
def listed(request: HttpRequest) -> HttpResponse:
    """The newest 200 dead calls."""
    calls = outgoing.dead(most=MOST + 1)
    told = queries.kinds_of([one.subject for one in calls if one.kind.startswith("notices.")])
    rows = []
    for call in calls[:MOST]:
        label, fault = outgoing.said(call)
        code = told.get(call.subject, "")
        known = kinds().get(code)
        about = known.label if known else code
        rows.append(Row(call.key, label, about, fault, call.attempts, call.created_at))
    return render(request, "notices/dead.html", {"rows": rows, "more": len(calls) > MOST})


@require_POST
@page(permission=SETTLE)
def try_again(request: HttpRequest, call: str) -> HttpResponse:
    """Have a dead call made anew."""
    try:
        actions.try_again(call=call, by=request.actor.key, at=timezone.now())
        messages.success(request, _("It is being tried again."))
    except actions.NotDead:
        messages.error(request, _("This one is not among those that could not be sent."))
    return redirect("notices:dead")


@require_POST
@page(permission=SETTLE)
def give_up(request: HttpRequest, call: str) -> HttpResponse:
    """Ask no longer for a dead call."""
    try:
        actions.give_up(call=call, by=request.actor.key, at=timezone.now())
        messages.success(request, _("It is given up."))
    except actions.NotDead:
        messages.error(request, _("This one is not among those that could not be sent."))
    return redirect("notices:dead")
