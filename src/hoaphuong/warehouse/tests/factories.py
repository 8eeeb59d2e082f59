"""Invented events, recorded and sealed, and the warehouse that carries them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from hoaphuong.dossiers import contracts as told
from hoaphuong.kernel import journal, sealing
from hoaphuong.kernel.models import JournalEntry, JournalSeal
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.warehouse import raw
from hoaphuong.warehouse.lake import Lake
from hoaphuong.warehouse.worker import Warehouse

PLACE = {
    "procedure": Code("1.000001"),
    "sector": Code("L01"),
    "agency": Code("H24.1"),
    "division": Code("11296"),
    "channel": Code("online"),
}


def moment(day: date, hour: int = 9) -> datetime:
    """Nine in the morning in the city, in UTC."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - timedelta(hours=7)


def received(key: str, on: date, *, due_on: date | None = None, **place: str) -> list[Any]:
    """A dossier that was submitted and received on one day."""
    where = {**PLACE, **{name: Code(value) for name, value in place.items()}}
    person = {"applicant_kind": Code("person"), "submitted_on": on}
    return [
        (moment(on), told.DossierSubmitted(dossier=Ref(key), **where, **person)),
        (
            moment(on, 10),
            told.DossierReceived(dossier=Ref(key), **where, received_on=on, due_on=due_on),
        ),
    ]


def decided(
    key: str, on: date, *, due_on: date | None, used: int = 3, late: int = 0, agency: str = "H24.1"
) -> list[Any]:
    """Its decision."""
    fact = told.DossierDecided(Ref(key), Code(agency), Code("granted"), on, due_on, used, late)
    return [(moment(on, 15), fact)]


def record(events: list[Any], *, sealed: bool = True) -> None:
    """Write (moment, event) pairs to the journal, and seal them as one batch."""
    with transaction.atomic():
        journal.record_many((at, "tests", event) for at, event in events)
    if sealed:
        sealing.seal(sealing.JOURNAL)


@contextmanager
def lake_in(home: Path) -> Iterator[Lake]:
    """The lake of a data folder, closed afterwards."""
    lake = Lake(home)
    try:
        yield lake
    finally:
        lake.release()


@contextmanager
def warehouse_in(home: Path) -> Iterator[Warehouse]:
    """The warehouse of a data folder, closed afterwards."""
    warehouse = Warehouse(home)
    try:
        yield warehouse
    finally:
        warehouse.close()


def turn_until_quiet(warehouse: Warehouse, *, today: date) -> None:
    while warehouse.turn(today=today):
        pass


def publish(home: Path, events: list[Any], *, today: date) -> None:
    """Publish the figures of these events in a data folder; the journal stays as it was."""
    with transaction.atomic():
        record(events)
        with warehouse_in(home) as warehouse:
            turn_until_quiet(warehouse, today=today)
        transaction.set_rollback(True)


def in_journal() -> list[tuple[str, str, int, int, str]]:
    """(event, uuid, batch, position, body) of everything sealed, in order."""
    rows = JournalSeal.objects.order_by("batch", "position").values_list(
        "entry__name", "entry__uuid", "batch", "position", "entry__body"
    )
    return [(name, str(uuid), batch, position, body) for name, uuid, batch, position, body in rows]


def in_lake(lake: Lake) -> list[tuple[str, str, int, int, str]]:
    """The same of everything in the lake, read from the files that the tables name."""
    events = {raw.table_name(name): (name, contract) for name, contract in raw.contracts().items()}
    found = []
    for table in lake.names():
        for row in lake.table(table).scan().to_arrow().to_pylist():
            if table == raw.REFUSED:
                name, body = row["name"], row["body"]
            else:
                name, contract = events[table]
                body = raw.body_of_row(contract, row)
            place = (row["journal_batch"], row["journal_position"])
            found.append((name, row["event_uuid"], *place, body))
    return sorted(found, key=lambda one: one[2:4])


def entries() -> int:
    return JournalEntry.objects.count()
