"""Brings published procedures into the catalogue; a poorer source never overwrites a richer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from hoaphuong.dossiers.catalogue import (
    ProcedureRecord,
    content_hash,
    from_plain,
    richer,
    shipped,
    shipped_records,
    to_plain,
)
from hoaphuong.dossiers.models import Procedure
from hoaphuong.kernel.folding import fold

SECTOR_CHARS = 200
# Any number serves that no other lock of the house uses.
_CATALOGUE_LOCK = 7_016_001


@dataclass(frozen=True)
class Stored:
    """How many records changed the catalogue, and how many said nothing new."""

    changed: int
    unchanged: int


@dataclass(frozen=True)
class Judged:
    """What storing would write, and how many records would say nothing new."""

    write: tuple[Procedure, ...]
    unchanged: int


def search_text(record: ProcedureRecord, name_en: str) -> str:
    return fold(f"{record.code} {record.name} {name_en} {record.sector}")


def judge(
    records: Iterable[ProcedureRecord],
    *,
    at: datetime,
    names_en: dict[str, str],
    offered: frozenset[str],
) -> Judged:
    """Merge records with one another and with what is stored; writes nothing.

    The first record of a code that adds something counts as changed, its others as unchanged.
    """
    merged: dict[str, ProcedureRecord] = {}
    times: dict[str, int] = {}
    for record in records:
        known = merged.get(record.code)
        merged[record.code] = richer(known, record) if known else record
        times[record.code] = times.get(record.code, 0) + 1
    rows = Procedure.objects.in_bulk(list(merged))
    write: list[Procedure] = []
    unchanged = 0
    for code, record in merged.items():
        row = rows.get(code)
        if row:
            record = richer(from_plain(row.record), record)
        name_en = names_en.get(code) or (row.name_en if row else "")
        online = code in offered or bool(row and row.offered_online)
        fresh = content_hash(record)
        if row and (row.content_hash, row.name_en, row.offered_online) == (fresh, name_en, online):
            unchanged += times[code]
            continue
        unchanged += times[code] - 1
        write.append(
            Procedure(
                code=code,
                name=record.name,
                name_en=name_en,
                sector=record.sector[:SECTOR_CHARS],
                record=to_plain(record),
                content_hash=fresh,
                offered_online=online,
                search_text=search_text(record, name_en),
                updated_at=at,
            )
        )
    return Judged(tuple(write), unchanged)


@transaction.atomic
def store_procedures(
    *,
    records: Iterable[ProcedureRecord],
    at: datetime,
    names_en: dict[str, str] | None = None,
    offered: frozenset[str] = frozenset(),
) -> Stored:
    """Merge records into the catalogue, whatever their order; each code is stored once.

    A name in English and an online form stay when a later import does not speak of them.
    """
    _one_at_a_time()
    judged = judge(records, at=at, names_en=names_en or {}, offered=offered)
    Procedure.objects.bulk_create(
        judged.write,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[
            "name",
            "name_en",
            "sector",
            "record",
            "content_hash",
            "offered_online",
            "search_text",
            "updated_at",
        ],
        batch_size=200,
    )
    return Stored(changed=len(judged.write), unchanged=judged.unchanged)


def store_shipped(*, at: datetime) -> Stored:
    """The procedures this version of the program brings; what a city imported stays."""
    listed = shipped()
    return store_procedures(
        records=shipped_records(),
        names_en={one.code: one.name_en for one in listed},
        offered=frozenset(one.code for one in listed if one.online_form),
        at=at,
    )


def _one_at_a_time() -> None:
    """Two imports at once would each merge with what was there before the other.

    SQLite lets one transaction write at a time anyhow; PostgreSQL is asked to.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CATALOGUE_LOCK])
