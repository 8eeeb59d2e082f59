"""Carries sealed batches of the journal to the lake, each exactly once.

Every table notes the last batch it carries in the commit that adds the rows. A worker that dies
anywhere reads the same batches again at its next start, and each table takes only what it lacks.
"""

from dataclasses import dataclass, field

import pyarrow as pa
from django.db import connection

from hoaphuong.kernel.faults import point
from hoaphuong.warehouse import raw
from hoaphuong.warehouse.lake import Lake

MOST = 100_000

# Keys and moments are read as text, which Arrow parses by the column: making a Python object of
# each costs more than all the rest.
_UTC = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"""
AS_TEXT = {
    "sqlite": {
        "uuid": "entry.uuid",
        "occurred_at": "entry.occurred_at || ''",
        "recorded_at": "entry.recorded_at || ''",
    },
    "postgresql": {
        "uuid": "entry.uuid::text",
        "occurred_at": _UTC.format("entry.occurred_at"),
        "recorded_at": _UTC.format("entry.recorded_at"),
    },
}
READ = """
    SELECT entry.name, {uuid}, seal.batch, seal.position, entry."by", {occurred_at}, {recorded_at},
           entry.body
    FROM kernel_journal_seal seal JOIN kernel_journal entry ON entry.id = seal.entry_id
    WHERE seal.batch > %s AND seal.batch <= %s
    ORDER BY seal.batch, seal.position
"""
BATCHES = "SELECT number, entries FROM kernel_journal_batch WHERE number > %s ORDER BY number"


@dataclass
class Drained:
    """What one run carried: new rows by table, and the last batch."""

    through: int
    events: int = 0
    more: bool = False
    rows: dict[str, pa.Table] = field(default_factory=dict)


def drain(lake: Lake, *, most: int = MOST) -> Drained | None:
    """Carry the next sealed batches, about ``most`` events of them; None when there are none."""
    cursor = lake.cursor
    last, more = _last_batch(cursor, most)
    if last == cursor:
        return None
    grouped = _read(cursor, last)
    point("drain.read")
    drained = Drained(last, more=more)
    not_in_contract: list[tuple[raw.Entry, str, str]] = []
    for name, entries in sorted(grouped.items()):
        drained.events += len(entries)
        contract = raw.contracts().get(name)
        if contract is None:
            not_in_contract += [(entry, name, "no contract has this name") for entry in entries]
            continue
        rows, bad = raw.rows(contract, entries)
        not_in_contract += [(entry, name, reason) for entry, reason in bad]
        _append(lake, drained, raw.table_name(name), rows)
    if not_in_contract:
        not_in_contract.sort(key=lambda found: found[0][1:3])
        _append(lake, drained, raw.REFUSED, raw.refused(not_in_contract))
    point("drain.before_cursor")
    lake.advance(last)
    point("drain.done")
    return drained


def _append(lake: Lake, drained: Drained, table: str, rows: pa.Table) -> None:
    if not rows.num_rows:
        return
    new = lake.append(table, rows, batch=drained.through)
    if new.num_rows:
        drained.rows[table] = new
    point("drain.table_committed")


def _last_batch(cursor: int, most: int) -> tuple[int, bool]:
    """The last batch to read, and whether there are more behind it; batches are never split."""
    last, events = cursor, 0
    with connection.cursor() as sql:
        sql.execute(BATCHES, [cursor])
        for number, entries in sql.fetchall():
            if events and events + entries > most:
                return last, True
            last, events = number, events + entries
    return last, False


def _read(after: int, through: int) -> dict[str, list[raw.Entry]]:
    grouped: dict[str, list[raw.Entry]] = {}
    with connection.cursor() as sql:
        sql.execute(READ.format(**AS_TEXT[connection.vendor]), [after, through])
        for name, *entry in sql.fetchall():
            grouped.setdefault(name, []).append(tuple(entry))
    return grouped
