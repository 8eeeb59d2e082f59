"""DATABASE_URL as Django's settings: SQLite in the data folder unless a PostgreSQL is named."""

from pathlib import Path
from typing import Any

PRAGMAS = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous={synchronous};PRAGMA mmap_size=268435456;"
    "PRAGMA cache_size=-32000;PRAGMA temp_store=MEMORY"
)


def database(url: str, *, home: Path, demo: bool) -> dict[str, Any]:
    """Settings for one database; a URL is libpq's own (``postgresql://…``, sockets included)."""
    if url.startswith(("postgresql://", "postgres://")):
        return _postgresql(url)
    if url:
        raise SystemExit("DATABASE_URL must begin with postgresql://, or be empty for SQLite.")
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    # A demonstration may lose its last second in a power cut; a city may not.
    synchronous = "NORMAL" if demo else "FULL"
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": home / "city.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": PRAGMAS.format(synchronous=synchronous),
        },
        "TEST": {"NAME": None},
    }


def _postgresql(url: str) -> dict[str, Any]:
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError as error:
        raise SystemExit(f"hoaphuong: DATABASE_URL cannot be read: {str(error).strip()}") from None
    parts.setdefault("connect_timeout", "10")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "postgres"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parts),
    }
