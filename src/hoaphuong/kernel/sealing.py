"""Seals entries into a hash chain and keeps the chain's heads outside the database.

A head goes to a file after the batch is committed; a sealer that dies in between writes the
missing head at its next start, so the file may lag behind the table but never runs ahead.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, models, transaction

from hoaphuong.kernel.faults import point
from hoaphuong.kernel.models import (
    AccessBatch,
    AccessLine,
    AccessPending,
    AccessSeal,
    JournalBatch,
    JournalEntry,
    JournalPending,
    JournalSeal,
)

FIRST = "0" * 64
MOST = 5_000


@dataclass(frozen=True)
class Chain:
    """One sealed table: where its entries, seals and batches are, and what of a row is sealed."""

    name: str
    entry: type[models.Model]
    pending: type[models.Model]
    seal: type[models.Model]
    batch: type[models.Model]
    sealed: tuple[str, ...]

    @property
    def heads(self) -> Path:
        return Path(settings.HOME, "heads", f"{self.name}.jsonl")


JOURNAL = Chain(
    name="journal",
    entry=JournalEntry,
    pending=JournalPending,
    seal=JournalSeal,
    batch=JournalBatch,
    sealed=("id", "uuid", "name", "subject", "by", "body", "occurred_at", "recorded_at"),
)
ACCESS = Chain(
    name="access",
    entry=AccessLine,
    pending=AccessPending,
    seal=AccessSeal,
    batch=AccessBatch,
    sealed=("id", "uuid", "account", "purpose", "record", "filter", "count", "recorded_at"),
)
CHAINS = (JOURNAL, ACCESS)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value)


def digest(row: tuple[Any, ...]) -> str:
    """SHA-256 of the sealed columns in order, as a JSON list of texts."""
    packed = json.dumps([_text(value) for value in row], ensure_ascii=False).encode()
    return hashlib.sha256(packed).hexdigest()


def link(previous: str, own: str) -> str:
    """The next hash of the chain."""
    return hashlib.sha256(bytes.fromhex(previous) + bytes.fromhex(own)).hexdigest()


def seal(chain: Chain, *, most: int = MOST) -> int:
    """Seal what is pending, at most ``most`` entries; the number of entries sealed."""
    try:
        with transaction.atomic():
            number, sealed = _seal_batch(chain, most)
    except IntegrityError:
        return 0  # another worker took this batch number; its seals stand, ours are undone
    point(f"seal.{chain.name}.committed")
    write_missing_heads(chain)
    return sealed if number else 0


def _seal_batch(chain: Chain, most: int) -> tuple[int, int]:
    pending = chain.pending.objects.order_by("entry_id")
    if connection.features.has_select_for_update_skip_locked:
        pending = pending.select_for_update(skip_locked=True)
    ids = list(pending.values_list("entry_id", flat=True)[:most])
    if not ids:
        return 0, 0
    last = chain.batch.objects.order_by("-number").values_list("number", "head").first()
    number, head = (last[0] + 1, last[1]) if last else (1, FIRST)
    rows = chain.entry.objects.filter(id__gte=ids[0], id__lte=ids[-1]).order_by("id")
    wanted = set(ids)
    seals: list[models.Model] = []
    for row in rows.values_list(*chain.sealed).iterator(2_000):
        if row[0] in wanted:
            own = digest(row)
            head = link(head, own)
            seals.append(
                chain.seal(
                    entry_id=row[0], batch=number, position=len(seals), digest=own, hash=head
                )
            )
    chain.seal.objects.bulk_create(seals, batch_size=500)
    chain.batch.objects.create(number=number, entries=len(seals), head=head)
    point(f"seal.{chain.name}.written")
    chain.pending.objects.filter(entry_id__gte=ids[0], entry_id__lte=ids[-1]).filter(
        entry_id__in=chain.seal.objects.filter(batch=number).values("entry_id")
    ).delete()
    point(f"seal.{chain.name}.cleared")
    return number, len(seals)


def read_heads(chain: Chain) -> dict[int, dict[str, Any]]:
    """The heads kept outside the database, by batch number; a torn last line is passed over."""
    if not chain.heads.exists():
        return {}
    heads = {}
    for line in chain.heads.read_text(encoding="utf-8").splitlines():
        try:
            head = json.loads(line)
            heads[int(head["batch"])] = head
        except (ValueError, KeyError, TypeError):
            continue
    return heads


def write_missing_heads(chain: Chain) -> int:
    """Append the heads of batches newer than the newest one in the file, then sync to disk."""
    newest = _newest_head(chain)
    rows = list(
        chain.batch.objects.filter(number__gt=newest)
        .order_by("number")
        .values_list("number", "entries", "head", "sealed_at")
    )
    if not rows:
        return 0
    chain.heads.parent.mkdir(parents=True, exist_ok=True)
    with chain.heads.open("ab") as out:
        if out.tell() and not _ends_with_newline(chain.heads):
            out.write(b"\n")
        for number, entries, head, sealed_at in rows:
            line = {
                "batch": number,
                "entries": entries,
                "head": head,
                "sealed_at": _text(sealed_at),
            }
            out.write(json.dumps(line).encode() + b"\n")
        out.flush()
        os.fsync(out.fileno())
    return len(rows)


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _newest_head(chain: Chain) -> int:
    """The newest batch in the file, read from its end: the file grows with every batch."""
    if not chain.heads.exists():
        return 0
    with chain.heads.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 4_096))
        tail = file.read().splitlines()
    for line in reversed(tail):
        try:
            return int(json.loads(line)["batch"])
        except (ValueError, KeyError, TypeError):
            continue
    return 0
