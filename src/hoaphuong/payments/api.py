"""Where providers tell of payments, and where they send browsers back: docs/payments.md.

A reply is given after the commit. What a browser brings back changes nothing: its provider is
asked, and the browser goes to its order's page.
"""

import json
import logging
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from ninja import Router, Schema, Status

from hoaphuong.kernel.faults import point
from hoaphuong.kernel.rate_limit import RateLimiter
from hoaphuong.payments import actions
from hoaphuong.payments.models import Attempt
from hoaphuong.payments.providers import connected, payplat
from hoaphuong.payments.providers.base import Malformed, NotAuthentic
from hoaphuong.payments.providers.payplat import PayPlat

PREFIX = "/payments"
router = Router(tags=["payments"])
log = logging.getLogger("hoaphuong.payments")
MOST_QUERY, MOST_BODY = 4_000, 16_000
SAID = {
    "00": "Confirm Success",
    "01": "Order not found",
    "02": "Order already confirmed",
    "04": "Invalid amount",
    "97": "Invalid signature",
    "99": "Unknown error",
}


class IpnReply(Schema):
    RspCode: str
    Message: str


class ConfirmReply(Schema):
    MaLoi: str
    MoTaLoi: str
    MaDoiTac: str
    MaThamChieu: str
    ThoiGianGD: str
    MaXacThuc: str


class Refused(Schema):
    detail: str


@cache
def limiter() -> RateLimiter:
    return RateLimiter(
        settings.HOME / "run" / "notifications.counters",
        limit=settings.NOTIFICATIONS_PER_MINUTE,
        seconds=60,
    )


def _too_many(request: HttpRequest, response: HttpResponse) -> Any:
    wait = limiter().hit(request.META.get("REMOTE_ADDR", ""), now=time.time())
    if not wait:
        return None
    response["Retry-After"] = str(wait)
    return Status(429, {"detail": f"Too many messages. Try again in {wait} seconds."})


def _single(fields: QueryDict) -> dict[str, str]:
    """One value of each; Malformed when a field comes twice, for two readers may take two."""
    if any(len(values) > 1 for _name, values in fields.lists()):
        raise Malformed("A field comes twice.")
    return {str(name): str(value) for name, value in fields.items()}


def _judged(code: str, message: Mapping[str, str]) -> str:
    """The code that a provider's message is answered with, once all of it is committed."""
    try:
        said = connected.provider(code).read(message)
        answer = actions.notified(provider=code, said=said, by=code, at=timezone.now())
    except NotAuthentic:
        answer = "97"
    except Malformed:
        answer = "99"
    if answer not in ("00", "02"):
        log.warning("a notification was not taken", extra={"provider": code, "answer": answer})
    point("payments.replied")
    return answer


@router.get(
    "/vnpay/ipn", response={200: IpnReply, 404: Refused, 429: Refused}, url_name="vnpay_ipn"
)
def vnpay_ipn(request: HttpRequest, response: HttpResponse) -> Any:
    """VNPAY tells of a payment. Checked in this order: signature, order, amount, already done."""
    if too_many := _too_many(request, response):
        return too_many
    if "vnpay" not in connected.online():
        return Status(404, {"detail": "Not found."})
    answer = "99"
    if len(request.META.get("QUERY_STRING", "")) <= MOST_QUERY:
        try:
            answer = _judged("vnpay", _single(request.GET))
        except Malformed:
            answer = "99"
    return {"RspCode": answer, "Message": SAID[answer]}


@router.post(
    "/payplat/confirm",
    response={200: ConfirmReply, 404: Refused, 413: Refused, 429: Refused},
    url_name="payplat_confirm",
)
def payplat_confirm(request: HttpRequest, response: HttpResponse) -> Any:
    """The national platform tells of a payment; the reply is signed and has VNPAY's codes."""
    if too_many := _too_many(request, response):
        return too_many
    platform = connected.online().get("payplat")
    if not isinstance(platform, PayPlat):
        return Status(404, {"detail": "Not found."})
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BODY:
        return Status(413, {"detail": "Too large."})
    try:
        message = _object(request.body)
        answer = _judged("payplat", message)
    except Malformed:
        message, answer = {}, "99"
    return platform.reply(message, code=answer, said=SAID[answer], at=timezone.now())


def _object(raw: bytes) -> dict[str, str]:
    """A JSON object of words; Malformed, also when a name comes twice in it."""
    try:
        fields = json.loads(raw, object_pairs_hook=_once_each)
    except (ValueError, RecursionError) as fault:
        raise Malformed("JSON") from fault
    if not isinstance(fields, dict) or not all(isinstance(one, str) for one in fields.values()):
        raise Malformed("no object of words")
    return fields


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = {name: value for name, value in pairs if value is not None}
    if len(pairs) != len(dict(pairs)):
        raise Malformed("A name comes twice.")
    return fields


@router.get("/vnpay/return", include_in_schema=False, url_name="vnpay_return")
def vnpay_return(request: HttpRequest, response: HttpResponse) -> Any:
    """A payer comes back from VNPAY."""
    if too_many := _too_many(request, response):
        return too_many
    return _back("vnpay", lambda: _single(request.GET))


@router.post("/payplat/return", include_in_schema=False, url_name="payplat_return")
def payplat_return(request: HttpRequest, response: HttpResponse) -> Any:
    """A payer comes back from the platform."""
    if too_many := _too_many(request, response):
        return too_many
    data = request.POST.get("data", "")
    return _back("payplat", lambda: payplat.returned(data[:MOST_BODY]))


def _back(code: str, fields: Any) -> HttpResponse:
    """To the order's page, whose address is given only to who brings a signed reference."""
    try:
        said = connected.provider(code).read(fields())
        token = actions.ask_back(provider=code, reference=said.reference, at=timezone.now())
    except (connected.NotConnected, NotAuthentic, Malformed, Attempt.DoesNotExist):
        return HttpResponseRedirect("/", status=303)
    return HttpResponseRedirect(reverse("payments:order", args=[token]), status=303)
