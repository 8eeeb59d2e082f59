"""The queue of papers to be stamped again before their last time stamp cannot be checked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from hoaphuong.files import actions as files
from hoaphuong.kernel import journal
from hoaphuong.kernel.faults import point
from hoaphuong.kernel.keys import new_key
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.signing.contracts import PaperRestamped
from hoaphuong.signing.making import Made
from hoaphuong.signing.models import ArchiveItem
from hoaphuong.signing.parameters import CLAIM, LONGEST_WAIT, RESTAMP_MARGIN
from hoaphuong.signing.signables import signables

BY = "archive"
RETENTION = "document"


class ArchiveClaimLost(Exception):
    """Another signer stamps the paper, or it was signed anew meanwhile."""


@dataclass(frozen=True)
class ToStamp:
    """One paper that is due, in a signer's hand."""

    item: int
    claim: str
    paper: str
    kind: str
    file: str


def schedule(*, paper: str, kind: str, file: str, ends_at: datetime) -> None:
    """Note until when a paper's newest file is checkable; a later signature moves it on."""
    row, _ = ArchiveItem.objects.select_for_update().get_or_create(
        paper=paper,
        defaults={
            "kind": kind,
            "file_key": file,
            "stamp_ends_at": ends_at,
            "due_at": ends_at - RESTAMP_MARGIN,
        },
    )
    row.kind, row.file_key, row.stamp_ends_at = kind, file, ends_at
    row.due_at = ends_at - RESTAMP_MARGIN
    row.attempts, row.reason, row.waits_until = 0, "", None
    row.claim, row.claimed_by, row.claimed_until = "", "", None
    row.save()


@transaction.atomic
def claim_due(*, by: str, at: datetime) -> ToStamp | None:
    """Take the paper that is due first; None when none is."""
    free = Q(claim="") | Q(claimed_until__lt=at) | Q(claimed_by=by)
    ready = Q(waits_until__isnull=True) | Q(waits_until__lte=at)
    due = ArchiveItem.objects.select_for_update(skip_locked=True).filter(
        free, ready, due_at__lte=at
    )
    row = due.order_by("due_at").first()
    if row is None:
        return None
    row.claim, row.claimed_by, row.claimed_until = new_key(), by, at + CLAIM
    row.save(update_fields=["claim", "claimed_by", "claimed_until"])
    return ToStamp(row.pk, row.claim, row.paper, row.kind, row.file_key)


@transaction.atomic
def archived(*, stamped: ToStamp, made: Made, at: datetime) -> None:
    """Keep the stamped file; the app that owns the paper hears of it. ArchiveClaimLost."""
    row = _in_hand(stamped)
    assert made.stamp_ends_at is not None
    file = files.keep(
        content=made.content,
        name=f"{signables()[stamped.kind].file_name(stamped.paper)}.{made.extension}",
        media_type=made.media_type,
        by=BY,
        at=at,
        retention=RETENTION,
    )
    point("signing.archive_kept")
    row.stamps += 1
    row.save(update_fields=["stamps"])
    schedule(paper=row.paper, kind=row.kind, file=file.key, ends_at=made.stamp_ends_at)
    event = PaperRestamped(
        paper=Ref(row.paper),
        kind=Code(row.kind),
        file=Ref(file.key),
        due_again_on=made.stamp_ends_at - RESTAMP_MARGIN,
    )
    journal.record(event, by=BY, occurred_at=at)


@transaction.atomic
def let_archive_wait(*, stamped: ToStamp, reason: str, at: datetime) -> None:
    """It did not work now: the paper keeps its place, and is tried later and later."""
    row = _in_hand(stamped)
    row.claim, row.claimed_by, row.claimed_until = "", "", None
    row.attempts, row.reason = row.attempts + 1, reason[:60]
    wait = min(LONGEST_WAIT, timedelta(seconds=2 ** min(row.attempts, 16)))
    row.waits_until = at + wait
    row.save()


def _in_hand(stamped: ToStamp) -> ArchiveItem:
    mine = ArchiveItem.objects.select_for_update().filter(pk=stamped.item, claim=stamped.claim)
    row = mine.first()
    if row is None or not stamped.claim:
        raise ArchiveClaimLost(stamped.paper)
    return row
