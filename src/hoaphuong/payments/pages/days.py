"""Each day of each provider beside the provider's own list; a person settles what differs."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from hoaphuong.identity import queries as identity
from hoaphuong.kernel.access import covers, page, require
from hoaphuong.kernel.access_lines import shown
from hoaphuong.payments import actions, comparing, lists, wording
from hoaphuong.payments.actions.reconciling import WAYS
from hoaphuong.payments.models import Difference, Reconciliation
from hoaphuong.payments.pages import asked


@require_GET
@page(permission=asked.VIEW)
def listed(request: HttpRequest) -> HttpResponse:
    """Compared days, the newest first."""
    actor = request.actor
    provider = asked.one_of(request.GET.get("provider", ""), wording.PROVIDERS)
    rows = lists.days(agencies=actor.agencies(asked.VIEW), provider=provider)
    found = lists.paged(rows, asked.number(request.GET.get("page", "1")))
    shown(
        account=actor.key,
        purpose="payments.days",
        filter=f"provider={provider} page={found.number}",
        count=len(found.rows),
    )
    context = {
        "found": found,
        "rows": [
            {
                "day": one,
                "provider": wording.provider(one.provider),
                "agency": identity.agency(one.agency_code).called(request.LANGUAGE_CODE),
            }
            for one in found.rows
        ],
        "provider": provider,
        "providers": {code: wording.PROVIDERS[code] for code in ("vnpay", "payplat", "vietqr")},
    }
    return asked.shown_page(request, "payments/days.html", context)


def _day(request: HttpRequest, key: str) -> Reconciliation:
    found = lists.day_of(key, request.actor.agencies(asked.VIEW))
    if found is None:
        raise Http404
    return found


@require_GET
@page(permission=asked.VIEW)
def day(request: HttpRequest, key: str) -> HttpResponse:
    """One day with its differences, the open ones first."""
    found = _day(request, key)
    shown(account=request.actor.key, purpose="payments.day", record=key)
    rows = lists.differences(found)
    names = identity.display_names({one.settled_by for one in rows} | {found.closed_by})
    may_settle = covers(request.actor, asked.RECONCILE, found.agency_code)
    waiting = sum(one.state == "open" for one in rows)
    context = {
        "day": found,
        "provider": wording.provider(found.provider),
        "agency": identity.agency(found.agency_code).called(request.LANGUAGE_CODE),
        "rows": [_row(one, names) for one in rows],
        "waiting": waiting,
        "may_settle": may_settle,
        "may_close": may_settle
        and not waiting
        and found.compared_at is not None
        and found.closed_at is None,
        "why_not": wording.WHY_NOT.get(found.fault, found.fault),
        "again_at": _coming(found),
        "closed_by": names.get(found.closed_by, ""),
    }
    return asked.shown_page(request, "payments/day.html", context)


def _coming(found: Reconciliation) -> datetime | None:
    """When it is tried again by itself; None for a moment that is over."""
    again = found.again_at
    return again if again is not None and again > timezone.now() else None


def _row(one: Difference, names: dict[str, str]) -> dict[str, Any]:
    return {
        "one": one,
        "kind": wording.KINDS[one.kind],
        "state": wording.DIFFERENCES[one.state],
        "ways": [(code, *wording.WAYS[code]) for code in WAYS[Difference.Kind(one.kind)]],
        "how": wording.WAYS[one.how][0] if one.how else "",
        "by": names.get(one.settled_by, ""),
        "amount": abs((one.theirs or 0) - (one.ours or 0)),
    }


@require_POST
@page(permission=asked.RECONCILE)
def settle(request: HttpRequest, key: str) -> HttpResponse:
    """Settle a difference for good: a way, a reason and a word that one is sure."""
    one = lists.difference_of(key, request.actor.agencies(asked.RECONCILE))
    if one is None:
        raise Http404
    said = request.POST
    reason = said.get("reason", "").strip()[:500]
    how = said.get("how", "")
    if not how or not reason or "sure" not in said:
        messages.error(
            request, _("Choose a way, say why, and confirm: it cannot be taken back afterwards.")
        )
        return redirect("payments:day", one.reconciliation.key)
    try:
        actions.settle_difference(
            key=key, how=how, reason=reason, by=request.actor.key, at=timezone.now()
        )
        messages.success(request, _("The difference is settled."))
    except actions.AlreadySettled:
        messages.error(request, _("Somebody has settled it in the meantime."))
    except actions.WrongWay:
        messages.error(request, _("This kind of difference is not settled so."))
    except actions.Untrue:
        messages.error(request, _("This money was counted with another amount: compare anew."))
    return redirect("payments:day", one.reconciliation.key)


@require_POST
@page(permission=asked.RECONCILE)
def compare(request: HttpRequest, key: str) -> HttpResponse:
    """Compare a day now; the provider is asked for its list while the person waits."""
    found = _day(request, key)
    require(request.actor, asked.RECONCILE, found.agency_code)
    fault = comparing.compare_now(found, by=request.actor.key, at=timezone.now())
    if fault:
        said = _("Not compared: %(why)s What was known of this day is as it was.")
        messages.error(request, said % {"why": wording.WHY_NOT[fault]})
    else:
        messages.success(request, _("The day was compared now."))
    return redirect("payments:day", key)


@require_POST
@page(permission=asked.RECONCILE)
def close(request: HttpRequest, key: str) -> HttpResponse:
    """The accountant is done with a day."""
    found = _day(request, key)
    require(request.actor, asked.RECONCILE, found.agency_code)
    try:
        actions.close_day(key=key, by=request.actor.key, at=timezone.now())
        messages.success(request, _("The day is closed."))
    except actions.StillOpen:
        messages.error(
            request, _("It is not compared, or there are open differences: settle them first.")
        )
    return redirect("payments:day", key)
