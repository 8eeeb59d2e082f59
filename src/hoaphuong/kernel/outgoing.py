"""Calls to other machines that must happen once: queued with the fact, made after the commit.

Each app's ``outgoing.py`` says who makes its calls: ``HANDLERS = {kind: callable}``; the callable
gets the subject and runs outside a transaction. A call is made at least once and carries its own
name to the other side, which counts it once. One that fails waits longer each time; in the end it
is dead, until somebody has it tried again or gives it up. Each kind waits in a line of its own.

It may also say what to do in the transaction in which a call dies (``BURIALS = {kind: callable}``),
and what a kind and a fault are called (``LABELS = {kind: words}``, ``FAULTS = {kind: {fault:
words}}``).
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone

from hoaphuong.kernel.discovery import modules
from hoaphuong.kernel.faults import point
from hoaphuong.kernel.journal import OutsideAnAction
from hoaphuong.kernel.models import OutgoingCall

log = logging.getLogger("hoaphuong.outgoing")
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
MOST_TRIES = 57
# No handler may take longer: after it, a call whose process died is made again.
LEASE = timedelta(minutes=2)
MOST = 50


class Hopeless(Exception):
    """The other side said no to the call itself: trying again cannot help."""


class NotNow(Exception):
    """The call is not to be made before a moment; nothing has failed."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class NotDead(Exception):
    """Only a dead call is tried again or given up by hand."""


@dataclass(frozen=True)
class CallFacts:
    """One call; ``fault`` is the kind of the last fault.

    ``state`` is waiting, done, dead, or dropped, when a person gave a dead one up.
    """

    key: str
    kind: str
    subject: str
    state: str
    attempts: int
    next_at: datetime
    fault: str
    created_at: datetime


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: 5 s, doubled each time, at most 1 hour.

    The tenth wait is 42 minutes and 40 seconds; with one hour from the eleventh on, the last of 57
    attempts comes after almost two days (47 hours 25 minutes).
    """
    assert attempts >= 1
    return min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempts - 1, 20))


def enqueue(*, kind: str, subject: str, once: str, at: datetime) -> None:
    """Have a call made after the caller's transaction; a second one of the same name is the first.

    ``once`` is the name by which it happens once, such as the key of a message.
    """
    if not transaction.get_connection().in_atomic_block:
        raise OutsideAnAction("enqueue() belongs inside an action's transaction.")
    OutgoingCall.objects.get_or_create(
        once=once, defaults={"kind": kind, "subject": subject, "next_at": at, "created_at": at}
    )


def _declared(name: str) -> dict[str, Any]:
    """What the apps' ``outgoing.py`` say under one name, by kind of call."""
    found: dict[str, Any] = {}
    for module in modules("outgoing"):
        own = getattr(module, name, {})
        assert not own.keys() & found.keys(), "a kind of outgoing call is declared twice"
        found |= own
    return found


@cache
def handlers() -> dict[str, Callable[[str], None]]:
    """Who makes the calls of each kind."""
    return _declared("HANDLERS")


@cache
def burials() -> dict[str, Callable[[str], None]]:
    """What is done when a call of a kind dies."""
    return _declared("BURIALS")


def said(call: CallFacts) -> tuple[Any, Any]:
    """What a call's kind and its last fault are called; the codes where nobody has words."""
    faults = _declared("FAULTS").get(call.kind, {})
    label = _declared("LABELS").get(call.kind, call.kind)
    return label, faults.get(call.fault, call.fault)


def due_kinds(*, now: datetime) -> list[str]:
    """The kinds of which a call is due."""
    due = OutgoingCall.objects.filter(state=OutgoingCall.State.WAITING, next_at__lte=now)
    return list(due.order_by("kind").values_list("kind", flat=True).distinct())


def make_calls(*, kind: str = "", now: datetime | None = None) -> bool:
    """Make the calls that are due, of one kind or of all; whether there was any."""
    busy = False
    for _ in range(MOST):
        at = now or timezone.now()
        call = _claim(at, kind)
        if call is None:
            return busy
        busy = True
        if not _make(call, at):
            return busy  # what went wrong may have taken long: the next turn looks anew
    return busy


def _claim(at: datetime, kind: str = "") -> OutgoingCall | None:
    """The call that waits longest; it stays this process's own for the lease."""
    with transaction.atomic():
        due = OutgoingCall.objects.filter(state=OutgoingCall.State.WAITING, next_at__lte=at)
        if kind:
            due = due.filter(kind=kind)
        if transaction.get_connection().features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        call = due.order_by("next_at", "id").first()
        if call is None:
            return None
        call.attempts += 1
        call.next_at = at + LEASE
        call.save(update_fields=["attempts", "next_at"])
    point("outgoing.claimed")
    return call


def _make(call: OutgoingCall, at: datetime) -> bool:
    """Make one call and note what came of it; whether the next one of its kind may go well."""
    told: dict[str, Any]
    hopeless = False
    try:
        handlers()[call.kind](call.subject)
        point("outgoing.called")
    except NotNow as wait:
        told = {"fault": "", "next_at": wait.until}
    except Exception as fault:
        log.warning(
            "an outgoing call failed",
            extra={"call": call.key, "kind": call.kind, "fault": type(fault).__name__},
        )
        hopeless = isinstance(fault, Hopeless)
        given_up = hopeless or call.attempts >= MOST_TRIES
        told = {
            # The kind of fault only: its words may hold what a log must not.
            "fault": type(fault).__name__,
            "state": OutgoingCall.State.DEAD if given_up else OutgoingCall.State.WAITING,
            "next_at": at + wait_after(call.attempts),
        }
    else:
        told = {"fault": "", "state": OutgoingCall.State.DONE, "done_at": timezone.now()}
    try:
        _note(call, told)
    except DatabaseError:
        log.warning("the database does not take notes now; the call is made again")
    point("outgoing.noted")
    return hopeless or not told["fault"]


@transaction.atomic
def _note(call: OutgoingCall, told: dict[str, Any]) -> None:
    """Only who still has it writes: after a lease that ran out another may have done the call."""
    own = OutgoingCall.objects.filter(pk=call.pk, attempts=call.attempts)
    noted = own.filter(state=OutgoingCall.State.WAITING).update(**told)
    if noted and told.get("state") == OutgoingCall.State.DEAD and call.kind in burials():
        burials()[call.kind](call.subject)


@transaction.atomic
def try_again(*, key: str, at: datetime) -> CallFacts:
    """Begin anew with a call that is dead or was given up; NotDead."""
    call = _ended(key, OutgoingCall.State.DEAD, OutgoingCall.State.DROPPED)
    call.state, call.attempts, call.next_at = OutgoingCall.State.WAITING, 0, at
    call.save(update_fields=["state", "attempts", "next_at"])
    return _facts(call)


@transaction.atomic
def give_up(*, key: str) -> CallFacts:
    """Ask no longer for a dead call; NotDead."""
    call = _ended(key, OutgoingCall.State.DEAD)
    call.state = OutgoingCall.State.DROPPED
    call.save(update_fields=["state"])
    return _facts(call)


def _ended(key: str, *states: str) -> OutgoingCall:
    call = OutgoingCall.objects.select_for_update().filter(key=key).first()
    if call is None or call.state not in states:
        raise NotDead(key)
    return call


def calls(*, kinds: Iterable[str], subjects: Iterable[str]) -> dict[str, CallFacts]:
    """The newest call about each of these subjects."""
    rows = OutgoingCall.objects.filter(kind__in=list(kinds), subject__in=list(subjects))
    return {row.subject: _facts(row) for row in rows.order_by("id")}


def not_done(*, kinds: Iterable[str], most: int = 1_000) -> list[CallFacts]:
    """Calls that wait or are dead, the dead ones first."""
    ended = [OutgoingCall.State.DONE, OutgoingCall.State.DROPPED]
    rows = OutgoingCall.objects.filter(kind__in=list(kinds)).exclude(state__in=ended)
    return [_facts(row) for row in rows.order_by("state", "next_at")[:most]]


def dead(*, most: int = 1_000) -> list[CallFacts]:
    """Dead calls of every kind, the newest first."""
    rows = OutgoingCall.objects.filter(state=OutgoingCall.State.DEAD)
    return [_facts(row) for row in rows.order_by("-next_at", "-id")[:most]]


def _facts(row: OutgoingCall) -> CallFacts:
    return CallFacts(**{name: getattr(row, name) for name in CallFacts.__dataclass_fields__})
