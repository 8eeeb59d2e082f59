import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar

import pytest
from django.db import DatabaseError, connection, transaction

from hoaphuong.kernel import journal
from hoaphuong.kernel.models import JournalEntry, JournalPending, JournalSeal
from hoaphuong.kernel.numbering import next_number
from hoaphuong.kernel.sealing import ACCESS, JOURNAL, read_heads, seal, write_missing_heads
from hoaphuong.kernel.values import Code, Money, Ref
from hoaphuong.kernel.verification import verify

THEN = datetime(2023, 5, 17, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Happened:
    name: ClassVar[str] = "tests.happened"
    subject: ClassVar[str] = "thing"
    thing: Ref
    kind: Code
    on: date
    paid: Money
    late: bool = False


def happen(count=1, thing="t1"):
    with transaction.atomic():
        return journal.record_many(
            (THEN, "account", Happened(Ref(thing), Code(f"k{n}"), THEN.date(), Money(n)))
            for n in range(count)
        )


def test_a_fact_outside_an_action_is_refused(transactional_check):
    with pytest.raises(journal.OutsideAnAction):
        journal.record(
            Happened(Ref("t"), Code("k"), THEN.date(), Money(1)), by="a", occurred_at=THEN
        )


@pytest.fixture
def transactional_check(monkeypatch):
    """The test's own transaction hides that there is none; this shows the connection bare."""

    class Bare:
        in_atomic_block = False

    monkeypatch.setattr(journal.transaction, "get_connection", Bare)


@pytest.mark.django_db
def test_an_entry_says_when_it_happened_and_the_database_when_it_was_recorded():
    [uuid] = happen()
    entry = JournalEntry.objects.get(uuid=uuid)
    assert entry.occurred_at == THEN
    assert entry.recorded_at > datetime(2026, 1, 1, tzinfo=UTC)
    assert json.loads(entry.body) == {
        "kind": "k0",
        "late": False,
        "on": "2023-05-17",
        "paid": {"amount": "0", "currency": "VND"},
        "thing": "t1",
    }


@pytest.mark.django_db
def test_an_action_that_fails_leaves_no_fact():
    with pytest.raises(RuntimeError), transaction.atomic():
        happen()
        raise RuntimeError
    assert JournalEntry.objects.count() == JournalPending.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_the_database_refuses_to_change_a_fact(verb):
    happen()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        if verb == "update":
            JournalEntry.objects.update(by="somebody else")
        else:
            JournalEntry.objects.all()._raw_delete("default")


@pytest.mark.django_db
def test_postgresql_refuses_to_empty_the_journal():
    if connection.vendor != "postgresql":
        pytest.skip("TRUNCATE is PostgreSQL's")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute("TRUNCATE kernel_journal CASCADE")


@pytest.mark.django_db
def test_nobody_sets_the_time_of_recording():
    entry = JournalEntry(
        name="x", subject="s", by="b", body="{}", occurred_at=THEN, recorded_at=THEN
    )
    if connection.vendor == "postgresql":
        entry.save()
        entry.refresh_from_db()
        assert entry.recorded_at > THEN
    else:
        with pytest.raises(DatabaseError, match="database's clock"), transaction.atomic():
            entry.save()


@pytest.mark.django_db
def test_a_sealed_journal_is_intact_and_says_what_waits():
    happen(7)
    assert seal(JOURNAL, most=5) == 5
    happen(1)
    verdict = verify(JOURNAL)
    assert verdict.intact
    assert (verdict.sealed, verdict.batches, verdict.unsealed) == (5, 1, 3)
    assert seal(JOURNAL) == 3
    assert seal(JOURNAL) == 0
    assert verify(JOURNAL).unsealed == 0
    assert sorted(read_heads(JOURNAL)) == [1, 2]


@pytest.mark.django_db
def test_a_head_that_could_not_be_written_is_written_at_the_next_start():
    happen(2)
    seal(JOURNAL)
    JOURNAL.heads.unlink()
    assert verify(JOURNAL).without_head == 1
    assert write_missing_heads(JOURNAL) == 1
    assert write_missing_heads(JOURNAL) == 0
    assert verify(JOURNAL).without_head == 0


@pytest.mark.django_db
def test_a_torn_last_line_of_the_heads_is_written_again():
    happen(2)
    seal(JOURNAL)
    JOURNAL.heads.write_bytes(JOURNAL.heads.read_bytes()[:-20])
    happen(1)
    seal(JOURNAL)
    assert sorted(read_heads(JOURNAL)) == [1, 2]


def tamper(*statements):
    """Change rows as somebody with the database's password would: triggers and keys off."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for table in ("kernel_journal", "kernel_journal_seal", "kernel_journal_batch"):
                for verb in ("update", "delete"):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_clock")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = DEFAULT")


@pytest.fixture
def sealed(db):
    happen(6)
    seal(JOURNAL, most=3)
    seal(JOURNAL)
    connection.check_constraints()
    return list(JournalEntry.objects.order_by("id").values_list("id", "uuid"))


def findings():
    return {(f.kind, f.entry) for f in verify(JOURNAL).findings}


@pytest.mark.parametrize(
    "change", ["body = '{}'", "\"by\" = 'x'", "subject = 'x'", "occurred_at = recorded_at"]
)
def test_an_altered_row_is_named(sealed, change):
    id, uuid = sealed[4]
    tamper(f"UPDATE kernel_journal SET {change} WHERE id = {id}")
    verdict = verify(JOURNAL)
    assert [(f.kind, f.entry, f.uuid) for f in verdict.findings] == [("altered", id, str(uuid))]


def test_a_removed_row_is_named(sealed):
    id, _uuid = sealed[1]
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA defer_foreign_keys = ON")
    tamper(f"DELETE FROM kernel_journal WHERE id = {id}")
    assert ("removed", id) in findings()
    # No dangling key may be left for the check at the end of the test.
    tamper(f"DELETE FROM kernel_journal_seal WHERE entry_id = {id}")


def test_a_row_removed_with_its_seal_is_missed_at_its_place(sealed):
    id, _uuid = sealed[1]
    tamper(
        f"DELETE FROM kernel_journal_seal WHERE entry_id = {id}",
        f"DELETE FROM kernel_journal WHERE id = {id}",
    )
    [first, *_rest] = verify(JOURNAL).findings
    assert (first.kind, first.batch, first.position) == ("removed", 1, 1)


def test_an_inserted_row_is_named(sealed):
    tamper(
        'INSERT INTO kernel_journal (uuid, name, subject, "by", body, occurred_at, recorded_at)'
        " SELECT '00000000000000000000000000000001', name, subject, \"by\", body, occurred_at,"
        f" recorded_at FROM kernel_journal WHERE id = {sealed[0][0]}"
    )
    [finding] = verify(JOURNAL).findings
    assert finding.kind == "inserted"
    assert finding.uuid == "00000000-0000-0000-0000-000000000001"


def test_two_rows_that_changed_places_are_named(sealed):
    a, b = sealed[0][0], sealed[2][0]
    tamper(
        f"UPDATE kernel_journal_seal SET entry_id = -1 WHERE entry_id = {a}",
        f"UPDATE kernel_journal_seal SET entry_id = {a} WHERE entry_id = {b}",
        f"UPDATE kernel_journal_seal SET entry_id = {b} WHERE entry_id = -1",
    )
    assert {("moved", a), ("moved", b)} <= findings()


def test_a_tail_that_was_cut_with_its_seals_is_seen_by_the_heads_outside(sealed):
    tamper(
        "DELETE FROM kernel_journal_seal WHERE batch = 2",
        "DELETE FROM kernel_journal_batch WHERE number = 2",
        f"DELETE FROM kernel_journal WHERE id > {sealed[2][0]}",
    )
    [finding] = verify(JOURNAL).findings
    assert (finding.kind, finding.batch) == ("cut", 2)
    assert "3 entries" in finding.text


def test_a_chain_that_was_forged_anew_from_a_row_on_is_seen_by_the_heads_outside(sealed):
    id, _uuid = sealed[1]
    tamper(
        f"UPDATE kernel_journal SET body = '{{}}' WHERE id = {id}",
        "DELETE FROM kernel_journal_seal",
        "DELETE FROM kernel_journal_batch",
    )
    JournalPending.objects.bulk_create(JournalPending(entry_id=id) for id, _uuid in sealed)
    kept = JOURNAL.heads.read_bytes()
    seal(JOURNAL, most=3)
    seal(JOURNAL)
    assert JOURNAL.heads.read_bytes() == kept
    assert [(f.kind, f.batch) for f in verify(JOURNAL).findings] == [
        ("rewritten", 1),
        ("rewritten", 2),
    ]


@pytest.mark.django_db
def test_access_lines_have_a_chain_of_their_own():
    from hoaphuong.kernel.access_lines import shown

    shown(account="a", purpose="p", record="r")
    assert seal(ACCESS) == 1
    assert verify(ACCESS).sealed == 1
    assert JournalSeal.objects.count() == 0


@pytest.mark.django_db
def test_numbers_of_a_series_follow_each_other():
    with transaction.atomic():
        assert [next_number("a"), next_number("a"), next_number("b")] == [1, 2, 1]
        assert next_number("a", count=5) == 3
        assert next_number("a") == 8
