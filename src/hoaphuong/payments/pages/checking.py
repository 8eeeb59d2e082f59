"""For everyone: was a receipt issued by the city, and was its money paid back."""

import time
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from hoaphuong.identity import queries as identity
from hoaphuong.kernel.access import page
from hoaphuong.kernel.rate_limit import RateLimiter
from hoaphuong.payments import lists, queries
from hoaphuong.payments.models import Receipt
from hoaphuong.payments.pages import asked
from hoaphuong.payments.receipts import called


@cache
def limiter() -> RateLimiter:
    """Guesses of numbers are limited as those of dossiers are."""
    return RateLimiter(
        settings.HOME / "run" / "receipts.counters",
        limit=settings.TRACKING_PER_MINUTE,
        seconds=60,
    )


def _described(receipt: Receipt, language: str) -> dict[str, Any]:
    """What anyone may know who has the paper: neither the payer nor what was paid for."""
    return {
        "number": called(receipt),
        "receipt": receipt,
        "amount": receipt.order.amount,
        "agency": identity.agency(receipt.agency_code).called(language),
        "back": queries.fee_back(receipt.order),
    }


@require_GET
@page(public=True)
def by_number(request: HttpRequest) -> HttpResponse:
    """Look a receipt up by what stands on it: number, day and amount, all three."""
    said = {name: request.GET.get(name, "").strip()[:30] for name in ("number", "day", "amount")}
    context: dict[str, Any] = {**said, "asked": False, "rows": []}
    if not any(said.values()):
        return render(request, "payments/check.html", context)
    if wait := limiter().hit(request.META.get("REMOTE_ADDR", ""), now=time.time()):
        reason = _("Too many look-ups. Try again in %(wait)s seconds.") % {"wait": wait}
        answer = render(request, "429.html", {"reason": reason}, status=429)
        answer["Retry-After"] = str(wait)
        return answer
    number, day = lists.receipt_number(said["number"]), asked.day(said["day"])
    amount = asked.dong(said["amount"])
    faults = {}
    if number is None:
        faults["number"] = _("Give the number that stands on the receipt, such as 0000123.")
    if day is None:
        faults["day"] = _("Give the day that stands on the receipt.")
    if not amount:
        faults["amount"] = _("Give the amount that stands on the receipt, in đồng.")
    if number is None or day is None or not amount:
        return render(request, "payments/check.html", {**context, "faults": faults}, status=422)
    found = lists.receipts(number=number, day=day, amount=amount)
    context |= {"asked": True, "rows": [_described(one, request.LANGUAGE_CODE) for one in found]}
    return render(request, "payments/check.html", context)
