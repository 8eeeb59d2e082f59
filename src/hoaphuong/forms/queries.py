"""Reads of the forms app, and the form itself: questions, answers, faults, drawing."""

from typing import Any

from hoaphuong.forms.contracts import DraftFacts
from hoaphuong.forms.models import Draft
from hoaphuong.forms.rules import (
    SchemaNotSupported,
    changed_rows,
    errors,
    fields,
    initial,
    parse,
    render,
)

__all__ = [
    "NoSuchDraft",
    "SchemaNotSupported",
    "changed_rows",
    "draft",
    "drafts_of",
    "errors",
    "fields",
    "initial",
    "parse",
    "render",
]


class NoSuchDraft(LookupError):
    """No draft has this key, or it is another person's: the two look alike from outside."""


def draft_facts(row: Draft) -> DraftFacts:
    values: dict[str, Any] = {name: getattr(row, name) for name in DraftFacts.__dataclass_fields__}
    return DraftFacts(**values)


def draft(key: str, account: str) -> DraftFacts:
    """One's own draft; NoSuchDraft when there is none."""
    row = Draft.objects.filter(key=key, account=account).first()
    if row is None:
        raise NoSuchDraft(key)
    return draft_facts(row)


def drafts_of(account: str) -> list[DraftFacts]:
    """One's own drafts, the last touched first."""
    rows = Draft.objects.filter(account=account).order_by("-updated_at", "-id")
    return [draft_facts(row) for row in rows]
