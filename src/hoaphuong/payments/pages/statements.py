"""The bank's statement of the city's account: read in, and its lines that name no order."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from hoaphuong.kernel.access import page
from hoaphuong.kernel.access_lines import shown
from hoaphuong.payments import actions, lists, wording
from hoaphuong.payments.models import FeeOrder, StatementLine
from hoaphuong.payments.pages import asked
from hoaphuong.payments.providers import connected
from hoaphuong.payments.statement_files import UnreadableStatement

WHY = {
    "encoding": gettext_lazy("The file's letters cannot be read: save it as UTF-8."),
    "columns": gettext_lazy("No line names the columns: date, number, note, debit and credit."),
    "date": gettext_lazy("This is no date."),
    "amount": gettext_lazy("This is no amount."),
    "number": gettext_lazy("The bank's number of the transaction is missing."),
    "twice": gettext_lazy("This number is there twice."),
    "too_long": gettext_lazy("The file is too large: at most 5,000 lines."),
    "contradiction": gettext_lazy("This number was read before with another amount."),
    "empty": gettext_lazy("There is no line in it."),
}


@require_GET
@page(permission=asked.RECONCILE)
def listed(request: HttpRequest) -> HttpResponse:
    """Lines by their state, those without an order first."""
    state = asked.one_of(request.GET.get("state", "unmatched"), wording.LINES) or "unmatched"
    rows = StatementLine.objects.none()
    if asked.keeps_city_books(request):
        rows = StatementLine.objects.filter(state=state).select_related("collection__order")
    found = lists.paged(rows.order_by("-booked_at", "-id"), asked.number(
        request.GET.get("page", "1")
    ))  # fmt: skip
    shown(
        account=request.actor.key,
        purpose="payments.statement_lines",
        filter=f"state={state} page={found.number}",
        count=len(found.rows),
    )
    context = {
        "in_charge": asked.keeps_city_books(request),
        "found": found,
        "state": state,
        "states": {code: words[0] for code, words in wording.LINES.items()},
        "account": connected.own_account(),
    }
    return asked.shown_page(request, "payments/statements.html", context)


@require_POST
@page(permission=asked.RECONCILE)
def bring(request: HttpRequest) -> HttpResponse:
    """Read a file of the bank; a line that cannot be read refuses the whole file."""
    account, upload = connected.own_account(), request.FILES.get("file")
    if not asked.keeps_city_books(request) or account is None:
        messages.error(request, _("The city's own accountant reads the statement."))
        return redirect("payments:statements")
    if upload is None or upload.size > 5_000_000:
        messages.error(request, _("Choose the bank's file (CSV, up to 5 MB)."))
        return redirect("payments:statements")
    try:
        made = actions.read_statement(
            content=upload.read(), account=account.number, by=request.actor.key, at=timezone.now()
        )
    except UnreadableStatement as fault:
        where = _("Line %(line)s: ") % {"line": fault.line} if fault.line else ""
        messages.error(request, f"{where}{WHY.get(fault.why, fault.why)} {fault.said}".strip())
    else:
        text = _("Read: %(lines)s lines, %(new)s of them new. Their orders are being looked for.")
        messages.success(request, text % {"lines": made.lines, "new": made.new_lines})
    return redirect("payments:statements")


@require_POST
@page(permission=asked.RECONCILE)
def settle(request: HttpRequest, key: str, verb: str) -> HttpResponse:
    """Say which order a line pays, or that it pays none."""
    if not asked.keeps_city_books(request) or verb not in VERBS:
        raise Http404
    if not StatementLine.objects.filter(key=key).exists():
        raise Http404
    try:
        VERBS[verb](request, key)
    except actions.NotWaiting:
        messages.error(request, _("Somebody has settled this line in the meantime."))
    return redirect("payments:statements")


def _match(request: HttpRequest, key: str) -> None:
    wanted = request.POST.get("order", "").strip().upper()
    rows = FeeOrder.objects.filter(number=wanted) | FeeOrder.objects.filter(code=wanted[:10])
    order = rows.first()
    if order is None:
        messages.error(request, _("There is no order of this number or code."))
        return
    actions.match_line(key=key, order=order.key, by=request.actor.key, at=timezone.now())
    messages.success(request, _("Counted for %(order)s.") % {"order": order.number})


def _aside(request: HttpRequest, key: str) -> None:
    reason = request.POST.get("reason", "").strip()[:500]
    if not reason:
        messages.error(request, _("Say why it pays no order."))
        return
    actions.set_line_aside(key=key, reason=reason, by=request.actor.key, at=timezone.now())
    messages.success(request, _("The line is set aside."))


VERBS: dict[str, Callable[[HttpRequest, str], Any]] = {"doi-chieu": _match, "de-rieng": _aside}
