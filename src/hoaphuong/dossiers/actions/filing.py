"""What the applicant does: submit, bring what was missing, withdraw."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from hoaphuong.dossiers import steps
from hoaphuong.dossiers.actions.paying import no_longer_asked
from hoaphuong.dossiers.actions.rows import attach, locked, saved
from hoaphuong.dossiers.models import Dossier, DossierFile, Procedure, Status
from hoaphuong.dossiers.queries import time_limit
from hoaphuong.dossiers.rules import dossier_number, number_series
from hoaphuong.dossiers.work_kinds import DOSSIER
from hoaphuong.forms import actions as drafts
from hoaphuong.identity import queries as identity
from hoaphuong.kernel import journal
from hoaphuong.kernel.numbering import next_number
from hoaphuong.work import actions as work


class NotOffered(Exception):
    """The agency does not exist on that day, so nobody could take the dossier."""


@transaction.atomic
def submit(
    *,
    procedure: str,
    agency: str,
    division: str,
    channel: str,
    applicant_kind: str,
    applicant: int,
    applicant_name: str,
    form: dict[str, Any],
    files: dict[str, list[str]],
    by: str,
    at: datetime,
    organisation: int | None = None,
    draft: str = "",
) -> Dossier:
    """Give a new dossier its number, put it into the agency's inbox and record the fact.

    The draft it was written in goes in the same transaction, so that it is sent once however
    often the button is pressed: ``NoSuchDraft`` the second time.
    """
    if draft:
        drafts.discard_draft(key=draft, account=by)
    on = localdate(at)
    facts = identity.agency(agency)
    if on < facts.valid_from or (facts.valid_to and on > facts.valid_to):
        raise NotOffered(agency)
    row = Procedure.objects.get(code=procedure)
    serial = next_number(number_series(agency, facts.dotted, on=on))
    dossier = Dossier.objects.create(
        number=dossier_number(agency, facts.dotted, on=on, serial=serial),
        procedure=row,
        agency_code=agency,
        division=division,
        channel=channel,
        applicant_kind=applicant_kind,
        applicant_id=applicant,
        organisation_id=organisation,
        account_key=by,
        applicant_name=applicant_name,
        form=form,
        status=Status.SUBMITTED,
        submitted_at=at,
    )
    attach(dossier, files, purpose=DossierFile.Purpose.SUBMITTED, at=at)
    journal.record(steps.submitted(dossier, sector=row.sector), by=by, occurred_at=at)
    work.open_item(
        kind=DOSSIER,
        subject=dossier.key,
        agency=agency,
        label=dossier.number,
        detail=row.name[:500],
        party=applicant_name,
        stage=str(dossier.status),
        at=at,
    )
    return dossier


@transaction.atomic
def supply(*, key: str, files: dict[str, list[str]], note: str, by: str, at: datetime) -> Dossier:
    """Bring what the agency asked for; the clock runs again, or starts for the first time."""
    dossier = locked(key)
    attach(dossier, files, purpose=DossierFile.Purpose.SUPPLEMENT, at=at)
    due = work.resume_item(
        kind=DOSSIER, subject=key, stage=str(Status.PROCESSING), on=localdate(at)
    )
    if dossier.received_on is None and dossier.status == Status.SUPPLEMENT:
        # Asked at the counter before reception: complete now, so it is received now.
        dossier.status = Status.SUBMITTED
        received = steps.receive(
            dossier,
            at=at,
            sector=dossier.procedure.sector,
            limit=time_limit(dossier.procedure, dossier.channel),
        )
        journal.record(received, by=by, occurred_at=at)
        dossier.status, due = Status.SUPPLEMENT, dossier.due_on
        work.move_item(kind=DOSSIER, subject=key, stage=str(Status.PROCESSING), due_on=due)
    saved(dossier, steps.supplement(dossier, at=at, due=due), by=by, at=at, note=note)
    return dossier


@transaction.atomic
def withdraw(*, key: str, note: str, by: str, at: datetime) -> Dossier:
    """The applicant takes the dossier back before it is decided."""
    dossier = locked(key)
    no_longer_asked(dossier, by=by, at=at)
    saved(dossier, steps.withdraw(dossier, at=at), by=by, at=at, note=note)
    work.close_item(kind=DOSSIER, subject=key, at=at)
    return dossier
