"""A batch of papers on its way: how far it is, what failed and why, and what to do about it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from hoaphuong.kernel.access import opens, page
from hoaphuong.kernel.access_lines import shown
from hoaphuong.signing import actions, queries, reasons
from hoaphuong.signing.contracts import BatchFacts
from hoaphuong.signing.signables import signables

SIZE = 50


def _batch(request: HttpRequest, key: str) -> BatchFacts:
    """The batch of who ordered it; it does not exist for anyone else."""
    found = queries.batch(key)
    if found is None or found.account != request.actor.key:
        raise Http404
    return found


def _progress(batch: BatchFacts) -> dict[str, Any]:
    signable = signables().get(batch.kind)
    return {
        "batch": batch,
        "label": signable.label if signable else batch.kind,
        "left": batch.papers - batch.done,
        "fault": reasons.said(batch.kind, batch.fault) if batch.fault else "",
    }


@require_GET
@page(permission="signing.follow_batches")
def read(request: HttpRequest, key: str) -> HttpResponse:
    """One batch; the page keeps itself up to date while papers wait."""
    batch = _batch(request, key)
    asked = request.GET.get("page", "")[:5]
    number = max(1, int(asked)) if asked.isdecimal() else 1
    failed = queries.items_of(key, "failed", page=number, size=SIZE)
    if failed:
        shown(account=request.actor.key, purpose="signing.batch", record=key, count=len(failed))
    signable = signables().get(batch.kind)
    desk = reverse(signable.desk) if signable and signable.desk else ""
    context = _progress(batch) | {
        "desk": desk if desk and opens(request.actor, desk) else "",
        "failures": _named(batch.kind, failed[:SIZE]),
        "number": number,
        "more": len(failed) > SIZE,
    }
    return render(request, "signing/batch.html", context)


def _named(kind: str, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    signable = signables().get(kind)
    names = signable.named([one["subject"] for one in items]) if signable and items else {}
    return [
        {
            "name": names.get(one["subject"]) or one["subject"],
            "url": reverse(signable.view, args=[one["subject"]])
            if signable and signable.view
            else "",
            "reason": reasons.said(kind, one["reason"]),
            "at": one["ended_at"],
        }
        for one in items
    ]


@require_GET
@page(permission="signing.follow_batches")
def progress(request: HttpRequest, key: str) -> HttpResponse:
    """The part of the page that is asked for again; a finished batch reloads the whole page."""
    batch = _batch(request, key)
    answer = render(request, "signing/progress.html", _progress(batch))
    if batch.finished_at:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@page(permission="signing.follow_batches", second_factor=True)
def try_again(request: HttpRequest, key: str) -> HttpResponse:
    """Let what failed wait for its turn again, and what waits for the outside be tried now."""
    _batch(request, key)
    again = actions.try_again(key=key, by=request.actor.key, at=timezone.now())
    said = ngettext("%(n)s paper is tried again.", "%(n)s papers are tried again.", again)
    messages.success(request, said % {"n": again} if again else _("It is tried at once."))
    return redirect("signing:batch", key)


@require_POST
@page(permission="signing.follow_batches")
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Take back what still waits."""
    _batch(request, key)
    taken = actions.withdraw(key=key, by=request.actor.key, at=timezone.now())
    said = ngettext("%(n)s paper was taken back.", "%(n)s papers were taken back.", taken)
    messages.success(request, said % {"n": taken} if taken else _("Nothing waits any more."))
    return redirect("signing:batch", key)
