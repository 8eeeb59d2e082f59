"""Lists of documents: on their way, to sign, to issue, the register; and what is done with many."""

import csv
import io
from collections.abc import Callable, Iterable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from hoaphuong.documents import actions, queries
from hoaphuong.documents.kinds import KINDS
from hoaphuong.documents.models import Document, Status
from hoaphuong.documents.rules import full_number
from hoaphuong.documents.signables import PERSON, SEAL
from hoaphuong.documents.work_kinds import STATUSES
from hoaphuong.identity import queries as identity
from hoaphuong.kernel.access import covers, page
from hoaphuong.kernel.access_lines import shown
from hoaphuong.signing import actions as signing
from hoaphuong.signing import queries as certificates

MOST_AT_ONCE = 5_000


def number_of(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 1


def _rows(documents: Iterable[Document], language: str) -> list[dict[str, object]]:
    """What a list shows of each document, with two queries whatever their number."""
    listed = list(documents)
    keys = {d.drafter_key for d in listed} | {d.signer_key for d in listed}
    names = identity.display_names(keys)
    return [
        {
            "document": d,
            "number": full_number(d.number, d.notation),
            "kind": KINDS[d.kind].label,
            "status": STATUSES[d.status],
            "drafter": names.get(d.drafter_key, ""),
            "signer": names.get(d.signer_key, ""),
            "agency": identity.agency(d.agency_code).called(language),
        }
        for d in listed
    ]


@require_GET
@page(permission="documents.view")
def drafts(request: HttpRequest) -> HttpResponse:
    """What is on its way in this person's agencies."""
    actor, search = request.actor, request.GET.get("q", "")[:100]
    found = queries.drafts(
        actor.agencies("documents.view"),
        search=search,
        page=number_of(request.GET.get("page", "1")),
    )
    shown(
        account=actor.key, purpose="documents.drafts", filter=f"q={search}",
        count=len(found.rows),
    )  # fmt: skip
    context = {
        "found": found,
        "rows": _rows(found.rows, request.LANGUAGE_CODE),
        "search": search,
        "may_draft": bool(actor.agencies("documents.draft")),
    }
    return render(request, "documents/drafts.html", context)


@require_GET
@page(permission="documents.view")
def register(request: HttpRequest) -> HttpResponse:
    """The register of outgoing documents, on the page or as a CSV for a spreadsheet."""
    actor, asked = request.actor, request.GET
    search, kind = asked.get("q", "")[:100], asked.get("kind", "")
    kind = kind if kind in KINDS else ""
    year = number_of(asked.get("year", "0")) if asked.get("year") else 0
    found = queries.issued(
        actor.agencies("documents.view"),
        search=search,
        kind=kind,
        year=year,
        page=number_of(asked.get("page", "1")),
    )
    shown(
        account=actor.key,
        purpose="documents.register",
        filter=f"q={search} kind={kind} year={year} page={found.number}",
        count=len(found.rows),
    )
    rows = _rows(found.rows, request.LANGUAGE_CODE)
    if asked.get("format") == "csv":
        return _csv(rows)
    this_year = timezone.localdate().year
    context = {
        "found": found,
        "rows": rows,
        "search": search,
        "kind": kind,
        "kinds": KINDS.values(),
        "year": year,
        "years": range(this_year, this_year - 6, -1),
    }
    return render(request, "documents/register.html", context)


def _csv(rows: list[dict[str, object]]) -> HttpResponse:
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow([_("Number"), _("Issued on"), _("Kind"), _("Subject"), _("Signer")])
    for row in rows:
        document = row["document"]
        assert isinstance(document, Document)
        subject = document.subject_line
        subject = f"'{subject}" if subject.startswith(("=", "+", "-", "@")) else subject
        write.writerow([row["number"], document.issued_on, row["kind"], subject, row["signer"]])
    answer = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="so-van-ban-di.csv"'
    return answer


@require_http_methods(["GET", "POST"])
@page(permission="signing.sign", second_factor=True)
def to_sign(request: HttpRequest) -> HttpResponse:
    """The signer's desk: what waits, and one press that signs what is chosen."""
    actor = request.actor
    waiting = queries.to_sign(actor.key)
    if request.method == "POST":
        chosen = _chosen(request, waiting, lambda d: True)
        if chosen and (batch := ordered(request, PERSON, [d.key for d in chosen], agency="")):
            return redirect("signing:batch", batch)
        return redirect("documents:to_sign")
    shown(account=actor.key, purpose="documents.to_sign", count=len(waiting))
    context = {
        "rows": _rows(waiting, request.LANGUAGE_CODE),
        "certificate": certificates.certificate_of_account(actor.key, at=timezone.now()),
    }
    return render(request, "documents/to_sign.html", context)


@require_http_methods(["GET", "POST"])
@page(permission="documents.issue", second_factor=True)
def to_issue(request: HttpRequest) -> HttpResponse:
    """The clerk's desk: what is signed gets its number, its day, the seal, and goes out."""
    actor = request.actor
    held = actor.agencies("documents.issue")
    waiting = queries.to_issue(held)
    if request.method == "POST":
        chosen = _chosen(request, waiting, lambda d: covers(actor, "signing.seal", d.agency_code))
        agencies = {d.agency_code for d in chosen}
        if len(agencies) > 1:
            messages.error(request, _("Choose documents of one agency: each has its own seal."))
        elif chosen and (batch := _number_and_seal(request, chosen)):
            return redirect("signing:batch", batch)
        return redirect("documents:to_issue")
    shown(account=actor.key, purpose="documents.to_issue", count=len(waiting))
    return render(
        request, "documents/to_issue.html", {"rows": _rows(waiting, request.LANGUAGE_CODE)}
    )


def _chosen(
    request: HttpRequest, waiting: list[Document], may: Callable[[Document], bool]
) -> list[Document]:
    keys = set(request.POST.getlist("document")[:MOST_AT_ONCE])
    chosen = [document for document in waiting if document.key in keys]
    if not chosen:
        messages.error(request, _("Choose at least one document."))
    if not all(may(document) for document in chosen):
        raise PermissionDenied
    return chosen


def _number_and_seal(request: HttpRequest, chosen: list[Document]) -> str:
    """Numbers in the order of signing; a document that a colleague took is left out."""
    ready = []
    for document in chosen:
        try:
            numbered = actions.number(key=document.key, by=request.actor.key, at=timezone.now())
        except actions.WrongStatus:
            continue
        if numbered.status == Status.NUMBERED:
            ready.append(numbered)
    if not ready:
        messages.error(request, _("A colleague has moved these documents on in the meantime."))
        return ""
    return ordered(request, SEAL, [d.key for d in ready], agency=ready[0].agency_code)


REFUSALS = {
    "second_factor": gettext_lazy("Show your second factor again, then sign."),
    "certificate_not_in_force": gettext_lazy("The certificate is not in force any more."),
    "token": gettext_lazy("This certificate's key is on your own device: sign from there."),
}


def ordered(request: HttpRequest, kind: str, subjects: list[str], *, agency: str) -> str:
    """The key of the batch; nothing when it could not be ordered, with a message that says why."""
    actor, now = request.actor, timezone.now()
    if agency:
        held = certificates.certificate_of_agency(agency, at=now)
    else:
        held = certificates.certificate_of_account(actor.key, at=now)
    if held is None:
        messages.error(request, _("There is no certificate in force for this signature."))
        return ""
    try:
        return signing.order_batch(
            kind=kind,
            subjects=subjects,
            certificate=held.key,
            by=actor.key,
            second_factor_at=actor.second_factor_at,
            at=now,
        )
    except signing.NotAuthorised as refused:
        said = REFUSALS.get(refused.reason, _("You may not sign with this certificate."))
        messages.error(request, str(said))
    except signing.WaitsAlready:
        messages.info(request, _("One of these documents is being signed already."))
    return ""
