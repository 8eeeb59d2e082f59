"""What the authority issued and revoked, in one SQLite file that threads and processes share."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

TABLES = """
CREATE TABLE IF NOT EXISTS issued (
    serial TEXT PRIMARY KEY, kind TEXT NOT NULL, certificate BLOB NOT NULL,
    issued_at TEXT NOT NULL, revoked_at TEXT, reason TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS remote_key (
    reference TEXT PRIMARY KEY, private_key BLOB NOT NULL, certificate BLOB NOT NULL,
    proof TEXT NOT NULL, pin_salt BLOB NOT NULL, pin_hash BLOB NOT NULL,
    wrong INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
"""


class NotIssued(Exception):
    """The authority has no certificate of this serial number."""


@dataclass(frozen=True)
class Issued:
    """One certificate; ``revoked_at`` and ``reason`` (RFC 5280, 5.3.1) when it is revoked."""

    serial: int
    certificate: bytes
    revoked_at: datetime | None
    reason: str


class Index:
    """The index of one folder; every call opens the file anew, so that any thread may ask."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "index.sqlite3"

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        fresh = not self.path.exists()
        with closing(sqlite3.connect(self.path, timeout=20, isolation_level=None)) as rows:
            if fresh:
                self.path.chmod(0o600)
            rows.execute("BEGIN IMMEDIATE")
            if not rows.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone():
                for statement in TABLES.split(";"):
                    rows.execute(statement)
            try:
                yield rows
                rows.execute("COMMIT")
            except BaseException:
                rows.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        if not self.path.exists():
            with self.opened():
                pass
        with closing(sqlite3.connect(self.path, timeout=20)) as rows:
            yield rows

    def add(self, *, serial: int, kind: str, certificate: bytes, at: datetime) -> None:
        with self.opened() as rows:
            rows.execute(
                "INSERT INTO issued (serial, kind, certificate, issued_at) VALUES (?, ?, ?, ?)",
                (f"{serial:x}", kind, certificate, at.isoformat()),
            )

    def find(self, serial: int) -> Issued | None:
        """The certificate of a serial number."""
        with self.reading() as rows:
            row = rows.execute(
                "SELECT serial, certificate, revoked_at, reason FROM issued WHERE serial = ?",
                (f"{serial:x}",),
            ).fetchone()
        return _issued(row) if row else None

    def revoke(self, *, serial: int, at: datetime, reason: str) -> None:
        """Revoked stays revoked: only the first moment and reason count."""
        with self.opened() as rows:
            done = rows.execute(
                "UPDATE issued SET revoked_at = coalesce(revoked_at, ?),"
                " reason = coalesce(reason, ?) WHERE serial = ?",
                (at.astimezone(UTC).isoformat(), reason, f"{serial:x}"),
            )
            if not done.rowcount:
                raise NotIssued(f"No certificate of serial number {serial:x}.")

    def revoked(self) -> list[Issued]:
        with self.reading() as rows:
            found = rows.execute(
                "SELECT serial, certificate, revoked_at, reason FROM issued"
                " WHERE revoked_at IS NOT NULL ORDER BY revoked_at, serial"
            ).fetchall()
        return [_issued(row) for row in found]


def _issued(row: tuple[str, bytes, str | None, str | None]) -> Issued:
    serial, certificate, revoked_at, reason = row
    moment = datetime.fromisoformat(revoked_at) if revoked_at else None
    return Issued(int(serial, 16), certificate, moment, reason or "")
