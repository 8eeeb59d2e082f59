"""How the queue's calls of payments are made."""

from django.utils import timezone

from hoaphuong.payments import actions


def seal(receipt: str) -> None:
    """Put a receipt before the agency's seal; it is tried again while nobody has ordered that."""
    actions.put_before_seal(key=receipt, at=timezone.now())


HANDLERS = {actions.RECEIPT: seal}
