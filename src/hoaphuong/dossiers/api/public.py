"""What anyone may ask: the services, and where a dossier is."""

import time
from dataclasses import asdict
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Status
from ninja.errors import HttpError

from hoaphuong.dossiers import queries
from hoaphuong.dossiers.api.schemas import (
    CODE_CHARS,
    NUMBER_CHARS,
    Problem,
    ProcedureFull,
    ProcedurePage,
    Search,
    Tracked,
)
from hoaphuong.dossiers.models import Procedure
from hoaphuong.dossiers.pages.tracking import limiter
from hoaphuong.dossiers.rules import NUMBER
from hoaphuong.dossiers.statuses import STATUSES
from hoaphuong.identity import queries as identity

router = Router()


@router.get("/procedures", response={200: ProcedurePage, 422: Problem})
def procedures(request: HttpRequest, asked: Query[Search]) -> Any:
    """Services whose name, code or sector has every word; accents do not matter."""
    found = queries.search_procedures(text=asked.q, sector=asked.sector, page=asked.page)
    return {
        "items": [
            {
                "code": row.code,
                "name": row.name,
                "name_en": row.name_en,
                "sector": row.sector,
                "offered_online": row.offered_online,
            }
            for row in found.procedures
        ],
        "page": found.number,
        "more": found.more,
        "total": found.total,
    }


@router.get("/procedures/{code}", response={200: ProcedureFull, 404: Problem, 422: Problem})
def procedure(request: HttpRequest, code: Annotated[str, Path(max_length=CODE_CHARS)]) -> Any:
    """Everything published about one service; 404 when the city does not know its code."""
    try:
        row = queries.procedure(code)
    except Procedure.DoesNotExist:
        raise HttpError(404, _("There is no procedure with this code.")) from None
    record = queries.published(row)
    return {
        **asdict(record),
        "name_en": row.name_en,
        "offered_online": row.offered_online,
        "steps": record.steps_text,
        "requirements": record.requirements_text,
        "result": record.result_text,
        "limit_note": record.raw.get("limit_note", ""),
        "fee_note": record.raw.get("fee_note", ""),
        "updated_at": row.updated_at,
    }


@router.get("/tracking/{number}", response={200: Tracked, 404: Problem, 422: Problem, 429: Problem})
def tracking(
    request: HttpRequest,
    response: HttpResponse,
    number: Annotated[str, Path(max_length=NUMBER_CHARS)],
) -> Any:
    """State and dates of a dossier; as many look-ups a minute as the tracking page allows."""
    wait = limiter().hit(request.META.get("REMOTE_ADDR", ""), now=time.time())
    if wait:
        response["Retry-After"] = str(wait)
        text = _("Too many look-ups. Try again in %(wait)s seconds.") % {"wait": wait}
        return Status(429, {"detail": text})
    wanted = number.strip().upper()
    found = queries.track(number=wanted) if NUMBER.match(wanted) else None
    if found is None:
        raise HttpError(404, _("There is no dossier with this number."))
    language = request.LANGUAGE_CODE
    return {
        **asdict(found),
        "agency": identity.agency(found.agency).called(language),
        "status_name": str(STATUSES[found.status][0]),
    }
