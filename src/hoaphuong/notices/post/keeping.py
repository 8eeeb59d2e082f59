"""What the post keeps: each message once by its key, and every attempt to bring one."""

import hashlib
import sqlite3
import threading
from pathlib import Path
from typing import Any

_TABLES = """
create table if not exists message (key text primary key, channel text, recipient text,
    subject text, content blob, sha256 text, attempts integer default 1,
    at text default (datetime('now')));
create table if not exists attempt (seq integer primary key, channel text, key text, said text);
"""


class OtherContent(Exception):
    """The key was used already, for another message."""


class Kept:
    """One SQLite file; a call is one transaction."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._rows = sqlite3.connect(
            folder / "post.sqlite3", check_same_thread=False, isolation_level=None
        )
        self._rows.executescript(
            "pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -500;"
            + _TABLES
        )

    def ask(self, words: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._rows.execute(words, values).fetchall()

    def put(self, *, channel: str, key: str, to: str, subject: str, content: bytes) -> bool:
        """Keep a message; False when it was there before. OtherContent."""
        sha256 = hashlib.sha256(content).hexdigest()
        with self._lock:
            known = self._rows.execute("select sha256 from message where key = ?", (key,))
            if found := known.fetchone():
                if found[0] != sha256:
                    raise OtherContent
                again = "update message set attempts = attempts + 1 where key = ?"
                self._rows.execute(again, (key,))
                return False
            self._rows.execute(
                "insert into message (key, channel, recipient, subject, content, sha256)"
                " values (?, ?, ?, ?, ?, ?)",
                (key, channel, to, subject, content, sha256),
            )
            return True

    def note(self, channel: str, key: str, said: str) -> None:
        self.ask("insert into attempt (channel, key, said) values (?, ?, ?)", channel, key, said)

    def newest(self, most: int = 100) -> list[tuple[Any, ...]]:
        """(channel, recipient, subject, content, attempts, at) of the newest messages."""
        return self.ask(
            "select channel, recipient, subject, content, attempts, at from message"
            " order by rowid desc limit ?",
            most,
        )
