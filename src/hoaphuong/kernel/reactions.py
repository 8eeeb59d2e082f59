"""News goes up: each app's ``reactions.py`` lists what it does when a lower app records a fact.

A reaction hears sealed events in their order, each exactly once: that it was heard is written in
the transaction of its effect. One that fails waits longer each time and holds up no other.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from hoaphuong.kernel.discovery import modules
from hoaphuong.kernel.faults import point
from hoaphuong.kernel.models import Heard, JournalBatch, JournalSeal, Listening

log = logging.getLogger("hoaphuong.reactions")
MOST = 500
LONGEST_WAIT = timedelta(minutes=10)


@dataclass(frozen=True)
class Fact:
    """One event as it was recorded; ``body`` has the fields of its contract."""

    uuid: UUID
    name: str
    subject: str
    by: str
    body: dict[str, Any]
    occurred_at: datetime


@dataclass(frozen=True)
class Reaction:
    """``run`` calls one action of its own app; ``event`` is the name in a lower app's contract."""

    name: str
    event: str
    run: Callable[[Fact], None]


def reactions() -> list[Reaction]:
    """Every reaction of the house, by its own name."""
    found = [one for module in modules("reactions") for one in module.REACTIONS]
    assert len({one.name for one in found}) == len(found), "a reaction is declared twice"
    return found


def react(*, now: datetime | None = None) -> bool:
    """Let every reaction hear what is new; whether any did something."""
    last = JournalBatch.objects.order_by("-number").values_list("number", flat=True).first() or 0
    heard = False
    for one in reactions():
        place, _ = Listening.objects.get_or_create(reaction=one.name)
        if place.batch >= last or (
            place.waits_until and place.waits_until > (now or timezone.now())
        ):
            continue
        heard |= _listen(one, place, last)
    return heard


def _listen(one: Reaction, place: Listening, last: int) -> bool:
    """Hear up to MOST events; the place moves on once all of them have had their effect."""
    new = JournalSeal.objects.filter(
        batch__gt=place.batch, batch__lte=last, entry__name=one.event
    ).order_by("batch", "position")
    already = Heard.objects.filter(reaction=one.name)
    rows = list(new.exclude(entry__uuid__in=already.values("event")).select_related("entry")[:MOST])
    for row in rows:
        entry = row.entry
        fact = Fact(
            entry.uuid, entry.name, entry.subject, entry.by, json.loads(entry.body),
            entry.occurred_at,
        )  # fmt: skip
        if not _hear(one, fact, place):
            return False
    if len(rows) < MOST:
        place.batch = last
    place.failures, place.waits_until, place.fault = 0, None, ""
    place.save()
    return bool(rows)


def _hear(one: Reaction, fact: Fact, place: Listening) -> bool:
    try:
        with transaction.atomic():
            Heard.objects.create(event=fact.uuid, reaction=one.name)
            one.run(fact)
            point("reaction.ran")
        point("reaction.heard")
    except Exception as fault:
        if isinstance(fault, IntegrityError) and _heard_elsewhere(one, fact):
            return True  # another worker was first
        place.failures += 1
        wait = min(LONGEST_WAIT, timedelta(seconds=2 ** min(place.failures, 16)))
        place.waits_until = timezone.now() + wait
        # The kind of fault only: its words may hold what a log must not.
        place.fault = type(fault).__name__
        log.exception("a reaction failed", extra={"reaction": one.name, "event": str(fact.uuid)})
        try:
            place.save()
        except DatabaseError:
            log.warning("the database does not take notes now")
        return False
    return True


def _heard_elsewhere(one: Reaction, fact: Fact) -> bool:
    return Heard.objects.filter(event=fact.uuid, reaction=one.name).exists()


REACTIONS: list[Reaction] = []  # the kernel has nobody below it to listen to
