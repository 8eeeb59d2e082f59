"""The page of one order, open to whoever has its address; how it is paid, and the way back."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import cache, wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from hoaphuong.identity import queries as identity
from hoaphuong.kernel.access import page
from hoaphuong.kernel.rate_limit import RateLimiter
from hoaphuong.payments import actions, asking, lists, queries, wording
from hoaphuong.payments.models import Attempt, FeeOrder, Receipt
from hoaphuong.payments.providers import connected, vietqr
from hoaphuong.payments.providers.base import Declined, ProviderFault
from hoaphuong.payments.queries import NoSuchOrder

PAYER = "payer"  # who acts when nobody is signed in
LOOKED_AT = timedelta(minutes=3)  # for so long the page of a paid order asks for its receipt
PATIENCE = 20.0  # seconds until a provider is said not to answer


@cache
def _limiter(home: Path, limit: int) -> RateLimiter:
    return RateLimiter(home / "run" / "payments.counters", limit=limit, seconds=60)


def limited(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """As many look-ups a minute as tracking allows: of one order, and of orders that are not there.

    A page that renews itself takes nothing from others behind the same address.
    """

    @wraps(view)
    def counted(request: HttpRequest, token: str, **more: Any) -> HttpResponse:
        caller = request.META.get("REMOTE_ADDR", "")
        limiter = _limiter(settings.HOME, settings.TRACKING_PER_MINUTE)
        wait = limiter.hit(f"{caller} {token}", now=time.time())
        if not wait:
            try:
                return view(request, token, **more)
            except Http404:
                wait = limiter.hit(caller, now=time.time())
                if not wait:
                    raise
        reason = _("Too many look-ups. Try again in %(wait)s seconds.") % {"wait": wait}
        answer = render(request, "429.html", {"reason": reason}, status=429)
        answer["Retry-After"] = str(wait)
        return answer

    return counted


def _order(token: str) -> FeeOrder:
    try:
        return lists.order_by_token(token)
    except NoSuchOrder:
        raise Http404 from None


def _owns(request: HttpRequest, order: FeeOrder) -> bool:
    return bool(order.account_key) and request.actor.key == order.account_key


def ways() -> list[str]:
    """The ways to pay from home that the city has."""
    online = connected.online()
    found = [code for code in connected.ONLINE if code in online]
    return [*found, "vietqr"] if connected.own_account() else found


def context(request: HttpRequest, order: FeeOrder) -> dict[str, Any]:
    """What every page of an order shows; the payer's name only to the payer."""
    came = sum(one.amount for one in lists.money_of(order))
    gone = queries.sent_back(order)
    over_gone = sum(one.amount for one in gone if one.source == "over")
    owner = _owns(request, order)
    receipt = lists.receipt_of(order)
    return {
        "order": order,
        "agency": identity.agency(order.agency_code).called(request.LANGUAGE_CODE),
        "lines": wording.lines(order, request.LANGUAGE_CODE),
        "came": came,
        "left": max(0, order.amount - came),
        "over": max(0, came - order.amount - over_gone) if order.state == "paid" else 0,
        "gone": gone,
        "owed": came - sum(one.amount for one in gone),
        "back": queries.fee_back(order),
        "state": wording.STATES[order.state],
        "owner": owner,
        "receipt": receipt,
    }


@require_GET
@page(public=True)
@limited
def order(request: HttpRequest, token: str) -> HttpResponse:
    """What is asked for, how it was worked out, what came in, and the ways to pay the rest.

    Providers send browsers back here.
    """
    found = _order(token)
    shown = context(request, found)
    shown["ways"] = ways() if found.state == "open" else []
    shown["asking"] = _being_asked(found)
    shown["renews"] = shown["asking"] or _being_sealed(found, shown["receipt"])
    return render(request, "payments/order.html", shown)


def _being_asked(found: FeeOrder) -> str:
    """Which provider may have money by now: it is asked, whatever a browser brought back."""
    attempt, now = lists.newest_attempt(found), timezone.now()
    if attempt is None or found.state != "open" or attempt.state != Attempt.State.STARTED:
        return ""
    if attempt.provider not in connected.online() or now > attempt.started_at + actions.FRESH:
        return ""
    if attempt.address:
        actions.ask_back(provider=attempt.provider, reference=attempt.reference, at=now)
    return str(wording.provider(attempt.provider))


def _being_sealed(found: FeeOrder, receipt: Receipt | None) -> bool:
    """Whether the receipt may come while the payer looks."""
    if receipt is None or receipt.sealed_at is not None or found.ended_at is None:
        return False
    return timezone.now() < found.ended_at + LOOKED_AT


@require_POST
@page(public=True)
@limited
def pay(request: HttpRequest, token: str, way: str) -> HttpResponse:
    """Open a way to pay, or go on with the one that was just opened."""
    found = _order(token)
    if way not in ways():
        messages.error(request, _("This way to pay is not there now. Choose another one."))
        return redirect("payments:order", token)
    try:
        attempt = actions.begin(
            order=found.key, provider=way, by=request.actor.key or PAYER, at=timezone.now()
        )
    except (actions.NotOpen, actions.NothingToPay):
        messages.info(request, _("There is nothing left to pay."))
        return redirect("payments:order", token)
    if way == "vietqr":
        return redirect("payments:transfer", token)
    if way not in connected.ASKED_FIRST and not attempt.address:
        try:
            client = request.META.get("REMOTE_ADDR", "")
            asking.page_to_pay(attempt.key, client=client or asking.NO_ADDRESS)
        except (ProviderFault, Declined):
            actions.ended(attempt=attempt.key, said="silent", by=way, at=timezone.now())
            messages.error(request, _("It does not answer now. Choose another way to pay."))
            return redirect("payments:order", token)
    return redirect("payments:leaving", token, way)


@require_GET
@page(public=True)
@limited
def leaving(request: HttpRequest, token: str, way: str) -> HttpResponse:
    """To the provider's page, once it has said where that is."""
    found = _order(token)
    attempt = lists.newest_attempt(found, way)
    if attempt is None or attempt.state != Attempt.State.STARTED or found.state != "open":
        return redirect("payments:order", token)
    if attempt.address and request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": attempt.address})
    waited = (timezone.now() - attempt.started_at).total_seconds()
    shown = {
        "order": found,
        "attempt": attempt,
        "provider": wording.provider(way),
        "silent": not attempt.address and waited > PATIENCE,
    }
    return render(request, "payments/leaving.html", shown)


def _code(found: FeeOrder) -> tuple[Attempt, connected.OwnAccount, Any]:
    """The transfer that waits for an order, whereto, and its code; Http404."""
    import segno  # with the first code, not with the server

    attempt, own = lists.newest_attempt(found, "vietqr"), connected.own_account()
    if attempt is None or own is None or found.state != "open":
        raise Http404
    text = vietqr.text(
        bin=own.bin, account=own.number, amount=attempt.amount, note=attempt.reference
    )
    return attempt, own, segno.make(text, error="m")


@require_GET
@page(public=True)
@limited
def transfer(request: HttpRequest, token: str) -> HttpResponse:
    """The code of a bank transfer, and in words what it says."""
    found = _order(token)
    if found.state != "open" or lists.newest_attempt(found, "vietqr") is None:
        return redirect("payments:order", token)
    attempt, own, _qr = _code(found)
    shown = context(request, found) | {"attempt": attempt, "own": own}
    return render(request, "payments/transfer.html", shown)


@require_GET
@page(public=True)
@limited
def qr(request: HttpRequest, token: str) -> HttpResponse:
    """The code as a picture without a name in it, to show or to keep."""
    found = _order(token)
    attempt, _own, made = _code(found)
    svg = made.svg_inline(border=4, dark="#000000", light="#ffffff", scale=6)
    answer = HttpResponse(
        svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1),
        content_type="image/svg+xml",
    )
    how = "attachment" if "tai" in request.GET else "inline"
    answer["Content-Disposition"] = f'{how}; filename="{attempt.reference}.svg"'
    answer["Cache-Control"] = "private, no-store"
    return answer
