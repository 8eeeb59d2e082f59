"""Brings published procedures into the catalogue; a poorer source never overwrites a richer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from hoaphuong.dossiers.catalogue.merging import richer
from hoaphuong.dossiers.catalogue.records import (
    ProcedureRecord,
    content_hash,
    from_plain,
    to_plain,
)
from hoaphuong.dossiers.models import Procedure
from hoaphuong.kernel.folding import fold


@dataclass(frozen=True)
class Stored:
    """How many records changed the catalogue, and how many said nothing new."""

    changed: int
    unchanged: int


def search_text(record: ProcedureRecord, name_en: str) -> str:
    return fold(f"{record.code} {record.name} {name_en} {record.sector}")


@transaction.atomic
def store_procedures(
    *,
    records: Iterable[ProcedureRecord],
    at: datetime,
    names_en: dict[str, str] | None = None,
    offered: frozenset[str] = frozenset(),
) -> Stored:
    """Merge records into the catalogue, whatever their order; each code is stored once."""
    names_en = names_en or {}
    merged: dict[str, ProcedureRecord] = {}
    times: dict[str, int] = {}
    for record in records:
        known = merged.get(record.code)
        merged[record.code] = richer(known, record) if known else record
        times[record.code] = times.get(record.code, 0) + 1
    rows = {row.code: row for row in Procedure.objects.filter(code__in=merged)}
    write: list[Procedure] = []
    unchanged = 0
    for code, record in merged.items():
        row = rows.get(code)
        if row:
            record = richer(from_plain(row.record), record)
        name_en = names_en.get(code) or (row.name_en if row else "")
        online = code in offered or bool(row and row.offered_online)
        fresh = content_hash(record)
        same = row and (row.content_hash, row.name_en, row.offered_online) == (
            fresh,
            name_en,
            online,
        )
        if same:
            unchanged += times[code]
            continue
        unchanged += times[code] - 1
        write.append(
            Procedure(
                code=code,
                name=record.name,
                name_en=name_en,
                sector=record.sector[:200],
                record=to_plain(record),
                content_hash=fresh,
                offered_online=online,
                search_text=search_text(record, name_en),
                updated_at=at,
            )
        )
    Procedure.objects.bulk_create(
        write,
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
    return Stored(changed=len(write), unchanged=unchanged)
