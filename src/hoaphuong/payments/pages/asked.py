"""What the officers' pages read from an address or a form."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from hoaphuong.identity import queries as identity
from hoaphuong.kernel.access import EVERYWHERE, covers
from hoaphuong.payments import lists
from hoaphuong.payments.models import FeeOrder
from hoaphuong.payments.queries import NoSuchOrder

VIEW, COLLECT, RECONCILE, APPROVE = (
    "payments.view", "payments.collect", "payments.reconcile", "payments.approve_refund",
)  # fmt: skip


def number(text: str) -> int:
    """The number of a page; 1 for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 6 else 1


def day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def one_of(text: str, known: Any) -> str:
    return text if text in known else ""


def dong(text: str) -> int | None:
    """Whole đồng as people type them, ``1.250.000`` or ``1250000``; None for anything else."""
    plain = text.strip().replace(".", "").replace(",", "").replace("\N{NO-BREAK SPACE}", "")
    plain = plain.replace(" ", "").removesuffix("đ").removesuffix("VND")
    known = plain.isascii() and plain.isdecimal() and len(plain) < 14
    return int(plain) if known else None


def agencies(request: HttpRequest, permission: str) -> dict[str, str]:
    """The agencies a right is held for, by code, with their names."""
    held = request.actor.agencies(permission)
    known = identity.agencies()
    today = timezone.localdate()
    found = {
        code: facts.called(request.LANGUAGE_CODE)
        for code, facts in known.items()
        if (EVERYWHERE in held or code in held) and not (facts.valid_to and facts.valid_to < today)
    }
    return dict(sorted(found.items(), key=lambda one: one[1]))


def agency(request: HttpRequest, permission: str) -> str:
    """The agency a page is about: the one asked for, else the reader's own; Http404."""
    wanted = request.GET.get("agency", "") or request.POST.get("agency", "")
    if wanted:
        if wanted not in identity.agencies() or not covers(request.actor, permission, wanted):
            raise Http404
        return wanted
    own = getattr(getattr(request.actor, "account", None), "agency_id", None)
    if own and covers(request.actor, permission, own):
        return str(own)
    return next(iter(agencies(request, permission)))


def order(request: HttpRequest, key: str, permission: str = VIEW) -> FeeOrder:
    """An order of the agencies that a right is held for; Http404."""
    try:
        return lists.order_of(key, request.actor.agencies(permission))
    except NoSuchOrder:
        raise Http404 from None


def city() -> str:
    """The city's own agency, whose is the account that transfers go to."""
    return next(code for code, one in identity.agencies().items() if one.kind == "city")


def rights(request: HttpRequest) -> dict[str, dict[str, bool]]:
    """Which of the tabs lead somewhere for this reader."""
    collects = bool(request.actor.agencies(COLLECT))
    return {"rights": {"collect": collects, "statements": keeps_city_books(request)}}


def keeps_city_books(request: HttpRequest) -> bool:
    """Transfers go to the city's account: its statement is for who keeps the city's books."""
    return covers(request.actor, RECONCILE, city())


def shown_page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page of the desk with its tabs."""
    return render(request, template, context | rights(request))
