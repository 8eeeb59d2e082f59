"""A person orders papers to be signed, tries again what failed, or takes back what waits."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from hoaphuong.kernel import journal
from hoaphuong.kernel.access import SECOND_FACTOR_LASTS
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.signing.actions.finishing import finish_if_done
from hoaphuong.signing.contracts import BatchChanged, BatchOrdered
from hoaphuong.signing.models import Batch, BatchItem, Certificate, HolderKind
from hoaphuong.signing.signables import signables

State = BatchItem.State
MOST = 10_000


class NotAuthorised(Exception):
    """This person may not sign so now; ``reason`` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NothingToSign(Exception):
    """A batch without papers, or with too many."""


class WaitsAlready(Exception):
    """One of the papers waits for the same signature already; nothing was ordered."""


class NoSuchBatch(LookupError):
    """No batch has this key."""


@transaction.atomic
def order_batch(
    *,
    kind: str,
    subjects: Sequence[str],
    certificate: str,
    by: str,
    second_factor_at: datetime | None,
    at: datetime,
) -> str:
    """Order papers to be signed with one certificate; the key of the batch.

    The caller has checked that ``by`` holds the signable's permission, for the agency of a seal
    too. ``second_factor_at`` is when the person last showed a second factor in this session.
    Raises NotAuthorised, NothingToSign, WaitsAlready.
    """
    signable = signables()[kind]
    papers = list(dict.fromkeys(subjects))
    if not 0 < len(papers) <= MOST:
        raise NothingToSign(len(papers))
    known = Certificate.objects.filter(key=certificate).first()
    held = usable(known, seal=signable.seal, by=by, at=at)
    if held.provider == "client":
        raise NotAuthorised("key_on_token")
    shown = require_second_factor(second_factor_at, at=at)
    batch = Batch.objects.create(
        kind=kind,
        account_key=by,
        agency_code=held.agency_code,
        certificate=held,
        authorised_at=at,
        second_factor_at=shown,
        papers=len(papers),
    )
    items = [
        BatchItem(batch=batch, position=number, kind=kind, subject=subject)
        for number, subject in enumerate(papers, 1)
    ]
    insert(items)
    event = BatchOrdered(
        batch=Ref(batch.key),
        kind=Code(kind),
        certificate=Ref(held.key),
        agency=Code(held.agency_code),
        papers=len(papers),
    )
    journal.record(event, by=by, occurred_at=at)
    return batch.key


def insert(items: list[BatchItem]) -> None:
    """Put papers before the signers; WaitsAlready."""
    try:
        with transaction.atomic():
            BatchItem.objects.bulk_create(items, batch_size=500)
    except IntegrityError as fault:
        raise WaitsAlready from fault


def require_second_factor(shown_at: datetime | None, *, at: datetime) -> datetime:
    """When the second factor was shown; NotAuthorised when never, or too long ago."""
    if shown_at is None or shown_at > at or at - shown_at > SECOND_FACTOR_LASTS:
        raise NotAuthorised("second_factor")
    return shown_at


def usable(held: Certificate | None, *, seal: bool, by: str, at: datetime) -> Certificate:
    """The certificate, if this person may sign with it now; NotAuthorised."""
    if held is None or (held.kind == HolderKind.SEAL) != seal:
        raise NotAuthorised("certificate")
    if not seal and held.account_key != by:
        raise NotAuthorised("certificate")
    if held.withdrawn_at is not None or not held.not_before <= at <= held.not_after:
        raise NotAuthorised("certificate_not_in_force")
    return held


@transaction.atomic
def try_again(*, key: str, by: str, at: datetime) -> int:
    """Let what failed wait for its turn once more, and what waits be tried at once; how many.

    A paper that waits elsewhere meanwhile stays as it is. NoSuchBatch; NotAuthorised for anyone
    but who ordered it.
    """
    batch = _own(key, by)
    elsewhere = BatchItem.objects.filter(
        kind=batch.kind, state__in=[State.WAITING, State.SIGNING]
    ).exclude(batch=batch)
    failed = batch.items.filter(state=State.FAILED).exclude(subject__in=elsewhere.values("subject"))
    again = failed.update(state=State.WAITING, reason="", detail="", attempts=0, ended_at=None)
    batch.waits_until, batch.failures, batch.fault = None, 0, ""
    if again:
        batch.finished_at = None
        _changed(batch, by=by, at=at, again=again)
    batch.save(update_fields=["waits_until", "failures", "fault", "finished_at"])
    return again


@transaction.atomic
def withdraw(*, key: str, by: str, at: datetime) -> int:
    """Take back what still waits; what a signer has in hand now is finished. How many."""
    batch = _own(key, by)
    # A signer that takes an item now keeps it: waiting for its lock could be for ever, since it
    # will ask for the batch.
    waiting = batch.items.select_for_update(skip_locked=True).filter(state=State.WAITING)
    free = list(waiting.values_list("pk", flat=True))
    taken = sum(
        batch.items.filter(pk__in=free[start : start + 500]).update(
            state=State.WITHDRAWN, ended_at=at
        )
        for start in range(0, len(free), 500)
    )
    if taken:
        _changed(batch, by=by, at=at, taken=taken)
        finish_if_done(batch, by=by, at=at)
    return taken


def _own(key: str, by: str) -> Batch:
    batch = Batch.objects.select_for_update().filter(key=key).first()
    if batch is None:
        raise NoSuchBatch(key)
    if batch.account_key != by:
        raise NotAuthorised("batch")
    return batch


def _changed(batch: Batch, *, by: str, at: datetime, again: int = 0, taken: int = 0) -> None:
    event = BatchChanged(
        batch=Ref(batch.key), kind=Code(batch.kind), tried_again=again, withdrawn=taken
    )
    journal.record(event, by=by, occurred_at=at)
