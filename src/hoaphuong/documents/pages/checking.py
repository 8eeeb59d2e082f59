"""For everyone: is this paper the city's, and was it in the register."""

import time
from datetime import date
from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from hoaphuong.documents import copying, queries
from hoaphuong.documents.kinds import KINDS
from hoaphuong.documents.models import Copy, Document, RegisterHead
from hoaphuong.documents.rules import full_number
from hoaphuong.identity import queries as identity
from hoaphuong.kernel.access import page
from hoaphuong.kernel.rate_limit import RateLimiter


@cache
def limiter() -> RateLimiter:
    """Guesses of numbers are limited as those of dossiers are."""
    return RateLimiter(
        settings.HOME / "run" / "checking.counters",
        limit=settings.TRACKING_PER_MINUTE,
        seconds=60,
    )


def _described(document: Document, language: str) -> dict[str, object]:
    """What anyone may know: that it was issued, by whom, when, whether it still counts.

    What it is about is told only of documents that are public.
    """
    return {
        "document": document,
        "number": full_number(document.number, document.notation),
        "kind": KINDS[document.kind].label,
        "agency": identity.agency(document.agency_code).called(language),
        "subject": document.subject_line if document.shown_publicly else "",
        "attachments": document.attachments.all(),
    }


def _described_copy(copy: Copy, language: str) -> dict[str, object]:
    """That the agency made a copy, of which paper, and whether that one still counts."""
    number, day, issuer = copying.original_of(copy)
    return {
        "copy": copy,
        "number": copying.called(copy),
        "form": copying.PRINTED[Copy.Form(copy.form)],
        "agency": identity.agency(copy.agency_code).called(language),
        "original": number,
        "day": day,
        "issuer": issuer,
        "status": copying.status_of(copy),
    }


@require_GET
@page(public=True)
def by_token(request: HttpRequest, token: str) -> HttpResponse:
    """Where the QR code on a paper leads."""
    try:
        document = queries.by_token(token)
    except Document.DoesNotExist:
        return render(request, "documents/check.html", {"rows": [], "asked": True}, status=404)
    rows = [_described(document, request.LANGUAGE_CODE)]
    return render(request, "documents/check.html", {"rows": rows, "asked": True})


@require_GET
@page(public=True)
def by_number(request: HttpRequest) -> HttpResponse:
    """Look a paper up by its number and day."""
    number, day = request.GET.get("number", "").strip()[:60], request.GET.get("day", "")[:10]
    context: dict[str, object] = {"number": number, "day": day, "asked": False, "rows": []}
    if not number and not day:
        return render(request, "documents/check.html", context)
    if wait := limiter().hit(request.META.get("REMOTE_ADDR", ""), now=time.time()):
        reason = _("Too many look-ups. Try again in %(wait)s seconds.") % {"wait": wait}
        answer = render(request, "429.html", {"reason": reason}, status=429)
        answer["Retry-After"] = str(wait)
        return answer
    faults = {}
    try:
        issued_on = date.fromisoformat(day)
    except ValueError:
        issued_on = date.min
        faults["day"] = _("Give the day that stands on the paper.")
    if "/" not in number:
        faults["number"] = _("Give the whole number, such as 15/QĐ-UBND.")
    if faults:
        return render(request, "documents/check.html", {**context, "faults": faults}, status=422)
    found = queries.by_number(number, issued_on=issued_on)
    copies = [one for one in queries.copies_by_number(number, made_on=issued_on)
              if copying.called(one).casefold() == number.casefold()]  # fmt: skip
    context |= {
        "asked": True,
        "rows": [_described(d, request.LANGUAGE_CODE) for d in found],
        "copies": [_described_copy(one, request.LANGUAGE_CODE) for one in copies],
    }
    return render(request, "documents/check.html", context)


@require_GET
@page(public=True)
def heads(request: HttpRequest) -> HttpResponse:
    """The published heads of the chain of issued documents."""
    return render(request, "documents/heads.html", {"heads": queries.heads()})


@require_GET
@page(public=True)
def day(request: HttpRequest, day: str) -> HttpResponse:
    """The chain of one day: what links its first entry to the day's head."""
    try:
        head = queries.head(date.fromisoformat(day))
    except (ValueError, RegisterHead.DoesNotExist):
        raise Http404 from None
    entries = queries.entries_of(head.day)
    context = {
        "head": head,
        "entries": entries,
        "before": queries.hash_before(entries[0].position),
    }
    return render(request, "documents/chain.html", context)
