"""Where the published tables are: the worker writes there, the web processes read there."""

from pathlib import Path


def published(home: Path) -> Path:
    """The one SQLite file of all out tables."""
    return home / "lake" / "out" / "city.sqlite3"
