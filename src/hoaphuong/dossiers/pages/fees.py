"""The officer asks for the fee: which ones, of how much, with which reduction; worked out here."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from hoaphuong.dossiers import actions
from hoaphuong.dossiers.fees import Wish, claims, offer, usual, worked_out
from hoaphuong.dossiers.models import Dossier
from hoaphuong.dossiers.pages.desk import of_agency
from hoaphuong.kernel.access import page, require
from hoaphuong.kernel.access_lines import shown
from hoaphuong.payments.fees import Fee, Line, NotAsked, Reduction

PROCESSING, PAYMENT = 4, 6
MOST = 9_999
UNITS = {
    "page": gettext_lazy("Pages"),
    "person": gettext_lazy("People"),
    "case": gettext_lazy("Cases"),
}


@dataclass(frozen=True)
class Row:
    """One fee on the form; ``units`` is what they are called, None where only copies count."""

    fee: Fee
    chosen: bool
    wish: Wish
    units: Any
    by_copy: bool
    reductions: list[Reduction]
    line: Line | None = None


def _count(text: str) -> int | None:
    """A whole number of units; None for what is none."""
    text = text.strip()
    known = text.isascii() and text.isdecimal() and len(text) < 6
    return int(text) if known and 0 < int(text) <= MOST else None


def _wishes(request: HttpRequest, fees: tuple[Fee, ...]) -> tuple[dict[str, Wish], dict[str, str]]:
    """What the form says, and the fault of each field."""
    found: dict[str, Wish] = {}
    faults: dict[str, str] = {}
    for fee in fees:
        if f"pick-{fee.code}" not in request.POST:
            continue
        counted = {}
        for what in ("units", "copies"):
            name = f"{what}-{fee.code}"
            number = _count(request.POST.get(name, "1"))
            if number is None:
                faults[name] = _("Give a whole number from 1 to 9999.")
            counted[what] = number or 1
        reduction = request.POST.get(f"reduction-{fee.code}", "")[:40]
        found[fee.code] = Wish(**counted, reduction=reduction)
    return found, faults


def _rows(fees: tuple[Fee, ...], wishes: dict[str, Wish], channel: str, lines: list[Line]) -> Any:
    worked = {one.code: one for one in lines}
    return [
        Row(
            fee,
            fee.code in wishes,
            wishes.get(fee.code) or usual(fee, channel),
            UNITS.get(fee.per),
            fee.per in ("copy", "page") or fee.free_copies > 0,
            claims(fee, channel),
            worked.get(fee.code),
        )
        for fee in fees
    ]


@require_http_methods(["GET", "POST"])
@page(permission="dossiers.process")
def ask(request: HttpRequest, key: str) -> HttpResponse:
    """Choose the fees of the procedure; the sum is worked out anew with every answer."""
    dossier = of_agency(request, key)
    require(request.actor, "dossiers.process", dossier.agency_code)
    today = timezone.localdate()
    offered = offer(dossier.procedure_id, dossier.procedure.record, dossier.channel, on=today)
    wishes = {one.code: usual(one, dossier.channel) for one in offered.fees[:1]}
    faults: dict[str, str] = {}
    if request.method == "POST":
        wishes, faults = _wishes(request, offered.fees)
    try:
        lines = worked_out(offered.fees, wishes, dossier.channel)
    except NotAsked:
        lines, faults["reduction"] = [], _("Choose a reduction from the list.")
    asks = request.method == "POST" and "ask" in request.POST
    if asks and not faults:
        if not lines:
            faults["fees"] = _("Choose at least one fee.")
        elif _asked(request, dossier, lines):
            return redirect("dossiers:desk", key)
    if request.method == "GET":
        shown(account=request.actor.key, purpose="dossiers.fee", record=dossier.key)
    context = {
        "dossier": dossier,
        "offer": offered,
        "rows": _rows(offered.fees, wishes, dossier.channel, lines),
        "total": sum(one.amount for one in lines),
        "may_ask": dossier.status in (PROCESSING, PAYMENT),
        "again": dossier.status == PAYMENT,
        "note": request.POST.get("note", "")[:2_000],
        "faults": faults,
    }
    return render(request, "dossiers/fee.html", context, status=422 if faults else 200)


def _asked(request: HttpRequest, dossier: Dossier, lines: list[Line]) -> bool:
    try:
        actions.ask_payment(
            key=dossier.key,
            lines=lines,
            note=request.POST.get("note", "").strip()[:2_000],
            by=request.actor.key,
            at=timezone.now(),
        )
    except actions.WrongStatus:
        messages.error(request, _("A colleague has moved this dossier on in the meantime."))
    else:
        messages.success(request, _("The fee is asked for; the applicant can pay it now."))
    return True
