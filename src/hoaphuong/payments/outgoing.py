"""How the queue's calls of payments are made."""

from django.utils import timezone

from hoaphuong.payments import actions, asking
from hoaphuong.payments.providers.connected import ONLINE


def seal(receipt: str) -> None:
    """Put a receipt before the agency's seal; it is tried again while nobody has ordered that."""
    actions.put_before_seal(key=receipt, at=timezone.now())


def match(statement: str) -> None:
    """Count the lines of a statement that name their order."""
    actions.match_lines(statement=statement, at=timezone.now())


HANDLERS = {
    actions.RECEIPT: seal,
    actions.MATCH: match,
    actions.REFUND: asking.send_refund,
    # One kind for each provider: one that hangs holds up no other.
    **{f"{actions.OPEN}.{provider}": asking.open_page for provider in ONLINE},
    **{f"{actions.ASK}.{provider}": asking.ask for provider in ONLINE},
}
