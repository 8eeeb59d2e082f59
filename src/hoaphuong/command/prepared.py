"""Tells whether a data folder is as this program left it, so that a start need not look again.

Loading Django only to find nothing to do took half of a second start. What decides is compared
instead: the program's own files, the configuration, what was asked for, the database file and the
migrations it has. Anything else than the same answer leads to the whole preparation.
"""

import hashlib
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
KINDS = {".py", ".toml", ".json", ".csv", ".mo"}


def mark(home: Path, environment: Mapping[str, str], *, scale: str) -> None:
    """Note that the folder is prepared."""
    if state := _state(home, environment, scale=scale):
        _note(home).parent.mkdir(parents=True, exist_ok=True)
        _note(home).write_text(state)


def is_prepared(home: Path, environment: Mapping[str, str], *, scale: str) -> bool:
    """Whether nothing that a preparation looks at has changed since the last one."""
    with suppress(OSError):
        return _note(home).read_text() == _state(home, environment, scale=scale)
    return False


def _note(home: Path) -> Path:
    return home / "run" / "prepared"


def _state(home: Path, environment: Mapping[str, str], *, scale: str) -> str:
    """A hash of all that a preparation depends on; empty when it cannot be told cheaply."""
    database = home / "city.sqlite3"
    if environment.get("DATABASE_URL") or not database.exists():
        return ""
    digest = hashlib.sha256()

    def add(*words: object) -> None:
        digest.update(repr(words).encode())

    for path in sorted(p for p in PACKAGE.rglob("*") if p.suffix in KINDS):
        about = path.stat()
        add(str(path), about.st_size, about.st_mtime_ns)
    config = environment.get("HOAPHUONG_CONFIG")
    add(config, Path(config).read_bytes() if config else b"", scale)
    default = PACKAGE.parents[1] / "config"
    for path in sorted(default.glob("*.toml")):
        add(path.name, path.read_bytes())
    add((home / "mode").read_text(), environment.get("HOAPHUONG_DEMO", ""))
    for part in ("stand-ins.json", "authority/ca/address"):
        path = home / "demo" / part
        add(path.read_bytes() if path.exists() else b"")
    add(database.stat().st_ino, _migrations(database))
    return digest.hexdigest()


def _migrations(database: Path) -> list[tuple[str, str]]:
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)) as city:
            applied = "SELECT app, name FROM django_migrations ORDER BY app, name"
            return city.execute(applied).fetchall()
    except sqlite3.Error as error:
        raise OSError(str(error)) from error
