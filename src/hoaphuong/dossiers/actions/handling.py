"""What the agency does with a dossier, from reception to the result."""

from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from hoaphuong.documents import actions as documents
from hoaphuong.documents import queries as document_queries
from hoaphuong.dossiers import results, steps
from hoaphuong.dossiers.actions.paying import no_longer_asked
from hoaphuong.dossiers.actions.rows import attach, locked, moved, saved
from hoaphuong.dossiers.models import Dossier, DossierFile
from hoaphuong.dossiers.queries import time_limit
from hoaphuong.dossiers.work_kinds import DOSSIER
from hoaphuong.identity import queries as identity
from hoaphuong.work import actions as work
from hoaphuong.work import queries as work_queries

ISSUED = "issued"  # of the documents app


@transaction.atomic
def receive(*, key: str, by: str, at: datetime, note: str = "") -> Dossier:
    """Accept the dossier as complete; its clock starts."""
    dossier = locked(key)
    event = steps.receive(
        dossier,
        at=at,
        sector=dossier.procedure.sector,
        limit=time_limit(dossier.procedure, dossier.channel),
    )
    saved(dossier, event, by=by, at=at, note=note)
    moved(dossier)
    return dossier


@transaction.atomic
def decline(*, key: str, note: str, by: str, at: datetime) -> Dossier:
    """Do not accept the dossier; the note says why."""
    dossier = locked(key)
    saved(dossier, steps.decline(dossier, at=at), by=by, at=at, note=note)
    work.close_item(kind=DOSSIER, subject=key, at=at)
    return dossier


@transaction.atomic
def process(*, key: str, by: str, at: datetime, note: str = "") -> Dossier:
    """Take the received dossier up."""
    dossier = locked(key)
    saved(dossier, steps.process(dossier, at=at), by=by, at=at, note=note)
    moved(dossier)
    return dossier


@transaction.atomic
def ask_supplement(*, key: str, note: str, by: str, at: datetime) -> Dossier:
    """Ask for more papers, once and in full; the clock stands still until they come."""
    dossier = locked(key)
    saved(dossier, steps.ask_supplement(dossier, at=at), by=by, at=at, note=note)
    work.pause_item(kind=DOSSIER, subject=key, stage=str(dossier.status), on=localdate(at))
    return dossier


@transaction.atomic
def stop(*, key: str, note: str, by: str, at: datetime) -> Dossier:
    """End processing without a decision; the note says why."""
    dossier = locked(key)
    no_longer_asked(dossier, by=by, at=at)
    saved(dossier, steps.stop(dossier, at=at), by=by, at=at, note=note)
    work.close_item(kind=DOSSIER, subject=key, at=at)
    return dossier


@transaction.atomic
def decide(
    *,
    key: str,
    outcome: str,
    note: str,
    by: str,
    at: datetime,
    files: dict[str, list[str]] | None = None,
    with_document: bool = False,
) -> Dossier:
    """Grant or refuse, with the result's files; what the clock stood still is taken out.

    ``with_document`` also drafts the result document and puts it on the signer's desk.
    """
    dossier = locked(key)
    dossier.paused_days = work_queries.paused_days(DOSSIER, key)
    event = steps.decide(dossier, at=at, outcome=outcome)
    attach(dossier, files or {}, purpose=DossierFile.Purpose.RESULT, at=at)
    saved(dossier, event, by=by, at=at, note=note)
    if with_document:
        _draft_result(dossier, note=note, by=by, at=at)
    # Only the handing over is left, and that has no due date.
    work.move_item(
        kind=DOSSIER,
        subject=key,
        stage=str(dossier.status),
        due_on=None,
        days_late=dossier.days_late,
    )
    return dossier


class ResultNotIssued(Exception):
    """The result document is not signed and sealed yet."""


def _draft_result(dossier: Dossier, *, note: str, by: str, at: datetime) -> None:
    """Put the result on the desk of who signs for the agency; without a signer there is none."""
    signers = identity.holders("signing.sign", dossier.agency_code, on=localdate(at))
    own = [key for key, _name in signers if key == by]
    nearest = own or [key for key, _name in signers]
    if not nearest:
        return
    new = results.new_document(dossier, note=note, signer=nearest[0], drafter=by)
    document = documents.draft(new=new, at=at)
    # What cannot be set as it is (no position for the signer, say) stays a draft to be mended.
    with suppress(documents.NotReady):
        documents.approve(key=document.key, by=by, at=at)


@transaction.atomic
def keep_result(*, key: str, file_key: str, number: str, at: datetime) -> None:
    """The issued result document is put with the dossier's files, once."""
    dossier = locked(key)
    if not dossier.files.filter(file_key=file_key).exists():
        attach(dossier, {number: [file_key]}, purpose=DossierFile.Purpose.RESULT, at=at)


@transaction.atomic
def hand_over(*, key: str, by: str, at: datetime, note: str = "") -> Dossier:
    """The applicant has the result; nothing is left to do."""
    dossier = locked(key)
    result = document_queries.of_dossiers([key]).get(key)
    if result and result.status != ISSUED:
        raise ResultNotIssued(key)
    saved(dossier, steps.hand_over(dossier, at=at), by=by, at=at, note=note)
    work.close_item(kind=DOSSIER, subject=key, at=at)
    return dossier
