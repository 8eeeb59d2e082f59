"""Find a service and read it: cost, office, papers, and the day one would have the result."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from hoaphuong.dossiers import queries
from hoaphuong.dossiers.catalogue.records import ProcedureRecord
from hoaphuong.dossiers.catalogue.shipped import shipped
from hoaphuong.dossiers.models import Procedure
from hoaphuong.dossiers.rules import due_on, office_level
from hoaphuong.dossiers.statuses import CHANNELS, unit_word
from hoaphuong.kernel.access import holds, page
from hoaphuong.reference import queries as calendar


def page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return int(text) if text.isdecimal() and len(text) < 6 else 1


@require_GET
@page(public=True)
def search(request: HttpRequest) -> HttpResponse:
    text, sector = request.GET.get("q", "")[:100], request.GET.get("sector", "")[:200]
    found = queries.search_procedures(text=text, sector=sector, page=page_number(request))
    context = {"found": found, "text": text, "sector": sector, "sectors": queries.sectors()}
    return render(request, "dossiers/services.html", context)


@dataclass(frozen=True)
class Way:
    """One way to apply: its time limit, what it costs, and when the result would be there."""

    channel: Any
    amount: int | None
    unit: Any
    raw_limit: str
    fees: tuple[Any, ...]
    raw_fee: str
    result_on: date | None


def ways(record: ProcedureRecord) -> list[Way]:
    """Each way with the due date of a dossier received now."""
    now = timezone.localtime()
    found = []
    for terms in record.channels:
        limit = terms.limit
        day = None
        if limit:
            try:
                day = due_on(
                    amount=limit.amount,
                    unit=limit.unit,
                    received=now,
                    add_working_days=calendar.add_working_days,
                )
            except calendar.OutsideCalendar:
                day = None  # years away: the calendar of days off is not announced yet
        found.append(
            Way(
                channel=CHANNELS.get(terms.channel, terms.channel),
                amount=limit.amount if limit else None,
                unit=unit_word(limit.unit, limit.amount) if limit else "",
                raw_limit=terms.raw_limit,
                fees=terms.fees,
                raw_fee=terms.raw_fee,
                result_on=day,
            )
        )
    return found


def documents(row: Procedure, record: ProcedureRecord) -> list[str]:
    """The papers asked for, in English where this program brings the translation."""
    ours = {one.code: one for one in shipped()}.get(row.code)
    if ours and get_language() == "en":
        return [paper.name_en for paper in ours.documents]
    if ours:
        return [paper.name for paper in ours.documents]
    return [paper.name for paper in record.documents]


@require_GET
@page(public=True)
def read(request: HttpRequest, code: str) -> HttpResponse:
    try:
        row = queries.procedure(code)
    except Procedure.DoesNotExist:
        raise Http404 from None
    record = queries.published(row)
    context = {
        "procedure": row,
        "record": record,
        "ways": ways(record),
        "documents": documents(row, record),
        "may_apply": not request.actor.signed_in or holds(request.actor, "dossiers.apply"),
        "level": office_level(record.levels, on=timezone.localdate()),
        "limit_note": record.raw.get("limit_note", ""),
        "fee_note": record.raw.get("fee_note", ""),
    }
    return render(request, "dossiers/service.html", context)
