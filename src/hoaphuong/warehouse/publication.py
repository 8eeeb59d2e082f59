"""The tables anyone may download: by month for the city and its agencies, small counts hidden.

A month is published once it is over. What changes daily (open and overdue dossiers, the last 31
days) is for staff only: the difference between two days would tell of a few people.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from hoaphuong.warehouse import queries, store
from hoaphuong.warehouse.rules import LEAST as LEAST
from hoaphuong.warehouse.rules import Cell, Key, is_over, suppress


@dataclass(frozen=True)
class PublicTable:
    """The counts of a table (the whole first), the share made of them, and what they count."""

    measures: tuple[str, ...]
    share: str
    family: str


PUBLIC = {
    queries.RECEIVED: PublicTable(("dossiers",), "", "received"),
    queries.ONLINE: PublicTable(("dossiers", "online"), "online_share", "received"),
    queries.ON_TIME: PublicTable(("decided_with_due_day", "on_time"), "on_time_share", "decided"),
    queries.DAYS: PublicTable(("decided", "working_days_total"), "mean_working_days", "decided"),
    queries.PAYMENTS: PublicTable(("payments", "online"), "online_share", "payments"),
    queries.YEARS: PublicTable(
        (
            "received", "received_online", "decided", "decided_online", "decided_with_due_day",
            "on_time",
        ),
        "",
        "year",
    ),
}  # fmt: skip
Counts = dict[str, int]
Figures = dict[Key, Counts]


def is_public(table: str) -> bool:
    """Whether a published table may be downloaded by anyone."""
    return table in PUBLIC


def _figures(family: str, *, today: date) -> Figures:
    """Counts by (month, agency) in the months that are over."""
    tables = [(name, public) for name, public in PUBLIC.items() if public.family == family]
    found: Figures = {}
    for name, public in tables:
        for row in store.totals(name, public.measures, by=["month", "agency"]):
            if is_over(date.fromisoformat(row["month"]), today=today):
                counts = found.setdefault((row["month"], row["agency"] or ""), {})
                counts.update({measure: row[measure] for measure in public.measures})
    return found


def _classes(family: str, counts: Counts) -> tuple[int, ...]:
    """The counts as classes that exclude one another."""
    whole = {"received": "dossiers", "payments": "payments"}.get(family)
    if whole:
        online = counts.get("online", 0)
        return (online, counts.get(whole, 0) - online)
    with_due, on_time = counts.get("decided_with_due_day", 0), counts.get("on_time", 0)
    return (on_time, with_due - on_time, counts.get("decided", 0) - with_due)


def _added(figures: list[Counts]) -> Counts:
    total: Counts = {}
    for counts in figures:
        for name, count in counts.items():
            total[name] = total.get(name, 0) + count
    return total


def _years(family: str, figures: Figures, *, today: date) -> Iterator[Cell]:
    """Year → month → agency; the running year has no total, so its months stand alone."""
    months: dict[str, list[Cell]] = {}
    for (month, agency), counts in sorted(figures.items()):
        cell = Cell((month, agency), _classes(family, counts))
        months.setdefault(month, []).append(cell)
    by_year: dict[str, list[Cell]] = {}
    for month, agencies in months.items():
        whole = tuple(sum(column) for column in zip(*(a.counts for a in agencies), strict=True))
        by_year.setdefault(month[:4], []).append(Cell((month,), whole, tuple(agencies)))
    for year, cells in by_year.items():
        if int(year) == today.year:
            yield from cells
        else:
            whole = tuple(sum(column) for column in zip(*(m.counts for m in cells), strict=True))
            yield Cell((year,), whole, tuple(cells))


def _hidden(family: str, figures: Figures, *, today: date) -> set[Key]:
    hidden: set[Key] = set()
    for cell in _years(family, figures, today=today):
        hidden |= suppress(cell)
    return hidden


def header(table: str) -> list[str]:
    """The columns of a downloaded table."""
    public = PUBLIC[table]
    place = ["year"] if public.family == "year" else ["month", "level", "agency", "agency_name"]
    share = [public.share] if public.share else []
    return [*place, *public.measures, *share, "suppressed"]


def public_rows(table: str, *, today: date, language: str) -> Iterator[list[Any]]:
    """The rows of a downloaded table: the city, then its agencies, month by month."""
    public = PUBLIC[table]
    if queries.freshness() is None:
        return
    if public.family == "year":
        yield from _year_rows(table, today=today)
        return
    figures = _figures(public.family, today=today)
    hidden = _hidden(public.family, figures, today=today)
    called = queries.names("agencies", language)
    months: dict[str, list[tuple[str, Counts]]] = {}
    for (month, agency), counts in sorted(figures.items()):
        months.setdefault(month, []).append((agency, counts))
    for month, agencies in months.items():
        city = _added([counts for _agency, counts in agencies])
        yield [month, "city", "", "", *_shown(public, city, hide=(month,) in hidden)]
        for agency, counts in agencies:
            shown = _shown(public, counts, hide=(month, agency) in hidden)
            yield [month, "agency", agency, called.get(agency, ""), *shown]


def _shown(public: PublicTable, counts: Counts, *, hide: bool) -> list[Any]:
    if hide:
        return [*[""] * len(public.measures), *([""] if public.share else []), 1]
    values = [counts.get(measure, 0) for measure in public.measures]
    if not public.share:
        return [*values, 0]
    whole, part = values
    return [*values, round(part / whole, 6) if whole else "", 0]


def _year_rows(table: str, *, today: date) -> Iterator[list[Any]]:
    """Years that are over; a year is hidden where its months are, or where online is too few."""
    hidden = {
        family: _hidden(family, _figures(family, today=today), today=today)
        for family in ("received", "decided")
    }
    for row in store.rows(table, order=["year"]):
        if row["year"] >= today.year:
            continue
        year: Key = (str(row["year"]),)
        online = (row["decided_online"], row["decided"] - row["decided_online"])
        shown: dict[str, Any] = {name: row[name] for name in PUBLIC[table].measures}
        if year in hidden["received"]:
            shown.update(received="", received_online="")
        if year in hidden["decided"]:
            shown.update(decided="", decided_online="", decided_with_due_day="", on_time="")
        elif suppress(Cell(year, online)):
            shown.update(decided_online="")
        yield [row["year"], *shown.values(), int("" in shown.values())]


def csv_lines(table: str, *, today: date, language: str) -> Iterator[str]:
    """A downloaded table as CSV (RFC 4180)."""
    with store.one_computation():
        found = list(public_rows(table, today=today, language=language))
    return (_line(row) for row in [header(table), *found])


def _line(values: list[Any]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(values)
    return out.getvalue()
