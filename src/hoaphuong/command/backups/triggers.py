"""Whether the triggers that make sealed tables append-only are all in the database."""

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

# One query, its rows.
Ask = Callable[[str], list[Any]]

SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
POSTGRESQL = """
    SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal AND tgenabled IN ('O', 'A')
"""


def missing_triggers(ask: Ask, *, vendor: str) -> list[str]:
    """Names of the triggers that are not there, are switched off or do something else."""
    wanted = import_module("hoaphuong.kernel.migrations.0002_append_only")
    if vendor == "sqlite":
        there = {name: sql for name, sql in ask(SQLITE)}
        return [name for name, sql in _named(wanted.sqlite()) if there.get(name) != sql]
    switched_on = {name for [name] in ask(POSTGRESQL)}
    return [name for name, _sql in _named(wanted.postgresql()) if name not in switched_on]


def _named(statements: list[str]) -> list[tuple[str, str]]:
    return [
        (found[1], statement)
        for statement in statements
        if (found := re.match(r"CREATE TRIGGER (\w+)", statement))
    ]
