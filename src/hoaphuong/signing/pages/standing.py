"""Standing orders of the agencies a clerk is in charge of: given for a time, and withdrawn; what
was sealed under them, and what was not."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from hoaphuong.identity import queries as identity
from hoaphuong.kernel.access import covers, page
from hoaphuong.kernel.access_lines import shown
from hoaphuong.signing import actions, queries, reasons, standing_queries
from hoaphuong.signing.models import StandingOrder
from hoaphuong.signing.signables import Signable, signables

SIZE = 50
TABS = {
    standing_queries.SEALED: gettext_lazy("Sealed"),
    standing_queries.WAITING: gettext_lazy("Waiting for the seal"),
    standing_queries.FAILED: gettext_lazy("Not sealed"),
}


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


def _asked(request: HttpRequest, agency: str, code: str) -> Signable:
    """The kind that is asked for, in the charge of this person; Http404."""
    kind = signables().get(code)
    known = agency in identity.agencies() and covers(request.actor, "signing.seal", agency)
    if not known or kind is None or not kind.standing:
        raise Http404
    return kind


@require_POST
@page(permission="signing.seal", second_factor=True)
def give(request: HttpRequest, agency: str) -> HttpResponse:
    """Have papers of one kind sealed as they come, until a day."""
    kind, now = _asked(request, agency, request.POST.get("kind", "")), timezone.now()
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
    kind = _asked(request, agency, request.POST.get("kind", ""))
    actions.withdraw_standing_order(
        kind=kind.kind, agency=agency, by=request.actor.key, at=timezone.now()
    )
    messages.success(request, _("They wait from now on."))
    return redirect("signing:seals")


@require_GET
@page(permission="signing.seal")
def papers(request: HttpRequest, agency: str, code: str) -> HttpResponse:
    """What was sealed as it came, what waits, and what failed and why."""
    kind = _asked(request, agency, code)
    counts = standing_queries.counts(kind.kind, agency)
    first = next((name for name in reversed(TABS) if counts[name]), standing_queries.SEALED)
    state = request.GET.get("state", "")
    state = state if state in TABS else first
    asked = request.GET.get("page", "")[:5]
    number = max(1, int(asked)) if asked.isascii() and asked.isdecimal() else 1
    found = standing_queries.papers(kind.kind, agency, state, page=number, size=SIZE)
    if found:
        shown(
            account=request.actor.key,
            purpose="signing.standing_papers",
            record=agency,
            filter=f"kind={kind.kind} state={state} page={number}",
            count=len(found[:SIZE]),
        )
    context = {
        "agency": identity.agency(agency).called(request.LANGUAGE_CODE),
        "agency_code": agency,
        "kind": kind.kind,
        "label": kind.label,
        "tabs": [(name, label, counts[name]) for name, label in TABS.items()],
        "state": state,
        "papers": _named(kind, found[:SIZE]),
        "number": number,
        "more": len(found) > SIZE,
        "failed": counts[standing_queries.FAILED],
    }
    return render(request, "signing/standing_papers.html", context)


def _named(kind: Signable, found: list[dict]) -> list[dict[str, object]]:
    names = kind.named([one["subject"] for one in found]) if found else {}
    return [
        {
            "name": names.get(one["subject"]) or one["subject"],
            "url": reverse(kind.view, args=[one["subject"]]) if kind.view else "",
            "at": one["ended_at"] or one["batch__waits_until"],
            "why": _why(kind.kind, one),
        }
        for one in found
    ]


def _why(kind: str, one: dict) -> object:
    if one["state"] == "withdrawn":
        return _("Taken back before it was sealed.")
    reason = one["reason"] or (one["batch__fault"] if one["ended_at"] is None else "")
    return reasons.said(kind, reason) if reason else ""


@require_POST
@page(permission="signing.seal")
def again(request: HttpRequest, agency: str) -> HttpResponse:
    """Put what failed before the signers once more, under the order that stands now."""
    kind = _asked(request, agency, request.POST.get("kind", ""))
    try:
        tried = actions.seal_again_as_ordered(kind=kind.kind, agency=agency, at=timezone.now())
    except actions.NoStandingOrder:
        messages.error(request, _("No order stands: give one, then try again."))
    except actions.NotAuthorised:
        messages.error(request, _("You may not sign with this certificate."))
    else:
        said = ngettext("%(n)s paper is tried again.", "%(n)s papers are tried again.", tried)
        messages.success(request, said % {"n": tried})
    return redirect("signing:standing_papers", agency, kind.kind)
