"""What is measured of the warehouse: on invented dossiers, in a data folder of its own.

Each bench is run by ``python -m hoaphuong.warehouse.benches NAME`` in a fresh folder on SQLite, so
that it can neither read nor fill a city's own. Each brings a reference measured in the same run.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hoaphuong.dossiers import contracts as told
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
    from django.db import transaction

    from hoaphuong.kernel import journal

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
    from hoaphuong.kernel import sealing

    while sealing.seal(sealing.JOURNAL):
        pass


# What each bench measures, in its own process


def _drain(dossiers: int = 30_000) -> dict[str, Any]:
    """Events carried to the lake a second; reference: the same bodies parsed by json alone."""
    from django.conf import settings
    from django.db import connection

    from hoaphuong.warehouse.drain import drain
    from hoaphuong.warehouse.lake import Lake

    lake = Lake(settings.HOME)
    # A worker lives long: its imports and the making of the tables are not what is measured.
    record_invented(20, seed=2)
    seal_everything()
    drain(lake)
    record_invented(dossiers)
    seal_everything()
    events, began = 0, time.perf_counter()
    while carried := drain(lake):
        events += carried.events
    took = time.perf_counter() - began
    began = time.perf_counter()
    with connection.cursor() as sql:
        sql.execute("SELECT body FROM kernel_journal")
        for (body,) in sql.fetchall():
            json.loads(body)
    only_parsed = time.perf_counter() - began
    return {
        "figure": round(events / took),
        "unit": "events/s",
        "reference": round(events / only_parsed),
        "reference_is": "the same bodies read and parsed with json, nothing written",
        "target": 50_000,
        "higher_is_better": True,
    }


def _click(dossiers: int = 100_000, drains: int = 200) -> dict[str, Any]:
    """Seconds from a committed click to the published figure; reference: in an empty city."""
    from django.conf import settings
    from django.utils.timezone import localdate

    from hoaphuong.warehouse import queries
    from hoaphuong.warehouse.drain import drain
    from hoaphuong.warehouse.worker import Warehouse

    today = localdate()
    warehouse = Warehouse(settings.HOME)

    def quiet() -> None:
        while warehouse.turn(today=today):
            pass

    def click(number: int) -> float:
        record_invented(1, seed=number)
        began = time.perf_counter()
        seal_everything()
        before = queries.freshness()
        while queries.freshness() == before:
            warehouse.turn(today=today)
        queries.indicators(today=today, year=2023)
        queries.by_agency(2023)
        return time.perf_counter() - began

    quiet()
    empty = statistics.median(click(number) for number in range(100, 105))
    record_invented(dossiers)
    seal_everything()
    quiet()
    for number in range(1_000, 1_000 + drains):
        record_invented(1, seed=number)
        seal_everything()
        carried = drain(warehouse.lake)
        for name in carried.rows if carried else ():
            warehouse.lake.tidy(name)
    quiet()
    full = [click(number) for number in range(200, 211)]
    return {
        "figure": round(max(full), 3),
        "unit": "s",
        "reference": round(empty, 3),
        "reference_is": "the same click in an empty city",
        "target": 2.0,
        "higher_is_better": False,
        "median": round(statistics.median(full), 3),
        "dossiers": dossiers,
        "drains": drains,
    }


def _commit(commits: int = 1_000) -> dict[str, Any]:
    """Milliseconds of a commit of 100 rows after 1,000; reference: the first hundred."""
    from django.conf import settings

    from hoaphuong.warehouse import raw
    from hoaphuong.warehouse.lake import Lake

    lake = Lake(settings.HOME)
    table = raw.table_name(told.DossierReturned.name)
    at = "2026-01-01 00:00:00"
    body = '{"dossier":"d","returned_on":"2026-01-01"}'
    took = []
    for batch in range(1, commits + 1):
        entries = [(f"{batch:08x}{n:024x}", batch, n, "bench", at, at, body) for n in range(100)]
        rows, _bad = raw.rows(told.DossierReturned, entries)
        began = time.perf_counter()
        lake.append(table, rows, batch=batch)
        took.append(1_000 * (time.perf_counter() - began))
        lake.tidy(table)
    return {
        "figure": round(statistics.median(took[-100:]), 1),
        "unit": "ms",
        "reference": round(statistics.median(took[:100]), 1),
        "reference_is": "the first hundred commits",
        "target": round(2 * statistics.median(took[:100]), 1),
        "higher_is_better": False,
    }


MEASURED: dict[str, Callable[..., dict[str, Any]]] = {
    "drain": _drain,
    "click": _click,
    "commit": _commit,
}


def _in_a_fresh_folder(name: str, *sizes: int) -> dict[str, Any]:
    """Run one bench in its own process and folder."""
    with tempfile.TemporaryDirectory() as home:
        kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "HOAPHUONG_HOME")}
        source = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        environment = {
            **kept,
            "HOAPHUONG_HOME": home,
            "PYTHONPATH": source,
            "DJANGO_SETTINGS_MODULE": "hoaphuong.web.settings",
        }
        words = [sys.executable, "-m", "hoaphuong.warehouse.benches", name, *map(str, sizes)]
        done = subprocess.run(words, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(done.stdout.splitlines()[-1])


def drain_bench() -> dict[str, Any]:
    """Events a second from the sealed journal to committed Iceberg tables."""
    return _in_a_fresh_folder("drain")


def click_bench() -> dict[str, Any]:
    """The slowest of eleven clicks until its figure is published, at 100,000 dossiers."""
    return _in_a_fresh_folder("click")


def commit_bench() -> dict[str, Any]:
    """A commit of 100 rows after 1,000 of them."""
    return _in_a_fresh_folder("commit")


BENCHES = {
    "drain": drain_bench,
    "click_to_scoreboard": click_bench,
    "commit_after_1000": commit_bench,
}


def main(name: str, *sizes: str) -> None:
    """One bench in this process; its data folder must be empty."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    if (settings.HOME / "city.sqlite3").exists():
        raise SystemExit("A bench runs in an empty data folder only.")
    call_command("migrate", verbosity=0)
    print(json.dumps(MEASURED[name](*map(int, sizes))))


if __name__ == "__main__":
    main(*sys.argv[1:])
