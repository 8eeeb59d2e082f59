"""The leaders' scoreboard, and the tables anyone may take away."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from hoaphuong.kernel.access import page
from hoaphuong.warehouse import publication, queries, wording
from hoaphuong.warehouse.contracts import AgencyFigures, Definition, FeeFigures, ScoreboardRow


@dataclass(frozen=True)
class AgencyLine:
    name: str
    figures: AgencyFigures


@dataclass(frozen=True)
class FeeLine:
    """Fees of an agency, by its name, or of a month, by its first day."""

    name: str | date
    figures: FeeFigures
    receipt: str | None


@dataclass(frozen=True)
class ComparedLine:
    """A scoreboard row in words."""

    row: ScoreboardRow
    name: str
    announced: str | None
    computed: str | None


@dataclass(frozen=True)
class TableLine:
    definition: Definition
    text: str
    columns: list[str]
    public: bool


def _year(request: HttpRequest) -> int:
    """The year asked for, else the newest that is not in the future."""
    asked = request.GET.get("nam", "")
    if asked.isascii() and asked.isdecimal() and len(asked) == 4:
        return int(asked)
    this_year = timezone.localdate().year
    return max((year for year in queries.years() if year <= this_year), default=this_year)


def _fees(year: int, called: dict[str, str]) -> dict[str, list[FeeLine]]:
    """The same fees twice: by agency and by month."""
    return {
        "fees_by_agency": [
            FeeLine(called.get(one.of, one.of), one, wording.lasting(one.mean_seconds))
            for one in queries.fees(year, by="agency")
        ],
        "fees_by_month": [
            FeeLine(date.fromisoformat(one.of), one, wording.lasting(one.mean_seconds))
            for one in queries.fees(year, by="month")
        ],
    }


def _now(request: HttpRequest) -> dict[str, Any]:
    with queries.one_computation():
        try:
            return _figures(request)
        except (queries.UnknownTable, queries.UnknownColumn):
            # Published by the version before this one: the worker's first turn computes anew.
            year = _year(request)
            return {"year": year, "years": [year], "fresh": None, "renewing": True}


def _figures(request: HttpRequest) -> dict[str, Any]:
    year = _year(request)
    language = wording.language()
    texts = {found.table: found for found in queries.definitions()}
    called = queries.names("agencies", language)
    told = queries.announced()
    return {
        "year": year,
        "years": sorted({*queries.years(), told["year"], year}, reverse=True),
        "fresh": queries.freshness(),
        "tiles": [
            wording.tile(indicator, texts.get(indicator.table), year=year)
            for indicator in queries.indicators(today=timezone.localdate(), year=year)
        ],
        "agencies": [
            AgencyLine(called.get(figures.agency, figures.agency), figures)
            for figures in queries.by_agency(year)
        ],
        "compared": [
            ComparedLine(
                row=row,
                name=row["name_en" if language.startswith("en") else "name"],
                announced=wording.announced(row),
                computed=wording.figure(row["computed"], row["unit"]),
            )
            for row in queries.scoreboard(year)
        ],
        "source": told["source_en" if language.startswith("en") else "source_vi"],
        "announced_year": told["year"],
        **_fees(year, called),
    }


@require_GET
@page(permission="warehouse.view_scoreboard")
def scoreboard(request: HttpRequest) -> HttpResponse:
    """The whole page; without JavaScript it is as new as its last load."""
    return render(request, "warehouse/scoreboard.html", _now(request))


@require_GET
@page(permission="warehouse.view_scoreboard")
def scoreboard_now(request: HttpRequest) -> HttpResponse:
    """The figures alone; nothing when the page shows the newest, so that an open detail stays."""
    fresh = queries.freshness()
    seen = request.GET.get("da-xem", "")
    if fresh and seen == fresh.computed_at.isoformat():
        return HttpResponse(status=204)
    return render(request, "warehouse/parts/now.html", _now(request))


@require_GET
@page(public=True)
def tables(request: HttpRequest) -> HttpResponse:
    """Every published table with its definition; those without small counts to hide as CSV."""
    language = wording.language()
    lines = [
        TableLine(
            definition=found,
            text=found.text(language),
            columns=queries.columns(found.table),
            public=publication.is_public(found.table),
        )
        for found in queries.definitions()
    ]
    lines.sort(key=lambda line: (not line.public, line.definition.table))
    context = {"tables": lines, "fresh": queries.freshness(), "least": publication.LEAST}
    return render(request, "warehouse/tables.html", context)


@require_GET
@page(public=True)
def table_csv(request: HttpRequest, table: str) -> StreamingHttpResponse:
    """One table as CSV, line by line; 404 for a table that is for staff only."""
    if not publication.is_public(table) or table not in queries.table_names():
        raise Http404
    lines = publication.csv_lines(table, today=timezone.localdate(), language=wording.language())
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{table}.csv"'
    return response
