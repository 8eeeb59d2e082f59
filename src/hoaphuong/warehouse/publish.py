"""Writes the out tables into one SQLite file that the web processes read.

The file is built beside the old one and takes its name in one step: a reader sees all tables of
one computation or all of the one before, and never waits.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from hoaphuong.kernel.faults import point
from hoaphuong.warehouse import registry
from hoaphuong.warehouse.engine import Engine
from hoaphuong.warehouse.place import published
from hoaphuong.warehouse.reference_tables import reference_tables

SQL_TYPES = ((pa.types.is_integer, "INTEGER"), (pa.types.is_floating, "REAL"))


class Publisher:
    """Remembers what it wrote last, so that a click rewrites a few months and not every table."""

    def __init__(self, home: Path) -> None:
        self.path = published(home)
        self._marks: dict[str, dict[Any, tuple[int, int]]] = {}

    def publish(
        self, engine: Engine, computed: Iterable[str], *, through_batch: int, today: date
    ) -> None:
        """Publish the out tables as they are in the engine; ``computed`` names the new ones."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        for left in self.path.parent.glob(".*.sqlite3*"):
            left.unlink()  # of a worker that died while writing
        fresh = self.path.with_name(f".{os.getpid()}.sqlite3")
        anew = not self._marks or not self.path.exists()
        if not anew:
            shutil.copyfile(self.path, fresh)
        marks, self._marks = self._marks, {}
        out = sqlite3.connect(fresh, isolation_level=None)
        try:
            # Nobody sees this file before it is whole: no journal, and one sync at the end.
            out.execute("PRAGMA journal_mode=OFF")
            out.execute("PRAGMA synchronous=OFF")
            out.execute("BEGIN")
            if anew:
                _create(out, engine)
                marks = {}
            for table in registry.tables():
                if table.published and (anew or table.name in computed):
                    old = marks.get(table.name, {})
                    marks[table.name] = _write_changed(out, engine, table.name, old)
            _write_meta(out, through_batch)
            _write_names(out, today)
            out.execute("COMMIT")
        finally:
            out.close()
        point("publish.written")
        _sync(fresh)
        fresh.replace(self.path)
        point("publish.renamed")
        _sync(self.path.parent)
        self._marks = marks


def _create(out: sqlite3.Connection, engine: Engine) -> None:
    out.execute("CREATE TABLE _meta (computed_at TEXT, through_batch INTEGER)")
    out.execute(
        'CREATE TABLE _definitions ("table" TEXT PRIMARY KEY, text_en TEXT, text_vi TEXT, '
        "computed_at TEXT, through_batch INTEGER, rows INTEGER)"
    )
    out.execute(
        "CREATE TABLE _names (kind TEXT, code TEXT, name_vi TEXT, name_en TEXT, "
        "PRIMARY KEY (kind, code)) WITHOUT ROWID"
    )
    for table in registry.tables():
        if table.published:
            schema = engine.session.table(table.name).schema().to_pyarrow()
            columns = ", ".join(f'"{field.name}" {_sql_type(field.type)}' for field in schema)
            out.execute(f'CREATE TABLE "{table.name}" ({columns})')
            out.execute(f'CREATE INDEX "{table.name}_by" ON "{table.name}" ("{_by(schema.names)}")')


def _by(columns: list[str]) -> str:
    """The column by which a table is rewritten in parts: its day, month or year."""
    return next((name for name in columns if name in ("as_of", "day", "month", "year")), columns[0])


def _write_changed(
    out: sqlite3.Connection, engine: Engine, name: str, old: dict[Any, tuple[int, int]]
) -> dict[Any, tuple[int, int]]:
    """Rewrite the months that differ from what was written last."""
    by = _by(engine.session.table(name).columns)
    marks = engine.marks(name, by)
    changed = [value for value in {*marks, *old} if marks.get(value) != old.get(value)]
    if old:
        gone = [(str(value) if isinstance(value, date) else value,) for value in changed]
        out.executemany(f'DELETE FROM "{name}" WHERE "{by}" IS ?', gone)
    there = [value for value in changed if value in marks]
    if there:
        rows = engine.rows(name, by, there if old else None)
        places = ", ".join("?" * rows.num_columns)
        values = zip(*(_plain(column) for column in rows.columns), strict=True)
        out.executemany(f'INSERT INTO "{name}" VALUES ({places})', values)
    return marks


def _sql_type(kind: pa.DataType) -> str:
    return next((sql for is_kind, sql in SQL_TYPES if is_kind(kind)), "TEXT")


def _plain(column: pa.ChunkedArray) -> list[Any]:
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        column = column.cast(pa.string())
    return column.to_pylist()


def _write_meta(out: sqlite3.Connection, batch: int) -> None:
    computed_at = datetime.now(UTC).isoformat(timespec="milliseconds")
    out.execute("DELETE FROM _meta")
    out.execute("INSERT INTO _meta VALUES (?, ?)", (computed_at, batch))
    out.execute("DELETE FROM _definitions")
    for table in registry.tables():
        if table.published:
            [count] = out.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()
            out.execute(
                "INSERT INTO _definitions VALUES (?, ?, ?, ?, ?, ?)",
                (table.name, table.text_en, table.text_vi, computed_at, batch, count),
            )


def _write_names(out: sqlite3.Connection, today: date) -> None:
    for table, rows in reference_tables(today=today).items():
        if rows.column_names == ["code", "name_vi", "name_en"]:
            kind = table.removeprefix("reference__")
            values = [(kind, *row.values()) for row in rows.to_pylist()]
            out.executemany("INSERT OR REPLACE INTO _names VALUES (?, ?, ?, ?)", values)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
