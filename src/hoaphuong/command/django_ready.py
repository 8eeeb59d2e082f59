"""Starts Django for a command, with expected failures as sentences."""

import os
import sqlite3
import tomllib
from pathlib import Path

from hoaphuong.command.refusal import Refusal
from hoaphuong.kernel import occupancy
from hoaphuong.kernel.breakdown import DATABASE_DAMAGED, kind_of

PACKAGE = Path(__file__).resolve().parents[1]


def ready(*, database: bool = True) -> None:
    """Load the settings; with ``database``, make sure that it answers and is not newer."""
    import django

    if database:
        # Before the settings, which make a key where they find none.
        enter(Path(os.environ.get("HOAPHUONG_HOME", "var")).resolve())
    try:
        django.setup()
    except FileNotFoundError as missing:
        raise Refusal(f"{missing.filename} is not there. / Không tìm thấy tệp.") from missing
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise Refusal(
            f"the city's configuration cannot be read: {broken}."
            " / Không đọc được tệp cấu hình của thành phố."
        ) from broken
    if database:
        _answers()


def enter(home: Path) -> None:
    """Use the data folder beside others until this process ends."""
    try:
        occupancy.share(home)
    except occupancy.BeingReplaced:
        raise Refusal(
            f"{home} is being restored or upgraded: wait until that has ended."
            " / Đang khôi phục hoặc nâng cấp, hãy chờ."
        ) from None
    except occupancy.HalfReplaced:
        raise Refusal(
            "a restore was interrupted: ./hoaphuong up, or the same restore again, finishes it."
            " / Việc khôi phục bị gián đoạn, hãy chạy lại."
        ) from None


def known_migrations() -> set[tuple[str, str]]:
    """(app, name) of every migration of the house, without loading Django."""
    return {(path.parents[1].name, path.stem) for path in PACKAGE.glob("*/migrations/[0-9]*.py")}


def refuse_newer(applied: set[tuple[str, str]]) -> None:
    """Refusal when a database has migrations of the house that this program does not know."""
    known = known_migrations()
    ours = {app for app, _name in known}
    newer = sorted(key for key in applied if key[0] in ours and key not in known)
    if newer:
        app, name = newer[-1]
        raise Refusal(
            f"the database is newer than this program ({app} {name}): install the newer program."
            " / Cơ sở dữ liệu mới hơn chương trình."
        )


def _answers() -> None:
    from django.db import DatabaseError, connection
    from django.db.migrations.recorder import MigrationRecorder

    try:
        applied = set(MigrationRecorder(connection).applied_migrations())
    except (DatabaseError, sqlite3.Error) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        if kind_of(error) == DATABASE_DAMAGED:
            raise Refusal(
                f"the database file is damaged ({reason}): restore a backup."
                " / Tệp cơ sở dữ liệu bị hỏng, hãy khôi phục bản sao lưu."
            ) from error
        raise Refusal(
            f"the database does not answer: {reason}. / Cơ sở dữ liệu không trả lời."
        ) from error
    refuse_newer(applied)


def behind() -> bool:
    """Whether migrations wait to be applied."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
