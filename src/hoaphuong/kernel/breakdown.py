"""Tells what broke below the program: the disk, the database, or the program itself."""

import errno
import sqlite3
from collections.abc import Iterator

DISK_FULL = "disk full"
DATABASE_DAMAGED = "database damaged"
DATABASE_BUSY = "database busy"
DATABASE_CLOSED = "database closed"  # it cannot be written
DATABASE_AWAY = "database away"
_SAID = (
    ("database or disk is full", DISK_FULL),
    ("no space left on device", DISK_FULL),
    ("disk quota exceeded", DISK_FULL),
    ("malformed", DATABASE_DAMAGED),
    ("not a database", DATABASE_DAMAGED),
    ("database is locked", DATABASE_BUSY),
    ("readonly database", DATABASE_CLOSED),
    ("read-only transaction", DATABASE_CLOSED),
    ("unable to open database file", DATABASE_CLOSED),
)


def kind_of(error: BaseException) -> str:
    """One of the kinds above, from the error or what caused it; empty for a fault of our own."""
    from django.db import DatabaseError, InterfaceError, OperationalError

    for one in _chain(error):
        if isinstance(one, OSError) and one.errno in (errno.ENOSPC, errno.EDQUOT):
            return DISK_FULL
        if isinstance(one, (DatabaseError, sqlite3.Error)):
            said = str(one).lower()
            for words, kind in _SAID:
                if words in said:
                    return kind
        if isinstance(one, (OperationalError, InterfaceError)):
            # A table that is not there is a fault of ours on SQLite, and it says so this way.
            return "" if "no such " in str(one) else DATABASE_AWAY
    return ""


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
