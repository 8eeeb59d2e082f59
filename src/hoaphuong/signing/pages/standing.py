"""Standing orders of the agencies a clerk is in charge of: given for a time, and withdrawn."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hoaphuong.identity import queries as identity
from hoaphuong.kernel.access import covers, page
from hoaphuong.signing import actions, queries
from hoaphuong.signing.models import StandingOrder
from hoaphuong.signing.signables import Signable, signables


def rows(agency: str, orders: dict[tuple[str, str], StandingOrder]) -> list[dict[str, object]]:
    """Every kind of paper that can be sealed as it comes, with the order that stands for it."""
    today = timezone.localdate()
    found = {
        one.kind: orders.get((agency, one.kind)) for one in signables().values() if one.standing
    }
    names = identity.display_names({order.given_by for order in found.values() if order})
    return [
        {
            "kind": kind,
            "label": signables()[kind].label,
            "order": order,
            "over": order is not None and order.until < today,
            "by": names.get(order.given_by, "") if order else "",
            "least": today,
            "most": today + timedelta(days=366),
        }
        for kind, order in found.items()
    ]


def _asked(request: HttpRequest, agency: str) -> Signable:
    """The kind that is asked for, in the charge of this person; Http404."""
    kind = signables().get(request.POST.get("kind", ""))
    known = agency in identity.agencies() and covers(request.actor, "signing.seal", agency)
    if not known or kind is None or not kind.standing:
        raise Http404
    return kind


@require_POST
@page(permission="signing.seal", second_factor=True)
def give(request: HttpRequest, agency: str) -> HttpResponse:
    """Have papers of one kind sealed as they come, until a day."""
    kind, now = _asked(request, agency), timezone.now()
    held = queries.certificate_of_agency(agency, at=now)
    try:
        until = date.fromisoformat(request.POST.get("until", ""))
    except ValueError:
        messages.error(request, _("Give the last day as a date."))
        return redirect("signing:seals")
    if held is None:
        messages.error(request, _("There is no certificate in force for this signature."))
        return redirect("signing:seals")
    try:
        actions.give_standing_order(
            kind=kind.kind,
            agency=agency,
            certificate=held.key,
            until=until,
            by=request.actor.key,
            second_factor_at=request.actor.second_factor_at,
            at=now,
        )
    except actions.NotAuthorised as refused:
        said = {
            "until": _("The last day must lie between today and a year from now."),
            "certificate": _("The seal's key is on a device: it cannot seal by itself."),
        }
        messages.error(
            request, said.get(refused.reason, _("You may not sign with this certificate."))
        )
    else:
        messages.success(request, _("They are sealed as they come from now on."))
    return redirect("signing:seals")


@require_POST
@page(permission="signing.seal")
def withdraw(request: HttpRequest, agency: str) -> HttpResponse:
    """Seal no more papers of this kind as they come."""
    kind = _asked(request, agency)
    actions.withdraw_standing_order(
        kind=kind.kind, agency=agency, by=request.actor.key, at=timezone.now()
    )
    messages.success(request, _("They wait from now on."))
    return redirect("signing:seals")
