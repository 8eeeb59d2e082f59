"""The queue of papers to be stamped again before their last time stamp cannot be checked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from hoaphuong.kernel import journal
from hoaphuong.kernel.faults import point
from hoaphuong.kernel.keys import new_key
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.signing import archive_queries as queries
from hoaphuong.signing.actions.keeping import keep_made
from hoaphuong.signing.contracts import PaperRestamped
from hoaphuong.signing.making import Made
from hoaphuong.signing.models import ArchiveItem
from hoaphuong.signing.parameters import (
    CLAIM,
    LONGEST_WAIT,
    RENEWAL_WAIT,
    RESTAMP_MARGIN,
)  # fmt: skip

BY = "archive"
# Faults of the time-stamp authority, not of a paper: all that is due waits with the one tried.
OF_THE_AUTHORITY = {"time_stamp_failed", "stamp_ends_no_later"}


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
    ends_at: datetime


def schedule(*, paper: str, kind: str, file: str, ends_at: datetime) -> None:
    """Note until when a finished paper's file is checkable; a further stamp moves it on."""
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
    """Take the paper that is due first; None when none is.

    A paper that ends its signer comes later each time. What ended its stamp unrenewed is left: a
    further stamp would prove nothing of the time before it.
    """
    row = queries.due(at).select_for_update(skip_locked=True).order_by("due_at", "pk").first()
    if row is None:
        return None
    row.attempts += 1
    row.claim, row.claimed_by, row.claimed_until = new_key(), by, at + CLAIM
    row.waits_until = at + _pause(row.attempts)
    row.save(update_fields=["attempts", "claim", "claimed_by", "claimed_until", "waits_until"])
    return ToStamp(row.pk, row.claim, row.paper, row.kind, row.file_key, row.stamp_ends_at)


def put_back_stamps_of(*, signer: str) -> int:
    """What a signer that is gone had in hand to stamp waits for its turn again."""
    left = ArchiveItem.objects.filter(claimed_by=signer)
    return left.update(claim="", claimed_by="", claimed_until=None, reason="signer_died")


@transaction.atomic
def archived(*, stamped: ToStamp, made: Made, at: datetime) -> None:
    """Keep the stamped file; the app that owns the paper hears of it. ArchiveClaimLost."""
    row = _in_hand(stamped)
    assert made.stamp_ends_at is not None
    file = keep_made(made, kind=stamped.kind, paper=stamped.paper, by=BY, at=at)
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
    point("signing.archive_closing")


@transaction.atomic
def let_archive_wait(*, stamped: ToStamp, reason: str, at: datetime) -> None:
    """It did not work now: the paper is tried later and later; when the authority is at fault,
    so are all that are due."""
    row = _in_hand(stamped)
    wait = RENEWAL_WAIT if reason == "stamp_ends_no_later" else _pause(row.attempts)
    row.claim, row.claimed_by, row.claimed_until = "", "", None
    row.reason, row.waits_until = reason[:60], at + wait
    row.save()
    if reason in OF_THE_AUTHORITY:
        others = queries.due(at).exclude(pk=row.pk)
        others.update(reason=row.reason, waits_until=row.waits_until)


@transaction.atomic
def stamp_now(*, at: datetime) -> int:
    """Someone mended what was at fault: what is due is tried at once; how many papers."""
    waiting = queries.unrenewed(at).filter(stamp_ends_at__gt=at, claim="")
    return waiting.update(waits_until=None)


def _pause(attempts: int) -> timedelta:
    return min(LONGEST_WAIT, timedelta(seconds=2 ** min(attempts, 16)))


def _in_hand(stamped: ToStamp) -> ArchiveItem:
    mine = ArchiveItem.objects.select_for_update().filter(pk=stamped.item, claim=stamped.claim)
    row = mine.first()
    if row is None or not stamped.claim:
        raise ArchiveClaimLost(stamped.paper)
    return row
