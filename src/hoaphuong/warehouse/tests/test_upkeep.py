"""A commit on day 1,000 costs what it cost on day 1, and upkeep never changes a row."""

import time
from datetime import date

import pyarrow as pa
import pytest

from hoaphuong.dossiers.contracts import DossierReturned
from hoaphuong.warehouse import lake as lakes
from hoaphuong.warehouse import raw
from hoaphuong.warehouse.drain import drain
from hoaphuong.warehouse.tests.factories import in_journal, in_lake, lake_in, received, record

TABLE = "raw_dossiers__dossier_returned"


def some_rows(batch: int, many: int = 100) -> pa.Table:
    entries = [
        (f"{batch:08x}{n:024x}", batch, n, "tests", "2026-01-01 00:00:00", "2026-01-01 00:00:00",
         f'{{"dossier":"d{batch}-{n}","returned_on":"2026-01-01"}}')
        for n in range(many)
    ]  # fmt: skip
    rows, _bad = raw.rows(DossierReturned, entries)
    return rows


@pytest.fixture
def often_tidied(monkeypatch):
    """Upkeep every fourth commit, and no grace for files that no snapshot names."""
    monkeypatch.setattr(lakes, "MOST_SMALL", 4)
    monkeypatch.setattr(lakes, "GRACE_S", 0.0)
    monkeypatch.setattr(lakes, "SWEEP_EVERY_S", 0.0)


def test_tidying_changes_no_row_and_keeps_the_batch_number(db, home, often_tidied):
    with lake_in(home) as lake:
        for day in range(1, 14):
            record(received(f"d{day}", date(2026, 1, day)))
            drain(lake)
            for name in lake.names():
                lake.tidy(name)
                lake.sweep(name, grace_s=0.0)
        assert in_lake(lake) == in_journal()
        assert {lake.last_batch(name) for name in lake.names()} == {13}
        assert all(len(lake.files(name)) < 2 * lakes.MOST_SMALL for name in lake.names())


def test_a_folder_that_is_kept_tidy_holds_a_bounded_number_of_files(home, often_tidied):
    counted = []
    with lake_in(home) as lake:
        for batch in range(1, 61):
            lake.append(TABLE, some_rows(batch, 3), batch=batch)
            lake.tidy(TABLE)
            if batch in (20, 40, 60):
                lake.sweep(TABLE, grace_s=0.0)
                counted.append(sum(path.is_file() for path in (home / "lake").rglob("*")))
        assert lake.table(TABLE).scan().count() == 180
    assert max(counted) < 60
    assert counted[2] <= counted[0] + 10


def test_big_files_are_left_alone(home, often_tidied, monkeypatch):
    monkeypatch.setattr(lakes, "SMALL_ROWS", 50)
    with lake_in(home) as lake:
        lake.append(TABLE, some_rows(1, 60), batch=1)
        [big] = lake.files(TABLE)
        for batch in range(2, 12):
            lake.append(TABLE, some_rows(batch, 2), batch=batch)
            lake.tidy(TABLE)
        assert big in lake.files(TABLE)
        assert lake.table(TABLE).scan().count() == 80


def test_files_of_a_commit_that_another_process_is_making_are_not_swept(home):
    with lake_in(home) as lake:
        lake.append(TABLE, some_rows(1), batch=1)
        fresh = home / "lake" / "data" / "city" / TABLE / "data" / "in-flight.parquet"
        fresh.write_bytes(b"x")
        assert lake.sweep(TABLE, grace_s=60.0) == 0
        assert lake.sweep(TABLE, grace_s=0.0) == 1
        assert not fresh.exists()


@pytest.mark.slow
def test_appending_and_planning_stay_flat_over_a_thousand_commits(home):
    """Without upkeep the reference went from 31 to 509 ms and from 3 to 822 ms in 900 commits."""
    append, plan = [], []
    with lake_in(home) as lake:
        for batch in range(1, 1_051):
            began = time.perf_counter()
            lake.append(TABLE, some_rows(batch), batch=batch)
            append.append(time.perf_counter() - began)
            lake.tidy(TABLE)
            if batch % 10 == 0:
                began = time.perf_counter()
                lake.files(TABLE)
                plan.append(time.perf_counter() - began)
        assert lake.table(TABLE).scan().count() == 105_000

    def median(values: list[float]) -> float:
        return sorted(values)[len(values) // 2]

    assert median(append[-100:]) < 2 * median(append[50:150])
    assert median(plan[-10:]) < 2 * median(plan[5:15])
