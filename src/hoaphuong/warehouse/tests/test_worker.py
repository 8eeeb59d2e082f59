"""What the worker keeps in memory says what a fresh computation of everything would say."""

import sqlite3
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoaphuong.dossiers import contracts as told
from hoaphuong.kernel.values import Ref
from hoaphuong.warehouse import engine as engines
from hoaphuong.warehouse import queries, registry
from hoaphuong.warehouse.place import published
from hoaphuong.warehouse.tests.factories import (
    decided,
    in_journal,
    in_lake,
    moment,
    received,
    record,
    turn_until_quiet,
    warehouse_in,
)

TODAY = date(2026, 3, 20)
FIRST = date(2026, 1, 5)


def what_happens(dossier: int, on: date, kind: int) -> list:
    key, due = f"d{dossier}", on + timedelta(days=dossier % 9)
    agency = f"H24.{dossier % 3}"
    if kind == 0:
        return received(key, on, due_on=due, agency=agency)
    if kind == 1:
        return decided(key, on, due_on=due, agency=agency, late=dossier % 2)
    event = [
        told.SupplementRequested(Ref(key), on),
        told.SupplementReceived(Ref(key), on, due),
        told.DossierWithdrawn(Ref(key), on),
        told.DossierReturned(Ref(key), on),
    ][kind - 2]
    return [(moment(on, 12), event)]


def everything(home) -> dict[str, list[tuple]]:
    """The published tables as a reader finds them."""
    with sqlite3.connect(published(home)) as out:
        names = [n for (n,) in out.execute('SELECT "table" FROM _definitions ORDER BY 1')]
        return {name: sorted(out.execute(f'SELECT * FROM "{name}"'), key=repr) for name in names}


happenings = st.lists(
    st.lists(
        st.tuples(st.integers(1, 12), st.integers(0, 60), st.integers(0, 5)),
        min_size=1,
        max_size=6,
    ),
    min_size=2,
    max_size=5,
)


def agree_drain_by_drain_and_at_once(batches, home, whole) -> None:
    from django.db import transaction

    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "MOST_REPLACED", 10.0)
        with warehouse_in(home) as warehouse:
            for batch in batches:
                for dossier, day, kind in batch:
                    record(what_happens(dossier, FIRST + timedelta(days=day), kind))
                turn_until_quiet(warehouse, today=TODAY)
        with warehouse_in(whole) as fresh:
            turn_until_quiet(fresh, today=TODAY)
        assert everything(home) == everything(whole)
        transaction.set_rollback(True)


# Each example takes a second: a few every time, many with --all.
@pytest.mark.one_database
@pytest.mark.django_db(transaction=False)
@pytest.mark.parametrize("examples", [4, pytest.param(40, marks=pytest.mark.slow)])
def test_news_added_drain_by_drain_gives_what_all_at_once_gives(tmp_path_factory, examples):
    @settings(max_examples=examples, deadline=None)
    @given(happenings)
    def compare(batches):
        home, whole = (tmp_path_factory.mktemp(name) for name in ("home", "whole"))
        agree_drain_by_drain_and_at_once(batches, home, whole)

    compare()


def test_a_drain_computes_only_the_dossiers_it_touches(db, home, monkeypatch):
    monkeypatch.setattr(engines, "MOST_REPLACED", 1.0)
    for number in range(6):
        record(received(f"d{number}", FIRST))
    with warehouse_in(home) as warehouse:
        turn_until_quiet(warehouse, today=TODAY)
        record(decided("d1", TODAY, due_on=TODAY))
        turn_until_quiet(warehouse, today=TODAY)
        assert warehouse.engine._replaced["core_dossiers__dossiers"] == 1
    assert queries.years() == [2026]
    [row] = queries.rows("out_dossiers__city_year")
    assert (row["received"], row["decided"], row["on_time"]) == (6, 1, 1)


def test_a_new_day_is_published_without_news(db, home):
    record(received("a", FIRST, due_on=TODAY))
    with warehouse_in(home) as warehouse:
        turn_until_quiet(warehouse, today=TODAY)
        assert queries.totals("out_dossiers__overdue", ["overdue"])[0]["overdue"] == 0
        turn_until_quiet(warehouse, today=TODAY + timedelta(days=1))
        assert queries.totals("out_dossiers__overdue", ["overdue"])[0]["overdue"] == 1
        assert warehouse.turn(today=TODAY + timedelta(days=1)) is False


def test_an_empty_city_publishes_empty_tables(db, home):
    with warehouse_in(home) as warehouse:
        turn_until_quiet(warehouse, today=TODAY)
    assert {found.rows for found in queries.definitions()} == {0}
    assert queries.freshness().through_batch == 0


def test_after_a_failure_everything_is_computed_anew(db, home, monkeypatch):
    record(received("a", FIRST))
    with warehouse_in(home) as warehouse:
        turn_until_quiet(warehouse, today=TODAY)
        record(received("b", FIRST))
        with monkeypatch.context() as patch:
            patch.setattr(engines.Engine, "_compute", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                warehouse.turn(today=TODAY)
        turn_until_quiet(warehouse, today=TODAY)
    assert queries.totals("out_dossiers__received", ["dossiers"])[0]["dossiers"] == 2


def test_a_reader_that_is_open_keeps_its_tables_and_finds_the_new_ones_next_time(db, home):
    record(received("a", FIRST))
    with warehouse_in(home) as warehouse:
        turn_until_quiet(warehouse, today=TODAY)
        with queries.one_computation():
            before = queries.freshness()
            record(received("b", FIRST))
            turn_until_quiet(warehouse, today=TODAY)
            assert queries.freshness() == before
            assert queries.rows("out_dossiers__received")[0]["dossiers"] == 1
        assert queries.freshness().through_batch == 2
        assert queries.rows("out_dossiers__received")[0]["dossiers"] == 2


def test_a_second_worker_stands_by(db, home):
    record(received("a", FIRST))
    with warehouse_in(home) as first, warehouse_in(home) as second:
        assert first.turn(today=TODAY)
        assert second.turn(today=TODAY) is False
        assert in_lake(first.lake) == in_journal()


def test_every_definition_is_published_beside_its_figures(db, home):
    with warehouse_in(home) as warehouse:
        turn_until_quiet(warehouse, today=TODAY)
    for table in registry.tables():
        if table.published:
            found = queries.definition(table.name)
            assert (found.text("en"), found.text("vi")) == (table.text_en, table.text_vi)
