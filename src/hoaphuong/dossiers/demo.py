"""Invented dossiers of the demonstration city: a closed 2023 and a live inbox of today."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from hoaphuong.dossiers import actions, invented_fees, queries
from hoaphuong.dossiers.actions import History, Taken
from hoaphuong.dossiers.invented_answers import answers
from hoaphuong.dossiers.models import Procedure
from hoaphuong.dossiers.rules import due_on, office_level
from hoaphuong.identity import queries as identity
from hoaphuong.identity.configuration import department_for
from hoaphuong.kernel.demo import Report
from hoaphuong.kernel.numbering import next_number, numbers_given
from hoaphuong.reference import queries as reference

ORDER = 20
CHUNK = 500
CLOSED_2023 = {"tiny": 120, "small": 4_000, "medium": 20_000, "large": 99_000}
LIVE = {"tiny": 60, "small": 500, "medium": 1_000, "large": 1_000}
# Shares of the invented city; they were chosen, not fitted to any announced figure.
ONLINE, SUPPLEMENTED, LATE, REFUSED = 0.82, 0.07, 0.04, 0.03
SERIES = "demo:dossiers"


def load(*, scale: str, report: Report) -> None:
    """Write what is missing, a chunk a transaction: an interrupted load goes on where it was."""
    total = CLOSED_2023[scale] + LIVE[scale]
    chunks = -(-total // CHUNK)
    cast = _Cast()
    done = numbers_given(SERIES)
    report("Hồ sơ hư cấu", min(done * CHUNK, total), total)
    for chunk in range(done, chunks):
        rng = random.Random(f"chunk-{chunk}")
        first = chunk * CHUNK
        numbers = range(first, min(first + CHUNK, total))
        histories = [
            cast.closed(rng) if n < CLOSED_2023[scale] else cast.live(rng, n) for n in numbers
        ]
        with transaction.atomic():
            next_number(SERIES)
            actions.carry_through(histories=histories)
        report("Hồ sơ hư cấu", numbers[-1] + 1, total)
    invented_fees.load()


class _Cast:
    """Who may appear in an invented dossier."""

    def __init__(self) -> None:
        self.people = identity.people()
        self.organisations = identity.organisations()
        self.procedures = queries.demonstrated()
        self.now = timezone.now()
        cast = {name: identity.demo_account(name) for name in ("mai", "son")}
        self.officers = {name: account.key for name, account in cast.items() if account}
        self.home = next(account.agency_id for account in cast.values() if account)

    def closed(self, rng: random.Random) -> History:
        """A dossier of 2023, carried through to its end."""
        at = datetime(2023, 1, 3, 1, tzinfo=UTC) + timedelta(
            days=rng.randrange(350), minutes=rng.randrange(60 * 9)
        )
        return self._history(rng, at, whole=True)

    def live(self, rng: random.Random, number: int) -> History:
        """A dossier of the last weeks, standing somewhere on its way; many wait in one ward."""
        at = self.now - timedelta(days=rng.randrange(1, 25), minutes=rng.randrange(600))
        return self._history(rng, at, whole=False, home=number % 2 == 0)

    def _history(
        self, rng: random.Random, at: datetime, *, whole: bool, home: bool = False
    ) -> History:
        on = timezone.localdate(at)
        procedure = rng.choice(self.procedures)
        person = rng.choice(self.people)
        levels = tuple(procedure.record["levels"])
        if home:
            agency, division = self.home, identity.agency(self.home).division
        else:
            agency, division = self._office(rng, office_level(levels, on=on), procedure, on)
        organisation = None
        if "organisation" in kinds_for(procedure.sector) and self.organisations:
            organisation = rng.choice(self.organisations)
        channel = "online" if rng.random() < ONLINE else rng.choice(["direct", "direct", "post"])
        return History(
            procedure=procedure.code,
            agency=agency,
            division=division,
            channel=channel,
            applicant_kind="organisation" if organisation else "self",
            applicant=person.id,
            applicant_name=organisation.name if organisation else person.full_name,
            organisation=organisation.id if organisation else None,
            form=answers(procedure.code, person, rng),
            by=f"demo:{person.key[:24]}",
            submitted_at=at,
            taken=tuple(self._steps(rng, procedure, at, whole=whole)),
        )

    def _office(
        self, rng: random.Random, level: str, procedure: Procedure, on: date
    ) -> tuple[str, str]:
        commune = rng.choice(reference.divisions(on, level="commune", within="31"))
        if level == "city":
            return department_for(settings.CITY, procedure.sector, on=on), commune.code
        place = commune.code if level == "commune" else commune.parent_code
        office = identity.agency_of_division(place, on=on)
        assert office is not None, place
        return office.code, commune.code

    def _steps(
        self, rng: random.Random, procedure: Procedure, at: datetime, *, whole: bool
    ) -> Iterator[Taken]:
        clerk, officer = self.officers["mai"], self.officers["son"]
        stop_after = 99 if whole else rng.choice([0, 0, 1, 2, 2, 3, 9])
        plan = self._plan(rng, procedure, at)
        for step, (verb, when) in enumerate(plan):
            if step >= stop_after or when > self.now:
                return
            yield Taken(verb, when, clerk if verb in ("receive", "hand_over") else officer)

    def _plan(
        self, rng: random.Random, procedure: Procedure, at: datetime
    ) -> Iterator[tuple[str, datetime]]:
        received = _in_hours(rng, reference.first_working_day_from(timezone.localdate(at)), at)
        yield "receive", received
        taken_up = received + timedelta(minutes=rng.randint(20, 90))
        yield "process", taken_up
        limit = queries.time_limit(procedure, "online") or (5, "working_day")
        due = due_on(
            amount=limit[0],
            unit=limit[1],
            received=received,
            add_working_days=reference.add_working_days,
        )
        last = max(timezone.localdate(taken_up), due)
        if rng.random() < SUPPLEMENTED:
            asked = taken_up + timedelta(minutes=30)
            yield "ask_supplement", asked
            back = reference.add_working_days(timezone.localdate(asked), rng.randint(1, 4))
            taken_up = _in_hours(rng, back, asked)
            yield "supplement", taken_up
            last = max(last, back)
        days = max(reference.working_days_between(timezone.localdate(taken_up), last), 0)
        used = rng.randint(days // 2, days) if days else 0
        if rng.random() < LATE:
            used = days + rng.randint(1, 6)
        decided_on = reference.add_working_days(timezone.localdate(taken_up), used)
        decided = _in_hours(rng, decided_on, taken_up)
        yield ("refused" if rng.random() < REFUSED else "granted"), decided
        yield "hand_over", decided + timedelta(hours=rng.randint(1, 30))


def _in_hours(rng: random.Random, day: date, after: datetime) -> datetime:
    """A moment in office hours of ``day``, never before ``after``."""
    zone = timezone.get_default_timezone()
    moment = datetime(day.year, day.month, day.day, 8, tzinfo=zone) + timedelta(
        minutes=rng.randrange(7 * 60)
    )
    return max(moment, after + timedelta(minutes=1))


def kinds_for(sector: str) -> tuple[str, ...]:
    """For whom a sector's procedures are applied for."""
    if any(word in sector.casefold() for word in ("doanh nghiệp", "hàng hải", "kinh doanh")):
        return ("organisation",)
    return ("self", "child", "organisation")[: 2 if "hộ tịch" in sector.casefold() else 1]
