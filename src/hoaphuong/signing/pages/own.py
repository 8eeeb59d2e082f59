"""A person's own signature: certificates, image, and what was signed lately."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hoaphuong.kernel.access import page
from hoaphuong.signing import queries
from hoaphuong.signing.contracts import PaperSignatureFacts
from hoaphuong.signing.pages import images
from hoaphuong.signing.signables import signables


@require_GET
@page(permission="signing.sign")
def mine(request: HttpRequest) -> HttpResponse:
    return _shown(request)


def _shown(request: HttpRequest, *, fault: str = "") -> HttpResponse:
    """My certificates, my image, my batches and my latest signatures."""
    actor = request.actor
    kinds = signables()
    signed = queries.signed_by(actor.key)
    context = {
        "certificates": [
            images.certificate_row(one) for one in queries.certificates_of_account(actor.key)
        ],
        "image": queries.image_row(account=actor.key),
        "earlier": queries.may_undo_image(actor.key),
        "batches": [
            (one, kinds[one.kind].label if one.kind in kinds else one.kind)
            for one in queries.batches_of(actor.key)
        ],
        "signed": _named(signed),
        "fault": fault,
    }
    return render(request, "signing/mine.html", context, status=422 if fault else 200)


def _named(signed: list[PaperSignatureFacts]) -> list[tuple[PaperSignatureFacts, object, str]]:
    """Each signature with what its paper is called, and the page that opens it."""
    kinds, named = signables(), dict[tuple[str, str], str]()
    for kind in {one.kind for one in signed} & kinds.keys():
        papers = [one.paper for one in signed if one.kind == kind]
        named |= {(kind, key): name for key, name in kinds[kind].named(papers).items()}
    return [
        (
            one,
            named.get((one.kind, one.paper)) or getattr(kinds.get(one.kind), "label", one.kind),
            getattr(kinds.get(one.kind), "view", ""),
        )
        for one in signed
    ]


@require_http_methods(["GET", "POST"])
@page(permission="signing.sign")
def image(request: HttpRequest) -> HttpResponse:
    """The image of my hand signature; an upload takes its place."""
    if request.method == "GET":
        return images.sent(request, otherwise="signing:mine", account=request.actor.key)
    fault = images.kept(request, account=request.actor.key)
    return _shown(request, fault=fault) if fault else redirect("signing:mine")


@require_POST
@page(permission="signing.sign")
def undo_image(request: HttpRequest) -> HttpResponse:
    """Use the image before the newest again."""
    images.undone(request, account=request.actor.key)
    return redirect("signing:mine")
