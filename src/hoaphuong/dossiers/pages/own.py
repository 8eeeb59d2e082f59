"""What a citizen sees of their own dossiers, and does with them."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hoaphuong.dossiers import actions, queries
from hoaphuong.dossiers.models import Dossier
from hoaphuong.dossiers.pages.moments import entries
from hoaphuong.dossiers.pages.papers import stored_uploads
from hoaphuong.dossiers.rules import may_follow
from hoaphuong.dossiers.slip import slip_pdf
from hoaphuong.files import pages as files
from hoaphuong.files import queries as shelf
from hoaphuong.forms import queries as drafts
from hoaphuong.identity import queries as identity
from hoaphuong.kernel.access import page
from hoaphuong.payments import queries as payments
from hoaphuong.reference.queries import OutsideCalendar


def own(request: HttpRequest, key: str) -> Dossier:
    """The account's own dossier, or nothing there."""
    try:
        return queries.own_dossier(key, request.actor.key)
    except Dossier.DoesNotExist:
        raise Http404 from None


@require_GET
@page(permission="dossiers.apply")
def mine(request: HttpRequest) -> HttpResponse:
    account = request.actor.key
    context = {
        "dossiers": queries.dossiers_of(account)[:200],
        "drafts": queries.drafts_with_names(drafts.drafts_of(account)),
    }
    return render(request, "dossiers/mine.html", context)


@require_GET
@page(permission="dossiers.apply")
def read(request: HttpRequest, key: str) -> HttpResponse:
    dossier = own(request, key)
    papers = list(dossier.files.all())
    facts = shelf.facts([paper.file_key for paper in papers])
    context = {
        "dossier": dossier,
        "agency": identity.agency(dossier.agency_code).called(request.LANGUAGE_CODE),
        "entries": entries(dossier, names=False),
        "papers": [(p, facts[p.file_key]) for p in papers if p.purpose != "result"],
        "results": [(p, facts[p.file_key]) for p in papers if p.purpose == "result"],
        "may_withdraw": may_follow(dossier.status, 7),
        "needs_papers": dossier.status == 5,
        "orders": payments.orders_about(actions.FEE, dossier.key),
    }
    return render(request, "dossiers/own.html", context)


@require_GET
@page(permission="dossiers.apply")
def slip(request: HttpRequest, key: str) -> HttpResponse:
    """The reception slip as a PDF."""
    dossier = own(request, key)
    answer = HttpResponse(
        slip_pdf(dossier, base=request.build_absolute_uri("/")), content_type="application/pdf"
    )
    answer["Content-Disposition"] = f'inline; filename="phieu-{dossier.number}.pdf"'
    return answer


@require_GET
@page(permission="dossiers.apply")
def file(request: HttpRequest, key: str, file_key: str) -> HttpResponse:
    dossier = own(request, key)
    if not dossier.files.filter(file_key=file_key).exists():
        raise Http404
    return files.send(request, file_key, inline=False)


@require_http_methods(["GET", "POST"])
@page(permission="dossiers.apply")
def supply(request: HttpRequest, key: str) -> HttpResponse:
    """Bring what the agency asked for."""
    dossier = own(request, key)
    if dossier.status != 5:
        messages.info(request, _("Nothing is being asked for."))
        return redirect("dossiers:own", key)
    faults: dict[str, str] = {}
    note = request.POST.get("note", "")[:2_000]
    if request.method == "POST":
        account = request.actor.key
        stored, faults = stored_uploads(request, ["papers"], by=account)
        if not stored and not faults:
            faults["papers"] = _("Choose at least one file.")
        if not faults:
            try:
                actions.supply(
                    key=key,
                    files={str(_("More papers")): stored["papers"]},
                    note=note,
                    by=account,
                    at=timezone.now(),
                )
                messages.success(request, _("Sent. The agency goes on with your dossier."))
            except actions.WrongStatus:
                messages.error(request, _("The dossier has moved on in the meantime."))
            except OutsideCalendar:
                messages.error(
                    request, _("Its due date lies beyond the announced calendar of days off.")
                )
            return redirect("dossiers:own", key)
    context = {
        "dossier": dossier,
        "entries": entries(dossier, names=False),
        "faults": faults,
        "note": note,
    }
    return render(request, "dossiers/supply.html", context, status=422 if faults else 200)


@require_POST
@page(permission="dossiers.apply")
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    dossier = own(request, key)
    try:
        actions.withdraw(
            key=dossier.key,
            note=request.POST.get("note", "")[:2_000],
            by=request.actor.key,
            at=timezone.now(),
        )
        messages.success(request, _("The dossier is withdrawn."))
    except actions.WrongStatus:
        messages.error(request, _("A dossier in this state can no longer be withdrawn."))
    return redirect("dossiers:own", key)
