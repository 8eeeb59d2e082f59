"""A signer takes one paper at a time and closes it: signed, failed, or waiting again.

Rows are locked item first, then batch.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from hoaphuong.kernel import journal
from hoaphuong.kernel.faults import point
from hoaphuong.kernel.keys import new_key
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.signing.actions.archive import put_back_stamps_of, schedule
from hoaphuong.signing.actions.finishing import finish_if_done
from hoaphuong.signing.actions.keeping import keep_made
from hoaphuong.signing.contracts import CertificateFacts, Level, PaperSigned
from hoaphuong.signing.making import Made, MadeBeside
from hoaphuong.signing.models import Batch, BatchItem, PaperSignature
from hoaphuong.signing.parameters import ATTEMPTS, CLAIM, LONGEST_WAIT
from hoaphuong.signing.queries import certificate_facts
from hoaphuong.signing.signables import signables

State = BatchItem.State


class ClaimLost(Exception):
    """Another signer has the paper now; what this one made of it is dropped."""


@dataclass(frozen=True)
class Claimed:
    """One paper in a signer's hand, with all it needs to know; ``failures`` are the batch's."""

    item: int
    claim: str
    batch: str
    kind: str
    subject: str
    account: str
    certificate: CertificateFacts
    reference: str
    failures: int


@transaction.atomic
def claim(*, by: str, at: datetime) -> Claimed | None:
    """Take the next paper; None when nothing waits now. Small batches come first.

    A claim that its signer let run out is taken over. One paper that ended its signer ATTEMPTS
    times is set aside.
    """
    ready = Q(waits_until__isnull=True) | Q(waits_until__lte=at)
    for batch in Batch.objects.filter(ready, finished_at__isnull=True).order_by("papers", "pk"):
        item = _next_of(batch, at=at)
        while item is not None and item.attempts >= ATTEMPTS:
            _end(item, State.FAILED, at=at, reason="signer_died")
            _tell(item, at=at)
            item = _next_of(batch, at=at)
        if item is not None:
            return _taken(item, by=by, at=at)
    return None


def _next_of(batch: Batch, *, at: datetime) -> BatchItem | None:
    free = Q(state=State.WAITING) | Q(state=State.SIGNING, claimed_until__lt=at)
    items = BatchItem.objects.select_for_update(skip_locked=True)
    return items.filter(free, batch=batch).order_by("position").first()


def _taken(item: BatchItem, *, by: str, at: datetime) -> Claimed:
    item.state, item.claim, item.claimed_by = State.SIGNING, new_key(), by
    item.claimed_until, item.attempts = at + CLAIM, item.attempts + 1
    item.save(update_fields=["state", "claim", "claimed_by", "claimed_until", "attempts"])
    batch = Batch.objects.select_related("certificate").get(pk=item.batch_id)
    held = batch.certificate
    return Claimed(
        item=item.pk,
        claim=item.claim,
        batch=batch.key,
        kind=item.kind,
        subject=item.subject,
        account=batch.account_key,
        certificate=certificate_facts(held),
        reference=held.reference,
        failures=batch.failures,
    )


@transaction.atomic
def put_back_of(*, signer: str) -> int:
    """Whoever signs under this name begins now: what its forerunner had in hand waits again."""
    left = BatchItem.objects.filter(state=State.SIGNING, claimed_by=signer)
    back = left.update(state=State.WAITING, claim="", claimed_by="", claimed_until=None)
    return back + put_back_stamps_of(signer=signer)


@transaction.atomic
def close_signed(
    *,
    claimed: Claimed,
    before: bytes,
    made: Made,
    at: datetime,
    beside: tuple[MadeBeside, ...] = (),
) -> None:
    """Keep the signed file, let the app that owns the paper take it, and close the item.

    All of it is one transaction, what was signed ``beside`` it included, which comes first.
    Raises ClaimLost, and whatever the app's action raises.
    """
    item = _in_hand(claimed)
    for one in beside:
        _keep(claimed, one.kind, one.subject, before=one.before, made=one.made, at=at)
    _keep(claimed, claimed.kind, claimed.subject, before=before, made=made, at=at, item=item)
    point("signing.effect")
    _end(item, State.SIGNED, at=at)
    _tell(item, at=at, went_well=True)
    point("signing.closing")


def _keep(
    claimed: Claimed,
    kind: str,
    subject: str,
    *,
    before: bytes,
    made: Made,
    at: datetime,
    item: BatchItem | None = None,
) -> None:
    """Keep one signed file and let the app take it."""
    file = keep_made(made, kind=kind, paper=subject, by=claimed.account, at=at)
    point("signing.kept")
    record_signature(
        kind=kind,
        paper=subject,
        certificate=claimed.certificate.key,
        item=item,
        before_sha256=hashlib.sha256(before).hexdigest(),
        made=made,
        file=file.key,
        after_sha256=file.sha256,
        by=claimed.account,
        at=at,
    )
    signables()[kind].signed(subject, content=made.content, file=file, by=claimed.account, at=at)


def record_signature(
    *,
    kind: str,
    paper: str,
    certificate: str,
    before_sha256: str,
    after_sha256: str,
    made: Made,
    file: str,
    by: str,
    at: datetime,
    item: BatchItem | None = None,
) -> None:
    """The row, the fact and the place in the archive of a signature whose file is stored."""
    from hoaphuong.signing.models import Certificate

    PaperSignature.objects.create(
        paper=paper,
        kind=kind,
        certificate=Certificate.objects.get(key=certificate),
        item=item,
        level=made.level,
        before_sha256=before_sha256,
        after_sha256=after_sha256,
        file_key=file,
        signed_at=at,
        stamped_at=made.stamped_at,
        by_account=by,
    )
    event = PaperSigned(
        paper=Ref(paper),
        kind=Code(kind),
        certificate=Ref(certificate),
        file=Ref(file),
        level=Code(made.level),
    )
    journal.record(event, by=by, occurred_at=at)
    # A paper that is finished asks for this level; one on its way to a seal is not stamped again.
    if made.level == Level.B_LTA and made.stamp_ends_at is not None:
        schedule(paper=paper, kind=kind, file=file, ends_at=made.stamp_ends_at)


@transaction.atomic
def fail(*, claimed: Claimed, reason: str, at: datetime, detail: str = "") -> None:
    """Set the paper aside with a reason; the batch goes on. ClaimLost."""
    item = _in_hand(claimed)
    _end(item, State.FAILED, at=at, reason=reason, detail=detail)
    _tell(item, at=at)


@transaction.atomic
def let_wait(*, claimed: Claimed, fault: str, at: datetime) -> timedelta:
    """The outside is at fault: the paper waits again, and its batch longer each time. ClaimLost."""
    item = _in_hand(claimed)
    # The paper is not to blame: only a signer that died over it counts.
    _released(item, State.WAITING)
    item.attempts = max(0, item.attempts - 1)
    item.save()
    batch = Batch.objects.select_for_update().get(pk=item.batch_id)
    batch.failures += 1
    wait = min(LONGEST_WAIT, timedelta(seconds=2 ** min(batch.failures, 16)))
    batch.fault, batch.waits_until = fault, at + wait
    batch.save(update_fields=["failures", "fault", "waits_until"])
    return wait


def _in_hand(claimed: Claimed) -> BatchItem:
    mine = BatchItem.objects.select_for_update().filter(
        pk=claimed.item, state=State.SIGNING, claim=claimed.claim
    )
    item = mine.first()
    if item is None:
        raise ClaimLost(claimed.subject)
    return item


def _released(item: BatchItem, state: str) -> None:
    item.state, item.claim, item.claimed_by, item.claimed_until = state, "", "", None


def _end(item: BatchItem, state: str, *, at: datetime, reason: str = "", detail: str = "") -> None:
    _released(item, state)
    item.ended_at, item.reason, item.detail = at, reason[:60], detail[:300]
    item.save()


def _tell(item: BatchItem, *, at: datetime, went_well: bool = False) -> None:
    """What the end of an item means for its batch."""
    batch = Batch.objects.select_for_update().get(pk=item.batch_id)
    if went_well and batch.failures:
        batch.failures, batch.fault, batch.waits_until = 0, "", None
        batch.save(update_fields=["failures", "fault", "waits_until"])
    finish_if_done(batch, by=batch.account_key, at=at)
