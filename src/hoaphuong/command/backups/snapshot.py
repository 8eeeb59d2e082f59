"""The database as it was at one moment, while others go on writing."""

import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from hoaphuong.command.backups.pg_tools import environment, last_line, tool
from hoaphuong.command.progress import Report
from hoaphuong.command.refusal import Refusal

WHAT = "Cơ sở dữ liệu / database"
PAGES = 4_096


class Asked(Protocol):
    """Answers SELECTs about the moment of the snapshot."""

    def execute(self, query: str, /) -> Any: ...


def read_only(path: Path) -> str:
    """The address of a database file that is opened for reading."""
    return f"file:{quote(str(path))}?mode=ro"


def copy_sqlite(source: Path, target: Path, *, report: Report) -> None:
    """Copy a database that others may be writing to.

    The read transaction holds one moment; without it each commit of another process would begin
    the copy anew, and on a busy day it would never end.
    """
    target.touch(mode=0o600)
    with (
        closing(sqlite3.connect(read_only(source), uri=True, isolation_level=None)) as city,
        closing(sqlite3.connect(target)) as copy,
    ):
        city.execute("PRAGMA busy_timeout=20000")
        [size] = city.execute("PRAGMA page_size").fetchone()
        city.execute("BEGIN")
        city.execute("SELECT count(*) FROM sqlite_master").fetchone()
        city.backup(
            copy,
            pages=PAGES,
            progress=lambda _status, left, of: report(WHAT, (of - left) * size, of * size),
        )
        # A file of its own: no side files, so it can be moved and packed by itself.
        copy.execute("PRAGMA journal_mode=DELETE")


@contextmanager
def sqlite_snapshot(source: Path, target: Path, *, report: Report) -> Iterator[Asked]:
    """Copy to ``target`` and answer from the copy; a damaged database is refused."""
    copy_sqlite(source, target, report=report)
    with closing(sqlite3.connect(target)) as copy:
        # CHECK constraints call functions of Django's that are not here.
        copy.execute("PRAGMA ignore_check_constraints=ON")
        [sound] = copy.execute("PRAGMA quick_check(1)").fetchone()
        if sound != "ok":
            raise Refusal(
                f"the database is damaged ({sound.splitlines()[-1]}): restore the last good backup."
                " / Cơ sở dữ liệu bị hỏng."
            )
        yield copy


@contextmanager
def postgresql_snapshot(url: str, target: Path, *, report: Report) -> Iterator[Asked]:
    """Dump to ``target`` and answer from the same snapshot."""
    import psycopg

    try:
        connection = psycopg.connect(url, connect_timeout=10)
    except psycopg.Error as error:
        raise Refusal(f"the database does not answer: {str(error).splitlines()[0]}.") from error
    with connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        [snapshot] = connection.execute("SELECT pg_export_snapshot()").fetchone() or [""]
        [size] = connection.execute("SELECT pg_database_size(current_database())").fetchone() or [1]
        words = [tool("pg_dump", server=connection.info.server_version // 10_000)]
        options = ["--no-owner", "--no-privileges", "--exclude-schema=before_restore_*"]
        target.touch(mode=0o600)
        dump = subprocess.Popen(
            [*words, *options, f"--snapshot={snapshot}", f"--file={target}"],
            env=environment(url),
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            while dump.poll() is None:
                report(WHAT, min(target.stat().st_size, size), size)
                time.sleep(0.1)
        finally:
            dump.kill()
            said = dump.communicate()[1]
        if dump.returncode:
            raise Refusal(f"pg_dump could not write the database: {last_line(said)}.")
        report(WHAT, size, size)
        yield connection
