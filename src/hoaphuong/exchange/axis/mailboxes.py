"""What the axis keeps: systems' agencies, messages by recipient, and every call that was made."""

import hashlib
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_TABLES = """
create table if not exists agency (code text primary key, name text, system text);
create table if not exists taken (id text primary key, sha256 text, kind text, sender text,
    attempts integer default 1);
create table if not exists message (seq integer primary key, id text unique, kind text,
    sender text, recipient text, content blob, state text default 'waiting');
create table if not exists call (seq integer primary key, method text, path text, system text,
    status integer);
"""


class OtherBytes(Exception):
    """The id was used already, for another message."""


class Mailboxes:
    """One SQLite file; a call is one transaction."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._rows = sqlite3.connect(
            folder / "axis.sqlite3", check_same_thread=False, isolation_level=None
        )
        self._rows.executescript(
            "pragma journal_mode = wal; pragma synchronous = normal;" + _TABLES
        )

    def _ask(self, words: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._rows.execute(words, values).fetchall()

    def register(self, code: str, name: str, system: str) -> bool:
        """Whether the code is this system's now; another's stays another's."""
        self._ask("insert or ignore into agency values (?, ?, ?)", code, name, system)
        return self.system_of(code) == system

    def system_of(self, code: str) -> str:
        rows = self._ask("select system from agency where code = ?", code)
        return str(rows[0][0]) if rows else ""

    def agencies(self) -> list[tuple[str, str, str]]:
        return self._ask("select code, name, system from agency order by code")

    def put(self, *, id: str, kind: str, sender: str, to: Sequence[str], content: bytes) -> bool:
        """Put a message into mailboxes; False when its id was taken before. OtherBytes."""
        sha256 = hashlib.sha256(content).hexdigest()
        with self._lock:
            known = self._rows.execute("select sha256 from taken where id = ?", (id,)).fetchone()
            if known:
                if known[0] != sha256:
                    raise OtherBytes
                self._rows.execute("update taken set attempts = attempts + 1 where id = ?", (id,))
                return False
            self._rows.execute("begin immediate")
            row = (id, sha256, kind, sender)
            self._rows.execute(
                "insert into taken (id, sha256, kind, sender) values (?, ?, ?, ?)", row
            )
            for number, code in enumerate(to):
                own = f"{id}-{number}" if number else id
                self._rows.execute(
                    "insert into message (id, kind, sender, recipient, content)"
                    " values (?, ?, ?, ?, ?)",
                    (own, kind, sender, code, content),
                )
            self._rows.execute("commit")
            return True

    def waiting(self, system: str) -> list[tuple[str, str, str, str]]:
        """(id, kind, sender, recipient) of what waits for a system's agencies, oldest first."""
        return self._ask(
            "select id, kind, sender, recipient from message join agency on recipient = code"
            " where system = ? and state in ('waiting', 'processing') order by seq",
            system,
        )

    def sent(self, code: str) -> list[tuple[str, str, str, str]]:
        return self._ask(
            "select id, kind, sender, recipient from message where sender = ? order by seq", code
        )

    def content(self, id: str, system: str) -> bytes | None:
        """The bytes of a message in one of a system's mailboxes."""
        rows = self._ask(
            "select content from message join agency on recipient = code"
            " where id = ? and system = ?", id, system,
        )  # fmt: skip
        return bytes(rows[0][0]) if rows else None

    def mark(self, id: str, system: str, state: str) -> bool:
        if self.content(id, system) is None:
            return False
        self._ask("update message set state = ? where id = ?", state, id)
        return True

    def note(self, method: str, path: str, system: str, status: int) -> None:
        self._ask(
            "insert into call (method, path, system, status) values (?, ?, ?, ?)",
            method, path, system, status,
        )  # fmt: skip
