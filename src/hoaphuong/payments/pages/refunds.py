"""Money that goes back: asked for with a reason, decided by somebody else."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from hoaphuong.identity import queries as identity
from hoaphuong.kernel import outgoing
from hoaphuong.kernel.access import covers, page, require
from hoaphuong.kernel.access_lines import shown
from hoaphuong.payments import actions, lists, wording
from hoaphuong.payments.models import Collection, Refund
from hoaphuong.payments.pages import asked
from hoaphuong.payments.providers import connected
from hoaphuong.payments.receipts import dong


@require_GET
@page(permission=asked.VIEW)
def listed(request: HttpRequest) -> HttpResponse:
    """Refunds that wait, with what this person may do; and those that are over."""
    actor = request.actor
    waiting = request.GET.get("state", "") != "over"
    rows = lists.refunds(agencies=actor.agencies(asked.VIEW), waiting=waiting)
    found = lists.paged(rows, asked.number(request.GET.get("page", "1")))
    shown(
        account=actor.key,
        purpose="payments.refunds",
        filter=f"waiting={waiting} page={found.number}",
        count=len(found.rows),
    )
    names = identity.display_names(
        {one.asked_by for one in found.rows} | {one.approved_by for one in found.rows}
    )
    by_hand = _by_hand(found.rows)
    context = {
        "found": found,
        "waiting": waiting,
        "rows": [
            {
                "refund": one,
                "order": one.collection.order,
                "provider": wording.provider(one.collection.provider),
                "state": wording.REFUNDS[one.state],
                "source": wording.SOURCES[one.source],
                "asked_by": names.get(one.asked_by, ""),
                "approved_by": names.get(one.approved_by, ""),
                "may_settle": one.state == "asked"
                and one.asked_by != actor.key
                and covers(actor, asked.APPROVE, one.agency_code),
                "why": by_hand.get(one.key, ""),
                "may_pay": one.key in by_hand and covers(actor, asked.RECONCILE, one.agency_code),
            }
            for one in found.rows
        ],
    }
    return asked.shown_page(request, "payments/refunds.html", context)


def _by_hand(rows: Iterable[Refund]) -> dict[str, Any]:
    """Approved refunds that no provider sends: cash, transfers, and what a provider did not send,
    with why not."""
    approved = [one for one in rows if one.state == Refund.State.APPROVED]
    kinds = [f"{actions.REFUND}.{code}" for code in connected.ONLINE]
    calls = outgoing.calls(kinds=kinds, subjects=[one.key for one in approved])
    ended = {
        key: outgoing.said(call)[1]
        for key, call in calls.items()
        if call.state in ("dead", "dropped")
    }
    return {
        one.key: ended.get(one.key, "")
        for one in approved
        if one.key in ended or one.collection.provider not in connected.ONLINE
    }


@require_POST
@page(permission=asked.RECONCILE)
def ask(request: HttpRequest, key: str) -> HttpResponse:
    """Ask that money of an order goes back; another person decides."""
    order = asked.order(request, key, asked.RECONCILE)
    said = request.POST
    amount, reason = asked.dong(said.get("amount", "")), said.get("reason", "").strip()[:500]
    source = asked.one_of(said.get("source", ""), wording.SOURCES)
    money = Collection.objects.filter(order=order, key=said.get("money", "")).first()
    if money is None or not source or not amount:
        messages.error(request, _("Say which money goes back, and how much of it."))
    elif not reason:
        messages.error(request, _("Say why it goes back: who approves it reads that."))
    else:
        try:
            actions.ask_refund(
                collection=money.key, amount=amount, source=source, reason=reason,
                by=request.actor.key, at=timezone.now(),
            )  # fmt: skip
            messages.success(request, _("The refund is asked for; another person approves it."))
        except actions.TooMuch as fault:
            text = _("At most %(most)s đ can go back from there.")
            messages.error(request, text % {"most": dong(fault.most)})
    return redirect("payments:desk", key)


def _refund(request: HttpRequest, key: str, permission: str) -> Refund:
    found = lists.refund_of(key, request.actor.agencies(asked.VIEW))
    if found is None:
        raise Http404
    require(request.actor, permission, found.agency_code)
    return found


@require_POST
@page(permission=asked.APPROVE, second_factor=True)
def settle(request: HttpRequest, key: str) -> HttpResponse:
    """Approve a refund, or refuse it."""
    _refund(request, key, asked.APPROVE)
    approve = request.POST.get("approve", "")
    if approve not in ("yes", "no"):
        messages.error(request, _("Say whether it is approved or refused."))
        return redirect("payments:refunds")
    try:
        actions.settle_refund(
            key=key, approve=approve == "yes", by=request.actor.key, at=timezone.now()
        )
        done = _("The refund is approved.") if approve == "yes" else _("The refund is refused.")
        messages.success(request, done)
    except actions.NotYours:
        messages.error(request, _("You asked for it yourself: another person decides."))
    except actions.Settled:
        messages.error(request, _("Somebody has decided it in the meantime."))
    return redirect("payments:refunds")


@require_POST
@page(permission=asked.RECONCILE)
def sent(request: HttpRequest, key: str) -> HttpResponse:
    """It was paid by hand: in cash, or by a transfer with its number."""
    found = _refund(request, key, asked.RECONCILE)
    number = request.POST.get("number", "").strip()[:80]
    if not number:
        messages.error(request, _("Give the number of the payment slip or transfer."))
        return redirect("payments:refunds")
    if found.key not in _by_hand([found]):
        messages.error(request, _("Its provider sends it, or it is not approved."))
        return redirect("payments:refunds")
    try:
        actions.refund_sent(
            key=found.key, provider_ref=number, by=request.actor.key, at=timezone.now()
        )
        messages.success(request, _("It is entered as sent back."))
    except actions.Settled:
        messages.error(request, _("It is not approved."))
    return redirect("payments:refunds")
