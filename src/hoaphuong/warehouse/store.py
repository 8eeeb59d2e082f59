"""Reads the published tables; nothing but the standard library's SQLite, so any page may."""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings

from hoaphuong.warehouse.place import published

_local = threading.local()

# A column equals a value, or lies between two, both included.
Where = Mapping[str, Any]


class UnknownTable(LookupError):
    """No published table has this name."""


class UnknownColumn(LookupError):
    """The table has no such column."""


def connection() -> sqlite3.Connection | None:
    """This thread's connection to the newest file; None before anything was published."""
    if getattr(_local, "pinned", False):
        return _local.connection
    path = published(settings.HOME)
    try:
        found = path.stat()
    except FileNotFoundError:
        _local.stamp = None
        return None
    # An open file keeps its inode, so a new file can never be taken for the one already open.
    stamp = (str(path), found.st_dev, found.st_ino)
    if getattr(_local, "stamp", None) != stamp:
        old = getattr(_local, "connection", None)
        fresh = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
        fresh.row_factory = sqlite3.Row
        _local.connection, _local.stamp = fresh, stamp
        if old is not None:
            old.close()
    return _local.connection


@contextmanager
def one_computation() -> Iterator[None]:
    """Answer every question inside from the same file, whatever is published meanwhile."""
    _local.connection = connection()
    before, _local.pinned = getattr(_local, "pinned", False), True
    try:
        yield
    finally:
        _local.pinned = before


def fetch(sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """Rows of a query on the published tables; none before anything was published."""
    known = connection()
    if known is None:
        return []
    return [dict(row) for row in known.execute(sql, values)]


def table_names() -> list[str]:
    """Every published table."""
    return [row["table"] for row in fetch('SELECT "table" FROM _definitions ORDER BY 1')]


def columns(table: str) -> list[str]:
    """The columns of a published table, in order; UnknownTable when there is none."""
    found = [row["name"] for row in fetch("SELECT name FROM pragma_table_info(?)", [table])]
    if not table.startswith("out_") or not found:
        raise UnknownTable(table)
    return found


def rows(
    table: str,
    where: Where | None = None,
    order: Sequence[str] = (),
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Rows of a published table; a column in ``order`` after a minus sign goes down."""
    known = columns(table)
    condition, values = _condition(known, where or {})
    sql = f'SELECT * FROM "{table}"{condition}'
    if order:
        down = [(name.removeprefix("-"), name.startswith("-")) for name in order]
        terms = [f"{_quoted(known, name)}{' DESC' if desc else ''}" for name, desc in down]
        sql += f" ORDER BY {', '.join(terms)}"
    if limit is not None:
        sql += " LIMIT ?"
        values.append(limit)
    return fetch(sql, values)


def totals(
    table: str, measures: Sequence[str], *, by: Sequence[str] = (), where: Where | None = None
) -> list[dict[str, Any]]:
    """Counts added up over everything but ``by``: a roll-up is a sum, a share is made after it."""
    known = columns(table)
    condition, values = _condition(known, where or {})
    groups = [_quoted(known, name) for name in by]
    sums = [f"coalesce(sum({_quoted(known, m)}), 0) AS {_quoted(known, m)}" for m in measures]
    sql = f'SELECT {", ".join([*groups, *sums])} FROM "{table}"{condition}'
    if groups:
        sql += f" GROUP BY {', '.join(groups)} ORDER BY {', '.join(groups)}"
    return fetch(sql, values)


def _quoted(known: list[str], name: str) -> str:
    if name not in known:
        raise UnknownColumn(name)
    return f'"{name}"'


def _condition(known: list[str], where: Where) -> tuple[str, list[Any]]:
    terms: list[str] = []
    values: list[Any] = []
    for name, wanted in where.items():
        column = _quoted(known, name)
        if isinstance(wanted, tuple):
            terms.append(f"{column} BETWEEN ? AND ?")
            values += [str(value) for value in wanted]
        else:
            terms.append(f"{column} IS ?")
            values.append(wanted if isinstance(wanted, int) or wanted is None else str(wanted))
    return (f" WHERE {' AND '.join(terms)}" if terms else ""), values
