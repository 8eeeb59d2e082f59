"""The archive queue for who keeps it running: what is due, what hinders it, what was lost."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from hoaphuong.kernel.access import page
from hoaphuong.kernel.access_lines import shown
from hoaphuong.signing import actions, archive_queries, reasons

SIZE = 50


@require_GET
@page(permission="signing.keep_archive")
def listed(request: HttpRequest) -> HttpResponse:
    """How the queue stands, and every paper that is due, the most urgent first."""
    asked = request.GET.get("page", "")[:5]
    number = max(1, int(asked)) if asked.isdecimal() else 1
    now = timezone.now()
    found = archive_queries.page_of_unrenewed(now, page=number, size=SIZE)
    rows = found[:SIZE]
    if rows:
        shown(account=request.actor.key, purpose="signing.archive", count=len(rows))
    context = {
        "queue": archive_queries.queue(now),
        "papers": [(one, reasons.said(one.kind, one.reason) if one.reason else "") for one in rows],
        "number": number,
        "more": len(found) > SIZE,
    }
    return render(request, "signing/archive.html", context)


@require_POST
@page(permission="signing.keep_archive")
def again(request: HttpRequest) -> HttpResponse:
    """What was at fault is mended: try what is due at once."""
    tried = actions.stamp_now(at=timezone.now())
    said = ngettext(
        "%(n)s document is stamped as soon as it can be.",
        "%(n)s documents are stamped as soon as they can be.",
        tried,
    )
    messages.success(request, said % {"n": tried} if tried else _("Nothing waits any more."))
    return redirect("signing:archive")
