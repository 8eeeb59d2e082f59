"""Reads of procedures and dossiers; a row's owner or agency is checked by the caller's scope."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, QuerySet

from hoaphuong.dossiers.catalogue.records import ProcedureRecord, from_plain
from hoaphuong.dossiers.models import Dossier, Procedure
from hoaphuong.forms import queries as forms
from hoaphuong.forms.contracts import DraftFacts, Field
from hoaphuong.kernel import journal
from hoaphuong.kernel.access import EVERYWHERE
from hoaphuong.kernel.folding import words
from hoaphuong.kernel.standing_query import StandingQuery

PAGE = 20


@dataclass(frozen=True)
class Found:
    """One page of a search."""

    procedures: tuple[Procedure, ...]
    number: int
    more: bool
    total: int


def search_procedures(*, text: str = "", sector: str = "", page: int = 1) -> Found:
    """Procedures whose name, code or sector has every word, accents or not; online ones first."""
    rows = Procedure.objects.all()
    for word in words(text):
        rows = rows.filter(search_text__contains=word)
    if sector:
        rows = rows.filter(sector=sector)
    start = (max(page, 1) - 1) * PAGE
    few = rows.defer("record", "search_text").order_by("-offered_online", "code")
    shown = list(few[start : start + PAGE + 1])
    return Found(tuple(shown[:PAGE]), max(page, 1), len(shown) > PAGE, rows.count())


def sectors() -> list[tuple[str, int]]:
    """(sector, number of procedures), the largest first."""
    rows = Procedure.objects.values_list("sector").annotate(n=Count("code"))
    return list(rows.order_by("-n", "sector"))


def procedure(code: str) -> Procedure:
    return Procedure.objects.get(code=code)


def published(row: Procedure) -> ProcedureRecord:
    """Everything the national portal publishes about a procedure."""
    return from_plain(row.record)


def time_limit(row: Procedure, channel: str) -> tuple[int, str] | None:
    """(amount, unit) for a channel, or the first one stated for any channel."""
    terms = row.record.get("channels") or []
    stated = [t for t in terms if t.get("limit")]
    own = [t for t in stated if t["channel"] == channel] or stated
    return (own[0]["limit"]["amount"], own[0]["limit"]["unit"]) if own else None


def dossiers_of(account: str) -> QuerySet[Dossier]:
    """What an account sent, newest first."""
    rows = Dossier.objects.filter(account_key=account).select_related("procedure")
    return rows.defer("form", "procedure__record", "procedure__search_text").order_by(
        "-submitted_at"
    )


def own_dossier(key: str, account: str) -> Dossier:
    """An account's own dossier; another's does not exist for it."""
    return Dossier.objects.select_related("procedure").get(key=key, account_key=account)


def agency_dossier(key: str, agencies: Iterable[str]) -> Dossier:
    """A dossier of one of these agencies; any other does not exist for them."""
    rows = Dossier.objects.select_related("procedure", "applicant", "organisation")
    held = frozenset(agencies)
    if EVERYWHERE not in held:
        rows = rows.filter(agency_code__in=held)
    return rows.get(key=key)


@dataclass(frozen=True)
class Tracking:
    """What anyone may know of a dossier by its number: state and dates, nobody's name."""

    number: str
    procedure: str
    procedure_en: str
    agency: str
    status: int
    submitted_at: datetime
    received_on: date | None
    due_on: date | None
    decided_on: date | None
    returned_on: date | None


_TRACKED = (
    "number",
    "procedure__name",
    "procedure__name_en",
    "agency_code",
    "status",
    "submitted_at",
    "received_on",
    "due_on",
    "decided_on",
    "returned_on",
)
_BY_NUMBER = StandingQuery(Dossier, by="number", columns=_TRACKED)
_BY_TOKEN = StandingQuery(Dossier, by="token", columns=_TRACKED)


def track(*, number: str = "", token: str = "") -> Tracking | None:
    """The public state of a dossier, by its number or by its slip's token."""
    row = _BY_TOKEN.one(token) if token else _BY_NUMBER.one(number)
    return Tracking(*row) if row else None


@dataclass(frozen=True)
class Moment:
    """One entry of a dossier's timeline, with what was said."""

    event: str
    at: datetime
    by: str
    body: dict[str, Any]
    note: str


def timeline(dossier: Dossier) -> list[Moment]:
    """What happened to the dossier, from the journal, with the notes of its steps."""
    notes = {note.entry: note.text for note in dossier.notes.all()}
    return [
        Moment(event=name, at=at, by=by, body=body, note=notes.get(uuid, ""))
        for uuid, name, by, body, at in journal.timeline(dossier.key)
    ]


@dataclass(frozen=True)
class NamedDraft:
    """A draft with the name of the procedure it is for."""

    draft: DraftFacts
    procedure: Procedure


def drafts_with_names(drafts: list[DraftFacts]) -> list[NamedDraft]:
    """Drafts of procedures that are still there."""
    rows = Procedure.objects.only("code", "name", "name_en").in_bulk({d.form for d in drafts})
    return [NamedDraft(d, rows[d.form]) for d in drafts if d.form in rows]


def answers(schema: dict[str, Any], data: dict[str, Any], language: str) -> list[tuple[str, str]]:
    """(question, answer) pairs of a filled form, in the form's order."""
    shown: list[tuple[str, str]] = []
    for section in forms.render(schema, data, {}, language).sections:
        for field in section.fields:
            _answer(field, "", shown)
    return shown


def _answer(field: Field, above: str, shown: list[tuple[str, str]]) -> None:
    label = f"{above} · {field.label}" if above else field.label
    for row in field.rows:
        for inner in row.fields:
            _answer(inner, row.label, shown)
    if field.widget == "rows":
        return
    chosen = [option.label for option in field.options if option.chosen]
    value = chosen[0] if chosen else field.value
    if field.widget == "checkbox":
        value = "✓" if field.checked else ""
    if value:
        shown.append((label, value))


def demonstrated() -> list[Procedure]:
    """The shipped procedures of the city and its communes, in which invented people apply."""
    from hoaphuong.dossiers.catalogue.shipped import shipped

    codes = [one.code for one in shipped() if {"xa", "tinh"} & set(one.levels)]
    return list(Procedure.objects.filter(code__in=codes).order_by("code"))
