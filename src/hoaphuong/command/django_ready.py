"""Starts Django for a command, with expected failures as sentences."""

import sqlite3
import tomllib

from hoaphuong.command.refusal import Refusal


def ready(*, database: bool = True) -> None:
    """Load the settings; with ``database``, make sure that it answers and is not newer."""
    import django

    try:
        django.setup()
    except FileNotFoundError as missing:
        raise Refusal(f"{missing.filename} is not there. / Không tìm thấy tệp.") from missing
    except tomllib.TOMLDecodeError as broken:
        raise Refusal(f"the city's configuration cannot be read: {broken}.") from broken
    if database:
        _answers()


def _answers() -> None:
    from django.db import DatabaseError, connection
    from django.db.migrations.loader import MigrationLoader

    try:
        loader = MigrationLoader(connection)
    except (DatabaseError, sqlite3.Error) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Refusal(f"the database does not answer: {reason}.") from error
    ours = {app for app, _name in loader.disk_migrations}
    unknown = [key for key in loader.applied_migrations if key[0] in ours]
    newer = [key for key in unknown if key not in loader.disk_migrations]
    if newer:
        app, name = sorted(newer)[-1]
        raise Refusal(
            f"the database is newer than this program ({app} {name}): install the newer program."
            " / Cơ sở dữ liệu mới hơn chương trình."
        )


def behind() -> bool:
    """Whether migrations wait to be applied."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
