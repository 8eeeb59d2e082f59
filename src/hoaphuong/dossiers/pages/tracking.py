"""Where a dossier is, for anyone who has its number: state and dates, nobody's name."""

import time
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from hoaphuong.dossiers import queries
from hoaphuong.dossiers.rules import NUMBER
from hoaphuong.identity import queries as identity
from hoaphuong.kernel.access import page
from hoaphuong.kernel.rate_limit import RateLimiter


@cache
def limiter() -> RateLimiter:
    return RateLimiter(
        settings.HOME / "run" / "tracking.counters",
        limit=settings.TRACKING_PER_MINUTE,
        seconds=60,
    )


def _too_many(request: HttpRequest) -> HttpResponse | None:
    wait = limiter().hit(request.META.get("REMOTE_ADDR", ""), now=time.time())
    if not wait:
        return None
    answer = render(
        request,
        "429.html",
        {"reason": _("Too many look-ups. Try again in %(wait)s seconds.") % {"wait": wait}},
        status=429,
    )
    answer["Retry-After"] = str(wait)
    return answer


def _shown(request: HttpRequest, found: queries.Tracking | None, number: str) -> HttpResponse:
    context = {"number": number, "found": found, "fault": ""}
    if found:
        context["agency"] = identity.agency(found.agency).called(request.LANGUAGE_CODE)
    elif number:
        context["fault"] = (
            _("There is no dossier with this number.")
            if NUMBER.match(number)
            else _("This is not a dossier number. It looks like 000.01.30.H24-230105-0001.")
        )
    status = 404 if number and not found else 200
    return render(request, "dossiers/track.html", context, status=status)


@require_GET
@page(public=True)
def by_number(request: HttpRequest) -> HttpResponse:
    """Look a dossier up by its number; as many look-ups a minute as the setting says."""
    refused = _too_many(request)
    if refused:
        return refused
    number = request.GET.get("so", "").strip().upper()[:60]
    found = queries.track(number=number) if NUMBER.match(number) else None
    return _shown(request, found, number)


@require_GET
@page(public=True)
def by_token(request: HttpRequest, token: str) -> HttpResponse:
    """What the QR code of a slip opens."""
    refused = _too_many(request)
    if refused:
        return refused
    found = queries.track(token=token)
    return _shown(request, found, found.number if found else "?")
