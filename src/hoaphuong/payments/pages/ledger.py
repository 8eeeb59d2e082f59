"""An agency's books: what each account holds, and files for its accountant and the treasury."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from hoaphuong.kernel.access import page
from hoaphuong.kernel.access_lines import shown
from hoaphuong.payments import accounts, csv_files, wording
from hoaphuong.payments.accounts import Period
from hoaphuong.payments.pages import asked

LONGEST = timedelta(days=366)
OPENING, CLOSING = "opening", "closing"


def _period(request: HttpRequest) -> Period:
    """The days asked for, at most a year; this month when none are."""
    today = timezone.localdate()
    first = asked.day(request.GET.get("from", "")) or today.replace(day=1)
    last = asked.day(request.GET.get("to", "")) or today
    return Period(first, min(max(first, last), first + LONGEST))


def _looked(request: HttpRequest, what: str, agency: str, period: Period) -> None:
    shown(
        account=request.actor.key,
        purpose=f"payments.{what}",
        filter=f"agency={agency} from={period.first} to={period.last}",
    )


@require_GET
@page(permission=asked.VIEW)
def ledger(request: HttpRequest) -> HttpResponse:
    """Every account's balance now; together they are nothing."""
    agency, period = asked.agency(request, asked.VIEW), _period(request)
    found = accounts.balances(agency)
    kinds = accounts.kinds(list(found))
    _looked(request, "ledger", agency, period)
    context = {
        "agency": agency,
        "agencies": asked.agencies(request, asked.VIEW),
        "rows": [
            {
                "code": code,
                "label": wording.account(code),
                "provider": wording.provider(code.partition(":")[2])
                if code.startswith(("clearing", "unknown", "difference"))
                else "",
                "debit": max(0, amount),
                "credit": max(0, -amount),
                "kind": kinds.get(code, ""),
            }
            for code, amount in found.items()
        ],
        "debits": sum(max(0, amount) for amount in found.values()),
        "credits": sum(max(0, -amount) for amount in found.values()),
        "together": sum(found.values()),
        "period": period,
    }
    return asked.shown_page(request, "payments/ledger.html", context)


@require_GET
@page(permission=asked.VIEW)
def accounts_csv(request: HttpRequest) -> HttpResponse:
    """Each account's entries of a period between its opening and its closing balance."""
    agency, period = asked.agency(request, asked.VIEW), _period(request)
    rows = list(_account_rows(agency, period))
    _looked(request, "accounts_csv", agency, period)
    head = [
        _("Account"), _("Moment"), _("Entry"), _("Kind"), _("Order"), _("Against"), _("Debit"),
        _("Credit"), _("Balance"),
    ]  # fmt: skip
    return csv_files.download(f"so-cai-{agency}-{period.first}-{period.last}", head, rows)


def _account_rows(agency: str, period: Period) -> Iterator[list[Any]]:
    for one in accounts.statements(agency, period):
        yield [one.account, str(period.first), "", OPENING, "", "", "", "", one.opening]
        for row in one.bookings:
            at = timezone.localtime(row.at).isoformat(timespec="seconds")
            yield [
                one.account, at, row.entry, row.kind, row.about, row.against, row.debit,
                row.credit, row.balance,
            ]  # fmt: skip
        yield [one.account, str(period.last), "", CLOSING, "", "", "", "", one.closing]


@require_GET
@page(permission=asked.VIEW)
def treasury_csv(request: HttpRequest) -> HttpResponse:
    """The lines of paid orders by fee and charge, with receipts, without payers."""
    agency, period = asked.agency(request, asked.VIEW), _period(request)
    found = list(accounts.for_treasury(agency, period))
    _looked(request, "treasury_csv", agency, period)
    head = [
        _("Paid on"), _("Order"), _("Receipt"), _("Code of the fee"), _("Fee or charge"), _("Fee"),
        _("Amount"), _("Paid through"), _("Transactions"),
    ]  # fmt: skip
    rows = [
        [
            str(one.paid_on), one.order, one.receipt, one.fee, one.kind, one.name, one.amount,
            one.provider, one.transaction,
        ]
        for one in found
    ]  # fmt: skip
    return csv_files.download(f"kho-bac-{agency}-{period.first}-{period.last}", head, rows)
