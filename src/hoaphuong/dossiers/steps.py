"""The steps of a dossier: each judges, changes the row in memory and answers with the fact.

An action locks one row, takes one step and saves; a batch takes many steps and saves once. Both
go through here, so that a dossier carried through in bulk obeys the same rules.
"""

from datetime import date, datetime

from django.utils.timezone import localdate, localtime

from hoaphuong.dossiers import contracts
from hoaphuong.dossiers.models import Dossier, Outcome, Status
from hoaphuong.dossiers.rules import days_late, due_on, may_follow
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.reference import queries as calendar


class WrongStatus(Exception):
    """The dossier is not in a status from which this step may be taken."""


def _move(dossier: Dossier, status: int) -> int:
    if not may_follow(dossier.status, status):
        raise WrongStatus(f"{dossier.number}: {dossier.status} -> {status}")
    before, dossier.status = dossier.status, status
    return before


def submitted(dossier: Dossier, *, sector: str) -> contracts.DossierSubmitted:
    """The first fact of a new dossier."""
    return contracts.DossierSubmitted(
        dossier=Ref(dossier.key),
        procedure=Code(dossier.procedure_id),
        sector=Code(sector),
        agency=Code(dossier.agency_code),
        division=Code(dossier.division),
        channel=Code(dossier.channel),
        applicant_kind=Code(dossier.applicant_kind),
        submitted_on=localdate(dossier.submitted_at),
    )


def receive(
    dossier: Dossier, *, at: datetime, sector: str, limit: tuple[int, str] | None
) -> contracts.DossierReceived:
    """Accepted as complete: the due date is set by the procedure's time limit."""
    _move(dossier, Status.RECEIVED)
    dossier.received_on = localdate(at)
    if limit:
        amount, unit = limit
        dossier.due_on = due_on(
            amount=amount,
            unit=unit,
            received=localtime(at),
            add_working_days=calendar.add_working_days,
        )
    return contracts.DossierReceived(
        dossier=Ref(dossier.key),
        procedure=Code(dossier.procedure_id),
        sector=Code(sector),
        agency=Code(dossier.agency_code),
        division=Code(dossier.division),
        channel=Code(dossier.channel),
        received_on=dossier.received_on,
        due_on=dossier.due_on,
    )


def decline(dossier: Dossier, *, at: datetime) -> contracts.DossierDeclined:
    _move(dossier, Status.DECLINED)
    return contracts.DossierDeclined(
        dossier=Ref(dossier.key), agency=Code(dossier.agency_code), declined_on=localdate(at)
    )


def _change(dossier: Dossier, status: int, at: datetime) -> contracts.DossierStatusChanged:
    before = _move(dossier, status)
    return contracts.DossierStatusChanged(
        dossier=Ref(dossier.key), from_status=before, to_status=status, changed_on=localdate(at)
    )


def process(dossier: Dossier, *, at: datetime) -> contracts.DossierStatusChanged:
    """An officer takes the received dossier up."""
    if dossier.status != Status.RECEIVED:
        raise WrongStatus(dossier.number)
    return _change(dossier, Status.PROCESSING, at)


def ask_payment(dossier: Dossier, *, at: datetime) -> contracts.DossierStatusChanged:
    return _change(dossier, Status.PAYMENT, at)


def fee_paid(dossier: Dossier, *, at: datetime) -> contracts.DossierStatusChanged:
    """The fee is paid: processing goes on."""
    if dossier.status != Status.PAYMENT:
        raise WrongStatus(dossier.number)
    return _change(dossier, Status.PROCESSING, at)


def stop(dossier: Dossier, *, at: datetime) -> contracts.DossierStatusChanged:
    return _change(dossier, Status.STOPPED, at)


def ask_supplement(dossier: Dossier, *, at: datetime) -> contracts.SupplementRequested:
    _move(dossier, Status.SUPPLEMENT)
    return contracts.SupplementRequested(dossier=Ref(dossier.key), requested_on=localdate(at))


def supplement(dossier: Dossier, *, at: datetime, due: date | None) -> contracts.SupplementReceived:
    """What was missing came; ``due`` is the due date moved by the pause."""
    _move(dossier, Status.PROCESSING)
    dossier.due_on = due
    return contracts.SupplementReceived(
        dossier=Ref(dossier.key), received_on=localdate(at), due_on=due
    )


def withdraw(dossier: Dossier, *, at: datetime) -> contracts.DossierWithdrawn:
    _move(dossier, Status.WITHDRAWN)
    return contracts.DossierWithdrawn(dossier=Ref(dossier.key), withdrawn_on=localdate(at))


def decide(dossier: Dossier, *, at: datetime, outcome: str) -> contracts.DossierDecided:
    """Grant or refuse; counts the working days used and those over the due date."""
    _move(dossier, Status.DECIDED)
    assert dossier.received_on is not None
    on = localdate(at)
    dossier.decided_on, dossier.outcome = on, Outcome(outcome).value
    used = calendar.working_days_between(dossier.received_on, on) - dossier.paused_days
    dossier.working_days = max(used, 0)
    dossier.days_late = days_late(
        due=dossier.due_on, decided=on, between=calendar.working_days_between
    )
    return contracts.DossierDecided(
        dossier=Ref(dossier.key),
        agency=Code(dossier.agency_code),
        outcome=Code(dossier.outcome),
        decided_on=on,
        due_on=dossier.due_on,
        working_days=dossier.working_days,
        days_late=dossier.days_late,
    )


def hand_over(dossier: Dossier, *, at: datetime) -> contracts.DossierReturned:
    _move(dossier, Status.RETURNED)
    dossier.returned_on = localdate(at)
    return contracts.DossierReturned(dossier=Ref(dossier.key), returned_on=dossier.returned_on)
