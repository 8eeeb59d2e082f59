"""Everything sealed is in the lake once, as it was recorded."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import ClassVar

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from hoaphuong.dossiers import contracts as told
from hoaphuong.kernel import journal, sealing
from hoaphuong.kernel.models import JournalEntry, JournalPending
from hoaphuong.kernel.values import Code, Money, Ref
from hoaphuong.warehouse import lake as lakes
from hoaphuong.warehouse import raw
from hoaphuong.warehouse.drain import drain
from hoaphuong.warehouse.tests.factories import (
    decided,
    in_journal,
    in_lake,
    lake_in,
    moment,
    received,
    record,
)

DAY = date(2026, 3, 2)


def drain_all(lake) -> int:
    carried = 0
    while done := drain(lake):
        carried += done.events
    return carried


def test_what_was_sealed_is_in_the_lake_as_it_was_recorded(db, home):
    record(received("a", DAY, due_on=DAY) + received("b", DAY))
    record(decided("a", DAY, due_on=None))

    with lake_in(home) as lake:
        assert drain_all(lake) == 5
        assert in_lake(lake) == in_journal()


def test_moments_are_kept_to_the_microsecond(db, home):
    at = datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=UTC)
    record([(at, told.DossierReturned(Ref("a"), DAY))])

    with lake_in(home) as lake:
        drain_all(lake)
        [row] = lake.table("raw_dossiers__dossier_returned").scan().to_arrow().to_pylist()

    entry = JournalEntry.objects.get()
    assert row["occurred_at"] == at
    assert row["recorded_at"] == entry.recorded_at
    assert (row["by"], row["event_uuid"]) == ("tests", str(entry.uuid))


def test_draining_again_carries_nothing(db, home):
    record(received("a", DAY))
    with lake_in(home) as lake:
        drain_all(lake)
        assert drain(lake) is None
        assert in_lake(lake) == in_journal()


def test_what_is_not_sealed_yet_waits(db, home):
    record(received("a", DAY), sealed=False)
    with lake_in(home) as lake:
        assert drain(lake) is None


def test_a_lost_cursor_doubles_nothing(db, home):
    record(received("a", DAY))
    with lake_in(home) as lake:
        drain_all(lake)
        (home / "lake" / "drained.json").unlink()
        record(received("b", DAY))
        drain_all(lake)
        assert in_lake(lake) == in_journal()


def test_a_deleted_lake_is_filled_again_from_the_journal(db, home):
    import shutil

    record(received("a", DAY) + decided("a", DAY, due_on=DAY))
    with lake_in(home) as lake:
        drain_all(lake)
    shutil.rmtree(home / "lake")
    with lake_in(home) as lake:
        drain_all(lake)
        assert in_lake(lake) == in_journal()


def test_a_copied_lake_never_touches_the_one_it_was_copied_from(db, home, tmp_path):
    import shutil

    record(received("a", DAY))
    with lake_in(home) as lake:
        drain_all(lake)
    shutil.copytree(home, tmp_path / "copy")
    with lake_in(tmp_path / "copy") as copied:
        assert copied.names() == []
        drain_all(copied)
        assert in_lake(copied) == in_journal()
    with lake_in(home) as lake:
        assert in_lake(lake) == in_journal()


def test_only_one_process_writes_the_lake(db, home):
    with lake_in(home) as first, lake_in(home) as second:
        assert first.hold()
        assert first.hold()
        assert not second.hold()
        first.release()
        assert second.hold()


def test_two_writers_without_the_lock_still_carry_each_batch_once(db, home):
    record(received("a", DAY))
    with lake_in(home) as first, lake_in(home) as second:
        drain_all(first)
        second.table("raw_dossiers__dossier_received")
        record(received("b", DAY))
        drain_all(first)
        stale = second.table("raw_dossiers__dossier_received")
        assert stale.properties[lakes.BATCH] == "1"
        second.advance(1)
        with pytest.raises(Exception, match="(?i)requirement failed|updated by another process"):
            drain(second)
        drain_all(second)
        assert in_lake(second) == in_journal()


def test_an_event_that_no_contract_names_is_kept_with_its_body(db, home):
    body = json.dumps({"what": "then"})
    with transaction.atomic():
        entry = JournalEntry.objects.create(
            name="gone.long_ago", subject="x", by="tests", body=body, occurred_at=moment(DAY)
        )
        JournalPending.objects.create(entry=entry)
    record(received("a", DAY))

    with lake_in(home) as lake:
        drain_all(lake)
        assert in_lake(lake) == in_journal()
        [row] = lake.table(raw.REFUSED).scan().to_arrow().to_pylist()
    assert row["reason"] == "no contract has this name"


def test_a_body_that_breaks_its_contract_is_refused_and_holds_up_no_other(db, home):
    with transaction.atomic():
        journal.record_many([(at, "tests", event) for at, event in received("a", DAY)])
        journal.record_many([(moment(DAY), "tests", told.DossierReturned(Ref("a"), DAY))])
        bad = JournalEntry.objects.create(
            name="dossiers.dossier_returned", subject="x", by="tests",
            body='{"dossier":"b","returned_on":"soon"}', occurred_at=moment(DAY),
        )  # fmt: skip
        JournalPending.objects.create(entry=bad)
        journal.record_many([(moment(DAY), "tests", told.DossierReturned(Ref("c"), DAY))])
    sealing.seal(sealing.JOURNAL)

    with lake_in(home) as lake:
        drain_all(lake)
        assert in_lake(lake) == in_journal()
        [row] = lake.table(raw.REFUSED).scan().to_arrow().to_pylist()
        good = lake.table("raw_dossiers__dossier_returned").scan().to_arrow()
    assert row["event_uuid"] == str(bad.uuid)
    assert "soon" in row["reason"]
    assert good.column("dossier").to_pylist() == ["a", "c"]


@dataclass(frozen=True)
class Before:
    """A fact as an older version of the program recorded it."""

    name: ClassVar[str] = "tests.grown"
    subject: ClassVar[str] = "key"
    key: Ref


@dataclass(frozen=True)
class After:
    """The same with a field that was added, as it must be, with a default."""

    name: ClassVar[str] = "tests.grown"
    subject: ClassVar[str] = "key"
    key: Ref
    fee: Money = Money(0)
    weight: int | None = None


def test_a_field_added_later_becomes_a_column_that_old_rows_leave_empty(db, home, monkeypatch):
    with lake_in(home) as lake:
        monkeypatch.setattr(raw, "contracts", lambda: {"tests.grown": Before})
        record([(moment(DAY), Before(Ref("old")))])
        drain_all(lake)
        monkeypatch.setattr(raw, "contracts", lambda: {"tests.grown": After})
        record([(moment(DAY), After(Ref("new"), Money("2500.50"), 7))])
        drain_all(lake)
        rows = lake.table("raw_tests__grown").scan().to_arrow().sort_by("key").to_pylist()

    said = [(r["key"], r["fee_amount"], r["fee_currency"], r["weight"]) for r in rows]
    assert said == [("new", Decimal("2500.50"), "VND", 7), ("old", None, None, None)]


def test_an_old_journal_replays_with_todays_contracts(db, home, monkeypatch):
    record([(moment(DAY), Before(Ref("old")))])
    monkeypatch.setattr(raw, "contracts", lambda: {"tests.grown": After})
    with lake_in(home) as lake:
        drain_all(lake)
        [row] = lake.table("raw_tests__grown").scan().to_arrow().to_pylist()
    assert (row["key"], row["weight"]) == ("old", None)


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8"), max_size=40),
            st.integers(-(2**40), 2**40),
            st.dates(date(1900, 1, 1), date(2200, 1, 1)),
            st.none() | st.dates(date(1900, 1, 1), date(2200, 1, 1)),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_rows_say_what_the_bodies_said(facts):
    events = [
        told.DossierDecided(Ref(key), Code("đ\n\u2028"), Code("granted"), on, due, number, 0)
        for key, number, on, due in facts
    ]
    told_bodies = [journal.body_of(event) for event in events]
    entries = [
        ("0" * 32, 1, n, "x", "2026-01-01 00:00:00", "2026-01-01 00:00:00.5", body)
        for n, body in enumerate(told_bodies)
    ]

    rows, bad = raw.rows(told.DossierDecided, entries)

    assert bad == []
    read = [raw.body_of_row(told.DossierDecided, row) for row in rows.to_pylist()]
    assert read == told_bodies


def test_every_contract_of_the_house_has_a_raw_table(db):
    tables = {raw.table_name(name): raw.schema(c) for name, c in raw.contracts().items()}
    assert "raw_dossiers__dossier_decided" in tables
    assert all(len(set(schema.names)) == len(schema.names) for schema in tables.values())


def test_a_contract_field_without_a_column_is_refused():
    @dataclass(frozen=True)
    class Loose:
        name: ClassVar[str] = "tests.loose"
        what: dict

    with pytest.raises(raw.NoColumn, match="what"):
        raw.schema(Loose)
