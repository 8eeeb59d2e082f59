"""Carries many dossiers through at once, by the same steps that officers take one by one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from hoaphuong.dossiers import steps
from hoaphuong.dossiers.models import Dossier, Procedure, Status
from hoaphuong.dossiers.queries import time_limit
from hoaphuong.dossiers.rules import ENDED, dossier_number, number_series
from hoaphuong.dossiers.work_kinds import DOSSIER
from hoaphuong.identity import queries as identity
from hoaphuong.kernel import journal
from hoaphuong.kernel.numbering import next_number
from hoaphuong.reference import queries as calendar
from hoaphuong.work import actions as work
from hoaphuong.work.contracts import ItemFacts
from hoaphuong.work.rules import moved_due, paused_for


@dataclass(frozen=True)
class Taken:
    """One step of a history: which, when, by whom."""

    verb: str
    at: datetime
    by: str


@dataclass(frozen=True)
class History:
    """A dossier from its submission to wherever it stands."""

    procedure: str
    agency: str
    division: str
    channel: str
    applicant_kind: str
    applicant: int
    applicant_name: str
    form: dict[str, Any]
    by: str
    submitted_at: datetime
    taken: tuple[Taken, ...] = ()
    organisation: int | None = None


@dataclass
class _Carried:
    """A dossier in memory with its facts and the clock of its work item."""

    dossier: Dossier
    procedure: Procedure
    events: list[Any]
    by: list[str]
    times: list[datetime]
    assignee: str = ""
    paused_on: date | None = None
    ended_at: datetime | None = None

    def take(self, taken: Taken) -> None:
        dossier, at = self.dossier, taken.at
        if taken.verb == "receive":
            limit = time_limit(self.procedure, dossier.channel)
            event: Any = steps.receive(dossier, at=at, sector=self.procedure.sector, limit=limit)
        elif taken.verb == "supplement":
            due = self._resumed(localdate(at))
            event = steps.supplement(dossier, at=at, due=due)
        elif taken.verb in ("granted", "refused"):
            event = steps.decide(dossier, at=at, outcome=taken.verb)
        else:
            event = getattr(steps, taken.verb)(dossier, at=at)
        if taken.verb == "ask_supplement":
            self.paused_on = localdate(at)
        if taken.verb == "process":
            self.assignee = taken.by
        self.events.append(event)
        self.by.append(taken.by)
        self.times.append(at)
        if dossier.status in ENDED:
            self.ended_at = at

    def _resumed(self, on: date) -> date | None:
        if self.paused_on is None:
            return self.dossier.due_on
        days = paused_for(self.paused_on, on, between=calendar.working_days_between)
        self.paused_on = None
        self.dossier.paused_days += days
        return moved_due(self.dossier.due_on, days, add_working_days=calendar.add_working_days)

    def item(self) -> ItemFacts:
        dossier = self.dossier
        return ItemFacts(
            key="",
            kind=DOSSIER,
            subject=dossier.key,
            agency=dossier.agency_code,
            assignee=self.assignee,
            label=dossier.number,
            detail=self.procedure.name[:500],
            party=dossier.applicant_name,
            stage=str(dossier.status),
            opened_at=dossier.submitted_at,
            due_on=None if dossier.decided_on else dossier.due_on,
            paused_on=self.paused_on,
            paused_days=dossier.paused_days,
            days_late=dossier.days_late,
        )


@transaction.atomic
def carry_through(*, histories: Sequence[History]) -> int:
    """Write histories whole: rows, facts in the order they happened, work items; how many."""
    procedures = Procedure.objects.in_bulk({h.procedure for h in histories})
    agencies = identity.agencies()
    wanted = Counter(_series(h, agencies) for h in histories)
    serials = {series: next_number(series, count=n) for series, n in sorted(wanted.items())}
    carried = []
    for history in histories:
        series = _series(history, agencies)
        one = _begun(history, procedures[history.procedure], agencies, serials[series])
        serials[series] += 1
        for taken in history.taken:
            one.take(taken)
        carried.append(one)
    Dossier.objects.bulk_create([one.dossier for one in carried], batch_size=300)
    facts = [
        (at, by, event)
        for one in carried
        for event, by, at in zip(one.events, one.by, one.times, strict=True)
    ]
    facts.sort(key=lambda fact: fact[0])
    journal.record_many(facts)
    work.record_items(
        items=[one.item() for one in carried],
        closed_at={one.dossier.key: one.ended_at for one in carried if one.ended_at},
    )
    return len(carried)


def _series(history: History, agencies: dict[str, Any]) -> str:
    dotted = agencies[history.agency].dotted
    return number_series(history.agency, dotted, on=localdate(history.submitted_at))


def _begun(
    history: History, procedure: Procedure, agencies: dict[str, Any], serial: int
) -> _Carried:
    on = localdate(history.submitted_at)
    dossier = Dossier(
        number=dossier_number(
            history.agency, agencies[history.agency].dotted, on=on, serial=serial
        ),
        procedure=procedure,
        agency_code=history.agency,
        division=history.division,
        channel=history.channel,
        applicant_kind=history.applicant_kind,
        applicant_id=history.applicant,
        organisation_id=history.organisation,
        account_key=history.by,
        applicant_name=history.applicant_name,
        form=history.form,
        status=Status.SUBMITTED,
        submitted_at=history.submitted_at,
    )
    first = steps.submitted(dossier, sector=procedure.sector)
    return _Carried(dossier, procedure, [first], [history.by], [history.submitted_at])
