"""What ``doctor`` looks at, and how it says what it found."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hoaphuong.command.backups.snapshot import read_only
from hoaphuong.command.backups.triggers import Ask

OK, WARNING, PROBLEM = "ok", "warning", "problem"
PACKAGE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Finding:
    """One sentence about one thing, and what to do about it when it is not ok."""

    check: str
    state: str
    text: str
    advice: str = ""


@dataclass
class Look:
    """The installation that is looked at; nothing in it is changed, Django is not loaded."""

    home: Path
    url: str
    config: Path
    host: str
    port: int
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def vendor(self) -> str:
        return "postgresql" if self.url else "sqlite"

    @property
    def database(self) -> Path:
        return self.home / "city.sqlite3"

    @contextmanager
    def asking(self) -> Iterator[Ask]:
        """Answers SELECTs; raises the driver's error when the database does not answer."""
        if self.url:
            import psycopg

            with psycopg.connect(self.url, connect_timeout=10, autocommit=True) as city:
                city.read_only = True
                yield lambda query: city.execute(query).fetchall()
            return
        # Without a log beside it nobody has it open, and opening it must leave no files behind.
        quiet = not self.database.with_name("city.sqlite3-wal").exists()
        address = read_only(self.database) + ("&immutable=1" if quiet else "")
        with closing(sqlite3.connect(address, uri=True, timeout=10)) as copy:
            copy.execute("PRAGMA ignore_check_constraints=ON")
            yield lambda query: copy.execute(query).fetchall()


Check = Callable[[Look], Iterator[Finding]]
DatabaseCheck = Callable[[Look, Ask], Iterator[Finding]]


def moment(value: Any) -> datetime:
    """A database's moment: PostgreSQL gives one, SQLite its text in UTC."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def look_at(*, host: str, port: int) -> Look:
    """The installation that the environment names."""
    return Look(
        home=Path(os.environ.get("HOAPHUONG_HOME", "var")).resolve(),
        url=os.environ.get("DATABASE_URL", ""),
        config=Path(
            os.environ.get("HOAPHUONG_CONFIG") or PACKAGE.parents[1] / "config" / "haiphong.toml"
        ),
        host=host,
        port=port,
    )
