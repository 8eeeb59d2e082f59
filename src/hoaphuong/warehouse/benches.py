"""What is measured of the warehouse: on invented dossiers, never on a city's own data folder."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from hoaphuong.dossiers import contracts as told
from hoaphuong.kernel import journal, sealing
from hoaphuong.kernel.values import Code, Ref

CITY = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST = date(2023, 1, 1)
AGENCIES = [f"H24.{number}" for number in range(1, 41)]
DIVISIONS = [str(code) for code in range(11296, 11296 + 3 * 114, 3)]
SECTORS = [f"L{number:02}" for number in range(20)]


def invented(number: int, rng: random.Random, days: int = 1_095) -> Iterator[tuple[Any, datetime]]:
    """The events of one invented dossier, each with its moment."""
    begun = FIRST + timedelta(days=rng.randrange(days))
    key, agency = Ref(f"{number:032x}"), Code(rng.choice(AGENCIES))
    division, sector = Code(rng.choice(DIVISIONS)), Code(rng.choice(SECTORS))
    place: dict[str, Any] = {
        "procedure": Code(f"1.{rng.randrange(1_800):06}"), "sector": sector, "agency": agency,
        "division": division, "channel": Code(rng.choice(["online"] * 9 + ["direct", "post"])),
    }  # fmt: skip
    due = begun + timedelta(days=rng.randrange(1, 30))

    def at(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, 9, rng.randrange(60), tzinfo=CITY)

    submitted: dict[str, Any] = {"applicant_kind": Code("person"), "submitted_on": begun}
    yield told.DossierSubmitted(dossier=key, **place, **submitted), at(begun)
    yield told.DossierReceived(dossier=key, **place, received_on=begun, due_on=due), at(begun)
    if rng.random() < 0.9:
        used = rng.randrange(1, 32)
        on = begun + timedelta(days=used)
        late = max(0, (on - due).days)
        days_of = {"working_days": used * 5 // 7, "days_late": late}
        outcome = Code("granted" if rng.random() < 0.97 else "refused")
        yield told.DossierDecided(key, agency, outcome, on, due, **days_of), at(on)
        yield told.DossierReturned(key, on), at(on) + timedelta(hours=1)


def record_invented(dossiers: int, *, seed: int = 1, at_once: int = 5_000) -> int:
    """Record the events of so many invented dossiers; how many events they were."""
    rng = random.Random(seed)
    events: list[tuple[Any, datetime]] = []
    recorded = 0
    for number in range(dossiers):
        events += invented(seed * 10_000_000 + number, rng)
        if len(events) >= at_once or number == dossiers - 1:
            with transaction.atomic():
                journal.record_many((moment, "bench", event) for event, moment in events)
            recorded += len(events)
            events = []
    return recorded


def seal_everything() -> None:
    """Seal all that is pending."""
    while sealing.seal(sealing.JOURNAL):
        pass
