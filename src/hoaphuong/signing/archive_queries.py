"""Reads of the archive queue: what is due, what waits and why, what was not renewed in time."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from hoaphuong.files import queries as files
from hoaphuong.signing.models import ArchiveItem
from hoaphuong.signing.parameters import RENEWAL_ALARM


@dataclass(frozen=True)
class QueueFacts:
    """How the archive stands: ``papers`` in all, ``due`` now, of those ``waiting`` after a fault.

    ``urgent`` are due and their stamp ends within 30 days; the stamps of ``lost`` have ended.
    ``next_due_at`` is when the next paper falls due.
    """

    papers: int
    due: int
    waiting: int
    urgent: int
    lost: int
    next_due_at: datetime | None


@dataclass(frozen=True)
class Unrenewed:
    """One paper that is due: its file's name, until when its stamp proves it, how often tried."""

    paper: str
    kind: str
    name: str
    ends_at: datetime
    attempts: int
    reason: str
    waits_until: datetime | None
    is_lost: bool
    is_urgent: bool


def unrenewed(at: datetime) -> QuerySet[ArchiveItem]:
    """Whatever is due, tried or not, lost or not."""
    return ArchiveItem.objects.filter(due_at__lte=at)


def due(at: datetime) -> QuerySet[ArchiveItem]:
    """The papers a signer may take now."""
    ready = Q(waits_until__isnull=True) | Q(waits_until__lte=at)
    free = Q(claim="") | Q(claimed_until__lt=at)
    return unrenewed(at).filter(ready, free, stamp_ends_at__gt=at)


def stamps_wait(at: datetime) -> bool:
    """Whether a paper is due to be stamped again now."""
    return due(at).exists()


def has_stamps_in_hand(signer: str) -> bool:
    """Whether papers of the archive are claimed under a signer's name."""
    return ArchiveItem.objects.filter(claimed_by=signer).exists()


def queue(at: datetime) -> QueueFacts:
    """The archive queue at a moment."""
    open_ = unrenewed(at)
    coming = ArchiveItem.objects.filter(due_at__gt=at).order_by("due_at")
    return QueueFacts(
        papers=ArchiveItem.objects.count(),
        due=open_.count(),
        waiting=open_.exclude(reason="").filter(stamp_ends_at__gt=at).count(),
        urgent=open_.filter(stamp_ends_at__gt=at, stamp_ends_at__lte=at + RENEWAL_ALARM).count(),
        lost=open_.filter(stamp_ends_at__lte=at).count(),
        next_due_at=coming.values_list("due_at", flat=True).first(),
    )


def page_of_unrenewed(at: datetime, *, page: int = 1, size: int = 50) -> list[Unrenewed]:
    """One page of what is due, the most urgent first, and one more when others follow."""
    start = (max(page, 1) - 1) * size
    rows = list(unrenewed(at).order_by("stamp_ends_at", "pk")[start : start + size + 1])
    names = {key: facts.name for key, facts in files.facts(row.file_key for row in rows).items()}
    return [
        Unrenewed(
            paper=row.paper,
            kind=row.kind,
            name=names.get(row.file_key) or row.paper,
            ends_at=row.stamp_ends_at,
            attempts=row.attempts,
            reason=row.reason,
            waits_until=row.waits_until,
            is_lost=row.stamp_ends_at <= at,
            is_urgent=row.stamp_ends_at <= at + RENEWAL_ALARM,
        )
        for row in rows
    ]
