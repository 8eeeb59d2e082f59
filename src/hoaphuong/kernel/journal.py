"""Record a fact in the transaction that made it true."""

import json
from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from hoaphuong.kernel.models import JournalEntry, JournalPending
from hoaphuong.kernel.values import Money


class OutsideAnAction(Exception):
    """A fact may only be recorded inside the transaction of the action that made it."""


def plain(value: Any) -> Any:
    """A contract field as JSON: Money as text and currency, dates in ISO 8601."""
    if isinstance(value, Money):
        return {"amount": value.written, "currency": value.currency}
    if isinstance(value, date):
        return value.isoformat()
    return value


def body_of(event: Any) -> str:
    """The event's canonical JSON: sorted keys, no spaces, UTF-8 kept."""
    body = {field.name: plain(getattr(event, field.name)) for field in fields(event)}
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def record(event: Any, *, by: str, occurred_at: datetime) -> UUID:
    """Write one event; its class names itself (``name``) and its record (``subject``)."""
    [uuid] = record_many([(occurred_at, by, event)])
    return uuid


def record_many(facts: Iterable[tuple[datetime, str, Any]]) -> list[UUID]:
    """Write many (occurred_at, by, event) of one action in one go, in the order given."""
    if not transaction.get_connection().in_atomic_block:
        raise OutsideAnAction("journal.record() belongs inside an action's transaction.")
    entries = [
        JournalEntry(
            name=event.name,
            subject=str(getattr(event, event.subject)),
            by=by,
            body=body_of(event),
            occurred_at=at,
        )
        for at, by, event in facts
    ]
    stored = JournalEntry.objects.bulk_create(entries, batch_size=500)
    JournalPending.objects.bulk_create(
        [JournalPending(entry_id=entry.pk) for entry in stored], batch_size=500
    )
    return [entry.uuid for entry in stored]


def timeline(subject: str) -> list[tuple[UUID, str, str, dict[str, Any], datetime]]:
    """What happened to one record, oldest first: (uuid, event, by, body, occurred_at)."""
    rows = JournalEntry.objects.filter(subject=subject).order_by("occurred_at", "id")
    return [
        (uuid, name, by, json.loads(body), at)
        for uuid, name, by, body, at in rows.values_list(
            "uuid", "name", "by", "body", "occurred_at"
        )
    ]
