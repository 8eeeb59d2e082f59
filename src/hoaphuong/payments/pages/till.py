"""The counter: cash for an order, found by its number or its code; the till and the bank."""

import re
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from hoaphuong.identity import queries as identity
from hoaphuong.kernel.access import page
from hoaphuong.kernel.access_lines import shown
from hoaphuong.kernel.keys import new_key
from hoaphuong.payments import accounts, actions, lists
from hoaphuong.payments.models import FeeOrder
from hoaphuong.payments.pages import asked
from hoaphuong.payments.pages.desk import context

TOKEN = re.compile(r"/nop/([A-Za-z0-9_-]{20,40})")
KEY = re.compile(r"[0-9a-f]{32}")


def _found(request: HttpRequest, text: str) -> list[FeeOrder]:
    """Orders by number, code or the address that a scanned code opens; open ones first."""
    rows = lists.of(FeeOrder.objects.all(), request.actor.agencies(asked.COLLECT))
    if token := TOKEN.search(urlsplit(text).path):
        return list(rows.filter(token=token[1]))
    wanted = text.upper().replace(" ", "")
    exact = rows.filter(number=wanted) | rows.filter(code=wanted[:10])
    return list(exact.order_by("-ordered_at")[:20])


@require_GET
@page(permission=asked.COLLECT)
def cash(request: HttpRequest) -> HttpResponse:
    """Find the order that somebody at the counter wants to pay."""
    text = request.GET.get("so", "").strip()[:300]
    found = _found(request, text) if text else []
    if text:
        shown(account=request.actor.key, purpose="payments.cash", filter=text, count=len(found))
    if len(found) == 1:
        return redirect("payments:collect", found[0].key)
    return asked.shown_page(request, "payments/cash.html", {"text": text, "orders": found})


@require_http_methods(["GET", "POST"])
@page(permission=asked.COLLECT)
def collect(request: HttpRequest, key: str) -> HttpResponse:
    """Say what is taken before it is taken; taken, the order has its receipt."""
    found = asked.order(request, key, asked.COLLECT)
    if request.method == "POST":
        return _collected(request, found)
    shown(account=request.actor.key, purpose="payments.collect", record=key)
    return asked.shown_page(
        request, "payments/collect.html", context(request, found) | {"once": new_key()}
    )


def _collected(request: HttpRequest, found: FeeOrder) -> HttpResponse:
    amount, once = asked.dong(request.POST.get("amount", "")), request.POST.get("once", "")
    if not amount or not KEY.fullmatch(once):
        messages.error(request, _("Look at the sum again before you take it."))
        return redirect("payments:collect", found.key)
    try:
        actions.take_cash(
            order=found.key, amount=amount, once=once, by=request.actor.key, at=timezone.now()
        )
    except actions.OtherSum:
        messages.error(request, _("Money came in meanwhile: look at what is left to pay."))
        return redirect("payments:collect", found.key)
    except (actions.NotOpen, actions.Untrue):
        messages.error(request, _("There is nothing left to pay."))
    else:
        messages.success(request, _("The cash is entered. The receipt is being sealed."))
    return redirect("payments:desk", found.key)


@require_http_methods(["GET", "POST"])
@page(permission=asked.COLLECT)
def till(request: HttpRequest) -> HttpResponse:
    """What lies in the till, what came in on a day, and what was brought to the bank."""
    agency = asked.agency(request, asked.COLLECT)
    if request.method == "POST":
        return _banked(request, agency)
    day = asked.day(request.GET.get("day", "")) or timezone.localdate()
    found = accounts.till_of(agency, day)
    shown(
        account=request.actor.key,
        purpose="payments.till",
        filter=f"agency={agency} day={day}",
        count=len(found.money),
    )
    names = identity.display_names({by for _at, _amount, by in found.banked})
    shown_here = {
        "till": found,
        "day": day,
        "agency": agency,
        "agencies": asked.agencies(request, asked.COLLECT),
        "banked": [(at, amount, names.get(by, "")) for at, amount, by in found.banked],
        "once": new_key(),
    }
    return asked.shown_page(request, "payments/till.html", shown_here)


def _banked(request: HttpRequest, agency: str) -> HttpResponse:
    amount, once = asked.dong(request.POST.get("amount", "")), request.POST.get("once", "")
    back = f"{reverse('payments:till')}?agency={agency}"
    if not amount or not KEY.fullmatch(once):
        messages.error(request, _("Give the sum in whole đồng."))
        return redirect(back)
    try:
        actions.bring_to_bank(
            agency=agency, amount=amount, once=once, by=request.actor.key, at=timezone.now()
        )
    except actions.TooMuch:
        messages.error(request, _("There is not that much in the till."))
    else:
        messages.success(request, _("It is entered as brought to the bank."))
    return redirect(back)
