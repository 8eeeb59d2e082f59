"""Reads of the inbox: what waits for an officer's agencies, most urgent first."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, F, Q, QuerySet

from hoaphuong.kernel.access import EVERYWHERE
from hoaphuong.kernel.folding import words
from hoaphuong.work.contracts import InboxPage, ItemFacts
from hoaphuong.work.models import WorkItem

PAGE = 50


def _facts(item: WorkItem) -> ItemFacts:
    return ItemFacts(
        key=item.key,
        kind=item.kind,
        subject=item.subject,
        agency=item.agency_code,
        assignee=item.assignee_key,
        label=item.label,
        detail=item.detail,
        party=item.party,
        stage=item.stage,
        opened_at=item.opened_at,
        due_on=item.due_on,
        paused_on=item.paused_at,
        paused_days=item.paused_days,
        days_late=item.days_late,
    )


def _open_for(agencies: Iterable[str]) -> QuerySet[WorkItem]:
    items = WorkItem.objects.filter(closed_at__isnull=True)
    held = frozenset(agencies)
    if EVERYWHERE in held:
        return items
    return items.filter(agency_code__in=held)


def inbox(
    *,
    agencies: Iterable[str],
    account: str,
    today: date,
    search: str = "",
    stage: str = "",
    mine: bool = False,
    overdue: bool = False,
    page: int = 1,
) -> InboxPage:
    """One page of what waits, by due date; a fixed number of queries whatever its size."""
    scoped = _open_for(agencies)
    late = Q(due_on__lt=today, paused_at__isnull=True)
    counts = scoped.aggregate(
        waiting=Count("pk"),
        overdue=Count("pk", filter=late),
        mine=Count("pk", filter=Q(assignee_key=account)),
    )
    found = scoped
    for word in words(search):
        found = found.filter(search_text__contains=word)
    if stage:
        found = found.filter(stage=stage)
    if mine:
        found = found.filter(assignee_key=account)
    if overdue:
        found = found.filter(late)
    start = (max(page, 1) - 1) * PAGE
    rows = list(found.order_by(F("due_on").asc(nulls_last=True), "id")[start : start + PAGE + 1])
    return InboxPage(
        items=tuple(_facts(row) for row in rows[:PAGE]),
        number=max(page, 1),
        more=len(rows) > PAGE,
        **counts,
    )


def item_of(kind: str, subject: str) -> ItemFacts | None:
    """The open item of a record, if there is one."""
    row = WorkItem.objects.filter(kind=kind, subject=subject, closed_at__isnull=True).first()
    return _facts(row) if row else None


def item(key: str, *, agencies: Iterable[str]) -> ItemFacts | None:
    """An open item of one of these agencies; any other does not exist for them."""
    row = _open_for(agencies).filter(key=key).first()
    return _facts(row) if row else None


def paused_days(kind: str, subject: str) -> int:
    """Working days for which a record's clock stood still so far."""
    rows = WorkItem.objects.filter(kind=kind, subject=subject, closed_at__isnull=True)
    return rows.values_list("paused_days", flat=True).first() or 0
