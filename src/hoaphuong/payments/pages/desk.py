"""The agency's orders: the list with its file, and one order with all that happened to it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from hoaphuong.files import pages as files
from hoaphuong.identity import queries as identity
from hoaphuong.kernel.access import covers, page
from hoaphuong.kernel.access_lines import shown
from hoaphuong.payments import csv_files, lists, queries, wording
from hoaphuong.payments.models import Collection, FeeOrder
from hoaphuong.payments.pages import asked
from hoaphuong.payments.queries import refundable


def _chosen(request: HttpRequest) -> dict[str, Any]:
    said = request.GET
    return {
        "search": said.get("q", "")[:100],
        "state": asked.one_of(said.get("state", ""), wording.STATES),
        "agency": said.get("agency", "")[:13],
        "day": asked.day(said.get("day", "")),
    }


def _filter(chosen: dict[str, Any]) -> str:
    return (
        f"q={chosen['search']} state={chosen['state']} agency={chosen['agency']} "
        f"day={chosen['day'] or ''}"
    )


def _rows(found: list[FeeOrder], language: str) -> list[dict[str, Any]]:
    came = lists.came_in(found)
    return [
        {
            "order": one,
            "state": wording.STATES[one.state],
            "agency": identity.agency(one.agency_code).called(language),
            "came": came.get(one.pk, 0),
        }
        for one in found
    ]


@require_GET
@page(permission=asked.VIEW)
def orders(request: HttpRequest) -> HttpResponse:
    """Orders of the reader's agencies, the newest first."""
    chosen = _chosen(request)
    rows = lists.orders(agencies=request.actor.agencies(asked.VIEW), **chosen)
    found = lists.paged(rows, asked.number(request.GET.get("page", "1")))
    shown(
        account=request.actor.key,
        purpose="payments.orders",
        filter=f"{_filter(chosen)} page={found.number}",
        count=len(found.rows),
    )
    context = chosen | {
        "found": found,
        "rows": _rows(found.rows, request.LANGUAGE_CODE),
        "states": {code: words[0] for code, words in wording.STATES.items()},
        "agencies": asked.agencies(request, asked.VIEW),
        "may_collect": bool(request.actor.agencies(asked.COLLECT)),
    }
    return asked.shown_page(request, "payments/orders.html", context)


@require_GET
@page(permission=asked.VIEW)
def orders_csv(request: HttpRequest) -> HttpResponse:
    """The same list as a file, without payers' names."""
    chosen = _chosen(request)
    rows = lists.orders(agencies=request.actor.agencies(asked.VIEW), **chosen)
    found = list(rows[: lists.MOST_ROWS])
    shown(
        account=request.actor.key,
        purpose="payments.orders_csv",
        filter=_filter(chosen),
        count=len(found),
    )
    head = [
        _("Order"), _("Dossier"), _("Agency"), _("Status"), _("Asked for"), _("Amount"),
        pgettext("money", "Came in"), pgettext("order", "Closed"),
    ]  # fmt: skip
    came = lists.came_in(found)
    lines = [
        [
            one.number,
            one.about_number,
            one.agency_code,
            wording.STATES[one.state][0],
            str(localdate(one.ordered_at)),
            one.amount,
            came.get(one.pk, 0),
            str(localdate(one.ended_at)) if one.ended_at else "",
        ]
        for one in found
    ]
    return csv_files.download("phieu-thu", head, lines)


@require_GET
@page(permission=asked.VIEW)
def read(request: HttpRequest, key: str) -> HttpResponse:
    """One order: its lines, its attempts, its money and what goes back of it."""
    found = asked.order(request, key)
    shown(account=request.actor.key, purpose="payments.order", record=key)
    return asked.shown_page(request, "payments/desk.html", context(request, found))


def context(request: HttpRequest, found: FeeOrder) -> dict[str, Any]:
    actor, language = request.actor, request.LANGUAGE_CODE
    money = lists.money_of(found)
    came = sum(one.amount for one in money)
    moments = lists.timeline(found)
    names = identity.display_names({one.by for one in moments})
    return {
        "order": found,
        "state": wording.STATES[found.state],
        "agency": identity.agency(found.agency_code).called(language),
        "lines": wording.lines(found, language),
        "came": came,
        "left": max(0, found.amount - came) if found.state == "open" else 0,
        "receipt": lists.receipt_of(found),
        "back": queries.fee_back(found),
        "attempts": [
            (one, wording.provider(one.provider), wording.ATTEMPTS[one.state])
            for one in found.attempts.order_by("-id")
        ],
        "money": [_money(one) for one in money],
        "entries": [_entry(one, names) for one in moments],
        "dossier": _dossier(request, found),
        "may_collect": found.state == "open" and covers(actor, asked.COLLECT, found.agency_code),
        "may_ask": covers(actor, asked.RECONCILE, found.agency_code),
    }


def _dossier(request: HttpRequest, found: FeeOrder) -> str:
    """The page of the dossier that waits for the fee, for who may read it."""
    sees = covers(request.actor, "dossiers.view", found.agency_code)
    return reverse("dossiers:desk", args=[found.about]) if sees and _of_dossier(found) else ""


def _of_dossier(found: FeeOrder) -> bool:
    return found.about_kind == "dossier"


def _money(one: Collection) -> dict[str, Any]:
    sources = [
        (code, label, most)
        for code, label in wording.SOURCES.items()
        if (most := refundable(one, code))
    ]
    return {
        "money": one,
        "provider": wording.provider(one.provider),
        "refunds": [(each, wording.REFUNDS[each.state]) for each in one.refunds.all()],
        "chargebacks": list(one.chargebacks.all()),
        "sources": sources,
    }


def _entry(one: lists.Moment, names: dict[str, str]) -> dict[str, Any]:
    provider = one.body.get("provider", "")
    amount = one.body.get("amount", {}).get("amount", "")
    label = wording.EVENTS.get(one.event, one.event)
    words = [str(wording.provider(provider)) if provider else "", one.body.get("said", "")]
    return {
        "label": label,
        "at": one.at,
        "by": names.get(one.by, ""),
        "amount": amount,
        "said": " · ".join(word for word in words if word),
    }


@require_GET
@page(permission=asked.VIEW)
def receipt(request: HttpRequest, key: str) -> HttpResponse:
    """The sealed receipt, for the counter to print."""
    found = lists.receipt_of(asked.order(request, key))
    if found is None or not found.file_key:
        raise Http404
    shown(account=request.actor.key, purpose="payments.receipt", record=key)
    return files.send(request, found.file_key, inline=True)
