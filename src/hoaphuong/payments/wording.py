"""What the pages call orders, ways to pay, refunds and differences: words, tone and shape."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from hoaphuong.payments.fees import published
from hoaphuong.payments.models import FeeOrder

STATES: dict[str, tuple[Any, str, str]] = {
    "open": (_("To be paid"), "wait", "money"),
    "paid": (_("Paid"), "good", "check"),
    "cancelled": (_("No longer asked for"), "still", "undo"),
}
ATTEMPTS: dict[str, tuple[Any, str, str]] = {
    "started": (_("Opened"), "active", "clock"),
    "paid": (_("Paid"), "good", "check"),
    "failed": (_("Came to nothing"), "still", "x-circle"),
}
PROVIDERS: dict[str, Any] = {
    "vnpay": _("Card or bank account (VNPAY)"),
    "payplat": _("National payment platform"),
    "vietqr": _("Bank transfer (VietQR)"),
    "cash": _("Cash at the counter"),
    "nobody": _("Nothing to pay"),
}
REFUNDS: dict[str, tuple[Any, str, str]] = {
    "asked": (_("Waits for approval"), "wait", "clock"),
    "approved": (_("Approved, not sent yet"), "active", "send"),
    "sent": (_("Sent back"), "good", "check"),
    "refused": (pgettext_lazy("refund", "Refused"), "bad", "x-circle"),
}
SOURCES: dict[str, Any] = {
    "over": _("Paid beyond what was asked"),
    "part": _("Paid towards an order that is still open"),
    "fees": _("The paid fee itself"),
}
KINDS: dict[str, tuple[Any, str, str]] = {
    "missing_here": (_("Not in our books"), "bad", "alert"),
    "missing_there": (_("Not in the provider's list"), "bad", "alert"),
    "different": (_("Another amount"), "bad", "alert"),
}
# Kinds of fault of a call that did not go well.
FAULTS: dict[str, Any] = {
    "ProviderFault": _("The provider does not answer, or not now."),
    "NotConnected": _("The city is not connected to this provider."),
    "NotAuthentic": _("The provider's answer is not signed as it should be: it was not believed."),
    "Malformed": _("The provider's answer could not be read."),
    "PageDeclined": _("The provider does not take this payment."),
    "RefundDeclined": _("The provider says no to the refund: pay it back by hand."),
    "PaidByHand": _("No provider can send this refund: pay it back by hand."),
    "Contradiction": _("The money is counted with another amount: compare the day."),
    "Untrue": _("The money is counted with another amount: compare the day."),
    "NoStandingOrder": _("The agency has not ordered that its receipts are sealed."),
    "NotAuthorised": _("The certificate of the agency's seal is no longer in force."),
}
# Why a day could not be compared yet.
WHY_NOT: dict[str, Any] = {
    "silent": _("The provider did not answer."),
    "no_list": _("The provider has no list of this day yet."),
    "not_connected": _("The city is not connected to this provider."),
    "not_authentic": _("The provider's list is not signed as it should be: it was not believed."),
    "malformed": _("The provider's list could not be read."),
    "no_statement": _("No bank statement of this day was read in."),
}
DIFFERENCES: dict[str, tuple[Any, str, str]] = {
    "open": (_("Open"), "wait", "clock"),
    "settled": (_("Settled"), "good", "check"),
    "gone": (_("Gone by itself"), "still", "check"),
}
# How a difference is settled: its label, and what it does.
WAYS: dict[str, tuple[Any, Any]] = {
    "count": (
        _("Count the provider's money"),
        _("It is entered as come in; its order is paid if that covers it."),
    ),
    "accept": (
        _("The provider is right"),
        _("The difference is entered, so that our books say what its list says."),
    ),
    "keep": (
        _("Our books are right"),
        _("Nothing is entered: the provider is to correct its own list."),
    ),
}
LINES: dict[str, tuple[Any, str, str]] = {
    "unmatched": (_("Without an order"), "wait", "help"),
    "matched": (_("Counted"), "good", "check"),
    "set_aside": (_("Set aside"), "still", "pause"),
}
ACCOUNTS: dict[str, Any] = {
    "clearing": _("With the provider, not paid out yet"),
    "bank": _("On the agency's account"),
    "cash": _("In the till"),
    "fees": _("Fees of paid orders"),
    "part": _("Paid towards orders that are not covered"),
    "over": _("Paid beyond what was asked"),
    "refunds": _("Approved to go back"),
    "unknown": _("Come in without an order"),
    "disputed": _("Taken back by the payer's bank"),
    "costs": _("Kept by the provider"),
    "difference": _("Settled differences"),
}
EVENTS: dict[str, Any] = {
    "payments.order_made": _("Asked for"),
    "payments.order_cancelled": _("No longer asked for"),
    "payments.attempt_started": _("A way to pay was opened"),
    "payments.attempt_failed": _("Came to nothing"),
    "payments.amount_doubted": _("The provider said another amount and was asked"),
    "payments.payment_collected": _("Money came in"),
    "payments.order_paid": _("Paid in full"),
    "payments.receipt_sealed": _("Receipt sealed"),
    "payments.receipt_not_sealed": _(
        "The receipt could not be sealed: the agency's clerk is asked"
    ),
    "payments.refund_asked": _("A refund was asked for"),
    "payments.refund_settled": _("The refund was decided"),
    "payments.refund_sent": _("Sent back"),
    "payments.refund_not_sent": _("The provider does not send it: to be paid back by hand"),
    "payments.charged_back": _("The payer's bank took it back"),
}
PER: dict[str, Any] = {
    "page": pgettext_lazy("counted", "pages"),
    "person": pgettext_lazy("counted", "people"),
    "case": pgettext_lazy("counted", "cases"),
    "copy": pgettext_lazy("counted", "copies"),
}


def provider(code: str) -> Any:
    return PROVIDERS.get(code, code)


def account(code: str) -> Any:
    """What an account holds, by the part of its code before the colon."""
    return ACCOUNTS.get(code.partition(":")[0], code)


def counted(line: dict[str, Any]) -> list[tuple[int, Any]]:
    """What a line counts beyond one of it: (number, of what)."""
    found = []
    if line["units"] > 1:
        found.append((line["units"], PER.get(line["per"], line["per"])))
    if line["copies"] > 1:
        found.append((line["copies"], PER["copy"]))
    return found


def reduction(line: dict[str, Any], language: str) -> str:
    """The name of the reduction that a line was granted."""
    for one in published():
        if one.code == line["code"] and line["reduction"]:
            known = {each.code: each for each in one.reductions}
            if found := known.get(line["reduction"]):
                return found.name_en if language.startswith("en") else found.name
    return line["reduction"]


def lines(order: FeeOrder, language: str) -> list[dict[str, Any]]:
    """The lines of an order as a page shows them."""
    return [
        {**one, "counted": counted(one), "why_less": reduction(one, language)}
        for one in order.lines
    ]
