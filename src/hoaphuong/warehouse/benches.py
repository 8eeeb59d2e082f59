"""What is measured of the warehouse: the worker's own code, and the whole way of a click.

``python -m hoaphuong.warehouse.benches NAME FOLDER`` measures a part inside a city of the benches,
in a process of its own as the worker is.
"""

import json
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hoaphuong.dossiers import contracts as told
from hoaphuong.kernel.benching import Bench, City, Figure, Place, Visitor
from hoaphuong.kernel.values import Code, Ref

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST = date(2023, 1, 1)
AGENCIES = [f"H24.{number}" for number in range(1, 41)]
DIVISIONS = [str(code) for code in range(11296, 11296 + 3 * 114, 3)]
SECTORS = [f"L{number:02}" for number in range(20)]
WORN, CLICKS, FEWEST, WITHIN_S, PATIENCE_S = 5_000, 11, 3, 2.0, 120.0
DOSSIER = re.compile(r'href="(/co-quan/ho-so/[0-9a-z]+)"')
EVERY = re.compile(r'hx-trigger="every ([\d.]+)s"')
ROW = re.compile(r'<th scope="row">[^<]*</th>\s*((?:<td class="num[^"]*">[^<]*</td>\s*){7})')
NUMBERS = re.compile(r'<td class="num[^"]*">([^<]*)</td>')


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
        return datetime(day.year, day.month, day.day, 9, rng.randrange(60), tzinfo=ZONE)

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


# What runs inside a city, in a process of its own


def _drain(folder: Path) -> dict[str, float]:
    """Seconds to carry the whole sealed journal to a new lake, and to parse it and no more."""
    from django.db import connection

    from hoaphuong.warehouse.drain import drain
    from hoaphuong.warehouse.lake import Lake

    seal_everything()
    lake = Lake(folder)
    events, began = 0, time.perf_counter()
    while carried := drain(lake):
        events += carried.events
    drained = time.perf_counter() - began
    began = time.perf_counter()
    with connection.cursor() as sql:
        sql.execute("SELECT body FROM kernel_journal")
        for (body,) in sql.fetchall():
            json.loads(body)
    parsed = time.perf_counter() - began
    return {"events": events, "drained": drained, "parsed": parsed}


def _wear(folder: Path) -> dict[str, float]:
    """Five thousand drains of one invented dossier each, as a lake has after months of clicks."""
    from django.conf import settings
    from django.db import connection

    from hoaphuong.warehouse.drain import drain
    from hoaphuong.warehouse.lake import Lake

    lake = Lake(settings.HOME)
    seal_everything()
    while drain(lake):
        pass
    with connection.cursor() as sql:
        sql.execute("SELECT count(*) FROM kernel_journal_batch")
        carried_before = sql.fetchone()[0]
    for number in range(carried_before, WORN):  # a kept city is worn once
        record_invented(1, seed=1_000 + number)
        seal_everything()
        carried = drain(lake)
        for name in carried.rows if carried else ():
            lake.tidy(name)
    return {"drains": WORN}


def _commit(folder: Path) -> dict[str, float]:
    """Milliseconds of a commit of 100 rows: the first hundred and the last of a thousand."""
    from hoaphuong.warehouse import raw
    from hoaphuong.warehouse.lake import Lake

    lake = Lake(folder)
    table = raw.table_name(told.DossierReturned.name)
    at = "2026-01-01 00:00:00"
    body = '{"dossier":"d","returned_on":"2026-01-01"}'
    took = []
    for batch in range(1, 1_001):
        entries = [(f"{batch:08x}{n:024x}", batch, n, "bench", at, at, body) for n in range(100)]
        rows, _bad = raw.rows(told.DossierReturned, entries)
        began = time.perf_counter()
        lake.append(table, rows, batch=batch)
        took.append(1_000 * (time.perf_counter() - began))
        lake.tidy(table)
    return {"first": statistics.median(took[:100]), "last": statistics.median(took[-100:])}


INSIDE: dict[str, Callable[[Path], dict[str, float]]] = {
    "drain": _drain,
    "wear": _wear,
    "commit": _commit,
}


def _inside(city: City, name: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory(dir=city.home) as folder:
        said = city.python("hoaphuong.warehouse.benches", name, folder)
    return json.loads(said.splitlines()[-1])


# What each bench measures


def drain(place: Place) -> Figure:
    """Events a second from the sealed journal of the whole city to committed Iceberg tables."""
    took = _inside(place.city(), "drain")
    return Figure(
        figure=round(took["events"] / took["drained"]),
        unit="events/s",
        reference=round(took["events"] / took["parsed"]),
        reference_is="events/s, the same bodies only read and parsed with json",
        target=50_000,
        about=f"{took['events']:,.0f} events",
    )


def commit_after_1000(place: Place) -> Figure:
    """A commit of 100 rows after a thousand of them is as quick as at first."""
    with place.empty() as city:
        took = _inside(city, "commit")
    return Figure(
        figure=round(took["last"], 1),
        unit="ms",
        reference=round(took["first"], 1),
        reference_is="ms, the first hundred commits",
        target=round(2 * took["first"], 1),
        more_is_better=False,
    )


def click_to_scoreboard(place: Place) -> Figure:
    """Seconds from an officer's click until the leader's open page shows the decision counted.

    The page asks again as often as it says; the slowest click of all is the figure.
    """
    with place.empty() as city, city.worker():
        empty = _clicks(city)
    city = place.city()
    place.said(f"{WORN:,} drains…")
    _inside(city, "wear")
    with city.worker():
        worn = _clicks(city)
    return Figure(
        figure=round(max(worn), 2),
        unit="s",
        reference=round(max(empty), 2),
        reference_is="s, the same in a new and small city",
        target=WITHIN_S,
        more_is_better=False,
        about=f"slowest of {len(worn)}, median {statistics.median(worn):.2f}, {WORN:,} drains",
    )


def _clicks(city: City) -> list[float]:
    leader, clerk, officer = (city.visitor(name) for name in ("hung", "mai", "son"))
    taken: list[float] = []
    again_in = _page(leader)[1]
    for link in _to_decide(clerk, CLICKS):
        for visitor, verb in ((clerk, "receive"), (officer, "process")):
            _step(visitor, link, verb)
        before = _settled(leader)
        began = time.perf_counter()
        _step(officer, link, "grant")
        # The click falls anywhere between two looks of the leader's page: every phase in turn.
        time.sleep(again_in * len(taken) / CLICKS)
        while True:
            counted, again_in = _page(leader)
            took = time.perf_counter() - began
            if counted > before:
                break
            if took > PATIENCE_S:
                raise ValueError("the decision was not counted")
            time.sleep(again_in)
        taken.append(took)
    return taken


def _to_decide(clerk: Visitor, wanted: int) -> list[str]:
    """New dossiers of the clerk's inbox."""
    found: list[str] = []
    for page in range(1, 20):
        found += DOSSIER.findall(clerk.get(f"/co-quan?stage=1&page={page}").body)
    if len(found) < FEWEST:
        raise ValueError("the inbox holds too few new dossiers")
    return found[:wanted]


def _step(visitor: Visitor, link: str, verb: str) -> None:
    visitor.get(link)
    answer = visitor.post(f"{link}/{verb}", {"note": ""})
    if answer.status != 302:
        raise ValueError(f"{verb} answered {answer.status}")


def _page(leader: Visitor) -> tuple[int, float]:
    """How many decisions the leader's page counts this year, and how soon it asks again."""
    year = datetime.now(ZONE).year
    body = leader.get(f"/dieu-hanh/so-lieu?nam={year}").body
    every = EVERY.search(body)
    decided = sum(int(row[2].replace(".", "")) for row in map(NUMBERS.findall, ROW.findall(body)))
    return decided, float(every[1]) if every else 0.0


def _settled(leader: Visitor) -> int:
    """The count once it has stood still for two seconds."""
    deadline = time.perf_counter() + PATIENCE_S
    last, since = -1, time.perf_counter()
    while time.perf_counter() < deadline:
        now = _page(leader)[0]
        if now != last:
            last, since = now, time.perf_counter()
        elif now and time.perf_counter() - since > 2:
            return now
        time.sleep(0.2)
    raise ValueError("the scoreboard does not come to rest")


BENCHES: dict[str, Bench] = {
    "drain": drain,
    "click_to_scoreboard": click_to_scoreboard,
    "commit_after_1000": commit_after_1000,
}


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(INSIDE[sys.argv[1]](Path(sys.argv[2]))))
