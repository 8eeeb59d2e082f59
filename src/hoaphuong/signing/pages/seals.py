"""The seals of the agencies a clerk is in charge of."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hoaphuong.identity import queries as identity
from hoaphuong.kernel.access import covers, page
from hoaphuong.kernel.access_lines import shown
from hoaphuong.signing import queries
from hoaphuong.signing.pages import images, standing


@require_GET
@page(permission="signing.seal")
def listed(request: HttpRequest) -> HttpResponse:
    return _shown(request)


def _shown(request: HttpRequest, *, fault: str = "", at_agency: str = "") -> HttpResponse:
    """Certificates and image of each agency in charge that has a seal, or may get one."""
    held = request.actor.agencies("signing.seal")
    codes = [code for code, facts in identity.agencies().items() if not facts.valid_to]
    mine = [code for code in codes if code in held or "*" in held]
    certificates: dict[str, list] = {}
    for one in queries.certificates_of_agencies(mine):
        certificates.setdefault(one.agency, []).append(images.certificate_row(one))
    pictures = queries.images_of_agencies(mine)
    orders = queries.standing_orders(mine)
    seals = [
        {
            "agency": identity.agency(code),
            "called": identity.agency(code).called(request.LANGUAGE_CODE),
            "certificates": certificates.get(code, []),
            "image": pictures.get(code, (None, False))[0],
            "earlier": pictures.get(code, (None, False))[1],
            "standing": standing.rows(code, orders) if code in certificates else [],
            "fault": fault if code == at_agency else "",
        }
        for code in mine
    ]
    shown(account=request.actor.key, purpose="signing.seals", count=len(seals))
    context = {"seals": seals, "fault": fault}
    return render(request, "signing/seals.html", context, status=422 if fault else 200)


def _in_charge(request: HttpRequest, agency: str) -> None:
    if agency not in identity.agencies():
        raise Http404
    if not covers(request.actor, "signing.seal", agency):
        raise Http404


@require_http_methods(["GET", "POST"])
@page(permission="signing.seal")
def image(request: HttpRequest, agency: str) -> HttpResponse:
    """The image of an agency's seal; an upload takes its place."""
    _in_charge(request, agency)
    if request.method == "GET":
        shown(account=request.actor.key, purpose="signing.seal", record=agency)
        return images.sent(request, otherwise="signing:seals", agency=agency)
    fault = images.kept(request, agency=agency)
    if fault:
        return _shown(request, fault=fault, at_agency=agency)
    return redirect("signing:seals")


@require_POST
@page(permission="signing.seal")
def undo(request: HttpRequest, agency: str) -> HttpResponse:
    """Use the seal image before the newest again."""
    _in_charge(request, agency)
    images.undone(request, agency=agency)
    return redirect("signing:seals")
