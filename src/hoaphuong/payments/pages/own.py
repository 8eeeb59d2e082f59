"""What a citizen was asked to pay, and the receipts."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from hoaphuong.files import pages as files
from hoaphuong.identity import queries as identity
from hoaphuong.kernel.access import page
from hoaphuong.payments import lists, queries, wording

OWN = "payments.own"
MOST = 200


@require_GET
@page(permission=OWN)
def mine(request: HttpRequest) -> HttpResponse:
    """Own orders: those to be paid first."""
    orders = list(lists.own_orders(request.actor.key)[:MOST])
    came = lists.came_in(orders)
    rows = [
        {
            "order": one,
            "state": wording.STATES[one.state],
            "agency": identity.agency(one.agency_code).called(request.LANGUAGE_CODE),
            "left": max(0, one.amount - came.get(one.pk, 0)),
            "back": queries.fee_back(one) if one.state == "paid" else None,
        }
        for one in sorted(orders, key=lambda one: one.state != "open")
    ]
    return render(request, "payments/mine.html", {"rows": rows})


@require_GET
@page(permission=OWN)
def own_order(request: HttpRequest, key: str) -> HttpResponse:
    """To the page of an own order, by the key that notices name it by."""
    order = lists.own_orders(request.actor.key).filter(key=key).first()
    if order is None:
        raise Http404
    return redirect("payments:order", order.token)


@require_GET
@page(permission=OWN)
def receipt(request: HttpRequest, key: str) -> HttpResponse:
    """The sealed receipt of an own order."""
    order = lists.own_orders(request.actor.key).filter(key=key).first()
    found = lists.receipt_of(order) if order else None
    if found is None or not found.file_key:
        raise Http404
    return files.send(request, found.file_key, inline=True)
