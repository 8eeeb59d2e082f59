"""The clerk's log of messages to and from other agencies."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages as said
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from hoaphuong.exchange import actions, queries, wording
from hoaphuong.exchange.contracts import MessageFacts
from hoaphuong.files import pages as files
from hoaphuong.identity import queries as identity
from hoaphuong.kernel import outgoing
from hoaphuong.kernel.access import page
from hoaphuong.kernel.access_lines import shown

VIEW = "exchange.view"
CALLS = ("exchange.send",)


@dataclass(frozen=True)
class Row:
    """One message with its words; ``call`` is the call that is not done yet."""

    message: MessageFacts
    state: Any
    tone: str
    shape: str
    kind: Any
    status: Any
    agency: str
    call: outgoing.CallFacts | None = None
    fault: Any = ""


def _row(message: MessageFacts, call: outgoing.CallFacts | None, language: str) -> Row:
    state = wording.STATES[message.state]
    waits = call if call and message.state == "queued" else None
    if waits and waits.state in ("dead", "dropped"):
        state = wording.DEAD
    return Row(
        message,
        *state,
        kind=wording.KINDS[message.kind],
        status=wording.STATUSES.get(message.status_code, ""),
        agency=identity.agency(message.agency).called(language),
        call=waits,
        fault=wording.FAULTS.get(waits.fault, waits.fault) if waits else "",
    )


def _message(request: HttpRequest, key: str) -> MessageFacts:
    try:
        return queries.message(key, agencies=request.actor.agencies(VIEW))
    except queries.NoSuchMessage as fault:
        raise Http404 from fault


def _one_of(text: str, known: Any) -> str:
    return text if text in known else ""


@require_GET
@page(permission=VIEW)
def log(request: HttpRequest) -> HttpResponse:
    """Every message of the reader's agencies, newest first."""
    actor, asked = request.actor, request.GET
    search = asked.get("q", "")[:100]
    direction = _one_of(asked.get("direction", ""), wording.DIRECTIONS)
    state = _one_of(asked.get("state", ""), wording.STATES)
    kind = _one_of(asked.get("kind", ""), wording.KINDS)
    number = asked.get("page", "1")
    found = queries.messages(
        agencies=actor.agencies(VIEW),
        search=search,
        direction=direction,
        state=state,
        kind=kind,
        page=int(number) if number.isdecimal() and len(number) < 6 else 1,
    )
    shown(
        account=actor.key,
        purpose="exchange.log",
        filter=f"q={search} direction={direction} state={state} kind={kind} page={found.number}",
        count=len(found.messages),
    )
    calls = outgoing.calls(kinds=CALLS, subjects=[one.key for one in found.messages])
    language = request.LANGUAGE_CODE
    context = {
        "found": found,
        "rows": [_row(one, calls.get(one.key), language) for one in found.messages],
        "search": search,
        "direction": direction,
        "state": state,
        "kind": kind,
        "directions": wording.DIRECTIONS,
        "states": {code: words[0] for code, words in wording.STATES.items()},
        "kinds": wording.KINDS,
    }
    return render(request, "exchange/log.html", context)


@require_GET
@page(permission=VIEW)
def message(request: HttpRequest, key: str) -> HttpResponse:
    """One message: what its header says, what was said about it, its bytes."""
    facts = _message(request, key)
    shown(account=request.actor.key, purpose="exchange.message", record=key)
    language = request.LANGUAGE_CODE
    calls = outgoing.calls(kinds=CALLS, subjects=[key])
    context = {
        "message": facts,
        "row": _row(facts, calls.get(key), language),
        "statuses": [_row(one, None, language) for one in queries.statuses(key)],
        "reason": wording.REASONS.get(facts.reason, facts.reason),
        "business": wording.BUSINESS.get(facts.business, ""),
        "signature": wording.SIGNATURES[facts.signature] if facts.direction == "in" else "",
    }
    return render(request, "exchange/message.html", context)


@require_GET
@page(permission=VIEW)
def file(request: HttpRequest, key: str, file_key: str) -> HttpResponse:
    """The message's own bytes or one of its files."""
    facts = _message(request, key)
    if file_key not in {facts.file_key, *(one.file_key for one in facts.attachments)} - {""}:
        raise Http404
    shown(account=request.actor.key, purpose="exchange.file", record=key)
    return files.send(request, file_key, inline=file_key != facts.file_key)


@require_GET
@page(permission=VIEW)
def not_sent(request: HttpRequest) -> HttpResponse:
    """What waits for the axis and what could not be sent, the latter first."""
    actor = request.actor
    calls = outgoing.not_done(kinds=CALLS)
    own = queries.keyed([call.subject for call in calls], agencies=actor.agencies(VIEW))
    listed = [(own[call.subject], call) for call in calls if call.subject in own]
    shown(account=actor.key, purpose="exchange.not_sent", count=len(listed))
    rows = [_row(one, call, request.LANGUAGE_CODE) for one, call in listed]
    return render(request, "exchange/not_sent.html", {"rows": rows})


@require_POST
@page(permission=VIEW)
def try_again(request: HttpRequest, key: str) -> HttpResponse:
    """Have a message sent that could not be sent."""
    _message(request, key)
    call = outgoing.calls(kinds=CALLS, subjects=[key]).get(key)
    try:
        actions.try_again(call=call.key if call else "", at=timezone.now())
        said.success(request, _("It is being sent again."))
    except outgoing.NotDead:
        said.error(request, _("It is not one that could not be sent."))
    return redirect("exchange:message", key)
