"""How the queue's calls of payments are made, and what is left when one dies."""

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from hoaphuong.payments import actions, asking, wording
from hoaphuong.payments.providers.connected import ONLINE


def seal(receipt: str) -> None:
    """Put a receipt before the agency's seal; it is tried again while nobody has ordered that."""
    actions.put_before_seal(key=receipt, at=timezone.now())


def match(statement: str) -> None:
    """Count the lines of a statement that name their order."""
    actions.match_lines(statement=statement, at=timezone.now())


def bury_receipt(receipt: str) -> None:
    """The order's page says that its receipt waits for a person."""
    actions.receipt_not_sealed(key=receipt, at=timezone.now())


def bury_refund(refund: str) -> None:
    """The order's page says that a person pays the refund."""
    actions.refund_not_sent(key=refund, at=timezone.now())


# One kind for each provider: one that hangs holds up no other.
OPEN, ASK, REFUND = (
    {provider: f"{kind}.{provider}" for provider in ONLINE}
    for kind in (actions.OPEN, actions.ASK, actions.REFUND)
)
HANDLERS = {
    actions.RECEIPT: seal,
    actions.MATCH: match,
    **dict.fromkeys(OPEN.values(), asking.open_page),
    **dict.fromkeys(ASK.values(), asking.ask_back),
    **dict.fromkeys(REFUND.values(), asking.send_refund),
}
# The others leave what a page shows already: a way to pay that came to nothing, a payment that the
# day's comparison finds, a line without an order.
BURIALS = {
    actions.RECEIPT: bury_receipt,
    **dict.fromkeys(REFUND.values(), bury_refund),
}
LABELS = {
    actions.RECEIPT: _("Receipt to be sealed"),
    actions.MATCH: _("Lines of a bank statement to be counted"),
    **{
        kind: format_lazy("{}: {}", said, wording.PROVIDERS[provider])
        for kinds, said in (
            (OPEN, _("A page to pay on")),
            (ASK, _("Question about a payment")),
            (REFUND, _("Refund to be sent")),
        )
        for provider, kind in kinds.items()
    },
}
FAULTS = dict.fromkeys(HANDLERS, wording.FAULTS)
