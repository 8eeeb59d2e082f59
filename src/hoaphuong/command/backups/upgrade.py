"""Migrations on a database with data in it: a copy first, and the old state back when one fails."""

import sqlite3
import sys
import traceback
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from hoaphuong.command.backups.backup import room
from hoaphuong.command.backups.snapshot import copy_sqlite
from hoaphuong.command.backups.triggers import missing_triggers
from hoaphuong.command.progress import bars
from hoaphuong.command.refusal import Refusal
from hoaphuong.kernel import occupancy
from hoaphuong.kernel.faults import point

FOLDER = "before-upgrade"
KEEP = 2


class _TriggersGone(Exception):
    """A migration made a sealed table anew and left its triggers behind."""


def migrate(home: Path) -> None:
    """Apply what waits; Refusal, with the database as it was, when that cannot be done."""
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    if not MigrationRecorder(connection).applied_migrations():
        _migrate()
        return
    try:
        with occupancy.alone(home):
            _upgrade(home)
    except occupancy.InUse:
        raise Refusal(
            "the database must be upgraded and is in use: stop the running city first."
            " / Hãy dừng chương trình trước khi nâng cấp."
        ) from None


def _upgrade(home: Path) -> None:
    from django.db import connection

    print("hoaphuong: upgrading the database (nâng cấp cơ sở dữ liệu)…", file=sys.stderr)
    copy = _copy(home) if connection.vendor == "sqlite" else None
    try:
        _migrate()
        point("upgrade.migrated")
        if missing := _missing():
            raise _TriggersGone(", ".join(missing))
    except Exception as error:
        notes = home / "run" / "upgrade-failure.log"
        notes.touch(mode=0o600)
        notes.write_text(traceback.format_exc())
        if copy is None:
            raise Refusal(
                f"the upgrade failed ({_reason(error)}; {notes}); steps before it stay applied:"
                " restore the backup that you made before it, or start again once it is mended."
                " / Nâng cấp không thành công."
            ) from error
        _put_back(copy)
        raise Refusal(
            f"the upgrade failed ({_reason(error)}; {notes}); the database is as it was before."
            " / Nâng cấp không thành công, cơ sở dữ liệu đã trở lại như cũ."
        ) from error


def _reason(error: Exception) -> str:
    first = (str(error).splitlines() or [""])[0]
    return f"{type(error).__name__}: {first}"


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


def _missing() -> list[str]:
    from django.db import connection

    with connection.cursor() as cursor:

        def ask(query: str) -> list[tuple[str, ...]]:
            cursor.execute(query)
            return cursor.fetchall()

        return missing_triggers(ask, vendor=connection.vendor)


def _copy(home: Path) -> Path:
    """Copy the database aside; the newest two copies stay."""
    live = home / "city.sqlite3"
    folder = home / FOLDER
    folder.mkdir(exist_ok=True, mode=0o700)
    room(folder, 2 * live.stat().st_size)
    copy = folder / f"city-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.sqlite3"
    fresh = copy.with_suffix(".partial")
    fresh.unlink(missing_ok=True)
    with bars() as report:
        copy_sqlite(live, fresh, report=report)
    fresh.replace(copy)
    for old in sorted(folder.glob("city-*.sqlite3"))[:-KEEP]:
        old.unlink()
    for left in folder.glob("*.partial"):
        left.unlink()
    return copy


def _put_back(copy: Path) -> None:
    """Write the copy over the database, in one transaction of SQLite's own."""
    from django.db import connection

    connection.close()
    with (
        closing(sqlite3.connect(copy)) as old,
        closing(sqlite3.connect(connection.settings_dict["NAME"])) as live,
    ):
        old.backup(live)
