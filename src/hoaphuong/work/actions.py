"""The only writer of work items."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from hoaphuong.kernel import journal
from hoaphuong.kernel.folding import fold
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.reference import queries as calendar
from hoaphuong.work.contracts import ItemFacts, WorkAssigned, WorkGivenBack
from hoaphuong.work.models import WorkItem
from hoaphuong.work.rules import moved_due, paused_for


class NotOpen(Exception):
    """The item is closed; a colleague has finished it."""


class TakenByAnother(Exception):
    """A colleague took the item first."""


class NotYours(Exception):
    """Only who has an item gives it back."""


def _open(kind: str, subject: str) -> WorkItem:
    item = (
        WorkItem.objects.select_for_update()
        .filter(kind=kind, subject=subject, closed_at__isnull=True)
        .first()
    )
    if item is None:
        raise NotOpen(subject)
    return item


@transaction.atomic
def open_item(
    *,
    kind: str,
    subject: str,
    agency: str,
    label: str,
    detail: str,
    party: str,
    stage: str,
    at: datetime,
    due_on: date | None = None,
) -> None:
    """Put one thing into an agency's inbox."""
    WorkItem.objects.create(
        kind=kind,
        subject=subject,
        agency_code=agency,
        label=label,
        detail=detail,
        party=party,
        search_text=fold(f"{label} {party} {detail}"),
        stage=stage,
        opened_at=at,
        due_on=due_on,
    )


@transaction.atomic
def record_items(*, items: Iterable[ItemFacts], closed_at: Mapping[str, datetime]) -> None:
    """Put many items in at once, finished ones too: ``closed_at`` by the record's reference."""
    WorkItem.objects.bulk_create(
        (
            WorkItem(
                kind=facts.kind,
                subject=facts.subject,
                agency_code=facts.agency,
                assignee_key=facts.assignee,
                label=facts.label,
                detail=facts.detail,
                party=facts.party,
                search_text=fold(f"{facts.label} {facts.party} {facts.detail}"),
                stage=facts.stage,
                opened_at=facts.opened_at,
                due_on=facts.due_on,
                paused_at=facts.paused_on,
                paused_days=facts.paused_days,
                days_late=facts.days_late,
                closed_at=closed_at.get(facts.subject),
            )
            for facts in items
        ),
        batch_size=500,
    )


@transaction.atomic
def move_item(
    *, kind: str, subject: str, stage: str, due_on: date | None, days_late: int | None = None
) -> None:
    """The item's sector moved it to another stage or gave it another due date.

    ``days_late`` is told when the clock has ended and something is still to do.
    """
    item = _open(kind, subject)
    item.stage, item.due_on, item.days_late = stage, due_on, days_late
    item.save(update_fields=["stage", "due_on", "days_late"])


@transaction.atomic
def pause_item(*, kind: str, subject: str, stage: str, on: date) -> None:
    """Stop the clock: somebody outside the agency must act first."""
    item = _open(kind, subject)
    item.stage = stage
    item.paused_at = item.paused_at or on
    item.save(update_fields=["stage", "paused_at"])


@transaction.atomic
def resume_item(*, kind: str, subject: str, stage: str, on: date) -> date | None:
    """Start the clock again: the due date moves by the working days of the pause; the new one."""
    item = _open(kind, subject)
    if item.paused_at:
        days = paused_for(item.paused_at, on, between=calendar.working_days_between)
        item.paused_days += days
        item.due_on = moved_due(item.due_on, days, add_working_days=calendar.add_working_days)
        item.paused_at = None
    item.stage = stage
    item.save(update_fields=["stage", "paused_at", "paused_days", "due_on"])
    return item.due_on


@transaction.atomic
def close_item(*, kind: str, subject: str, at: datetime) -> int:
    """Nothing more to do; the working days the clock stood still."""
    item = _open(kind, subject)
    if item.paused_at:
        item.paused_days += paused_for(
            item.paused_at, localdate(at), between=calendar.working_days_between
        )
        item.paused_at = None
    item.closed_at = at
    item.save(update_fields=["closed_at", "paused_at", "paused_days"])
    return item.paused_days


@transaction.atomic
def assign(*, key: str, assignee: str, by: str, at: datetime, take: bool = False) -> None:
    """Give an item to an officer; ``take`` refuses when a colleague has it already."""
    item = WorkItem.objects.select_for_update().filter(key=key, closed_at__isnull=True).first()
    if item is None:
        raise NotOpen(key)
    if take and item.assignee_key not in ("", assignee):
        raise TakenByAnother(key)
    if item.assignee_key == assignee:
        return
    item.assignee_key = assignee
    item.save(update_fields=["assignee_key"])
    event = WorkAssigned(
        record=Ref(item.subject), assignee=Ref(assignee), agency=Code(item.agency_code)
    )
    journal.record(event, by=by, occurred_at=at)


@transaction.atomic
def give_back(*, key: str, by: str, at: datetime) -> None:
    """Put one's own item back, so that a colleague can take it."""
    item = WorkItem.objects.select_for_update().filter(key=key, closed_at__isnull=True).first()
    if item is None:
        raise NotOpen(key)
    if item.assignee_key != by:
        raise NotYours(key)
    item.assignee_key = ""
    item.save(update_fields=["assignee_key"])
    event = WorkGivenBack(record=Ref(item.subject), officer=Ref(by), agency=Code(item.agency_code))
    journal.record(event, by=by, occurred_at=at)
