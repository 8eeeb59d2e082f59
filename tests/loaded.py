"""What a step writes into an empty database: taken once, then only its rows are written again."""

from collections.abc import Callable
from typing import Any

from django.db import connection


class Loaded:
    """The rows of steps that write the same each time, into tables that were empty before.

    Elsewhere, and where other rows are already there, the step itself is taken.
    """

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, Any]] = {}

    def write(self, name: str, step: Callable[[], None]) -> None:
        """Leave in the database what ``step()`` leaves there."""
        if (kept := self._kept.get(name)) is not None:
            if kept and sum(_counts(kept).values()) == 0:
                for table, (columns, rows) in kept.items():
                    _put(table, columns, rows)
            else:
                step()
            return
        before = _counts(connection.introspection.table_names())
        step()
        after = _counts(before)
        changed = [table for table in before if before[table] != after[table]]
        if not any(before[table] for table in changed):
            columns = {table: _columns(table) for table in changed}
            self._kept[name] = {table: (one, _rows(table, one)) for table, one in columns.items()}


def _counts(tables: Any) -> dict[str, int]:
    asked = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM \"{table}\"" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return dict(cursor.fetchall())


def _columns(table: str) -> str:
    """All that a step decides; when a row was recorded is the database's own to say."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, table)
    return ", ".join(f'"{one.name}"' for one in found if one.name != "recorded_at")


def _rows(table: str, columns: str) -> Any:
    """As the database gives them: tuples from SQLite, the text of COPY from PostgreSQL."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({columns}) TO STDOUT') as copied:
                return b"".join(bytes(part) for part in copied)
        return cursor.connection.execute(f'SELECT {columns} FROM "{table}"').fetchall()


def _put(table: str, columns: str, rows: Any) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copied:
                copied.write(rows)
        else:
            holes = ", ".join("?" * len(rows[0]))
            insert = f'INSERT INTO "{table}" ({columns}) VALUES ({holes})'
            cursor.connection.executemany(insert, rows)
