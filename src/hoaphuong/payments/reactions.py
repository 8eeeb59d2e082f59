"""What payments do with news: waiting receipts are sealed by a standing order, payers are told."""

from hoaphuong.kernel.reactions import Fact, Reaction
from hoaphuong.payments import actions
from hoaphuong.payments.telling import TELLING


def seal_what_waits(fact: Fact) -> None:
    if fact.body["kind"] == actions.RECEIPT:
        actions.try_receipts_again(agency=fact.body["agency"], at=fact.occurred_at)


REACTIONS = [
    Reaction("payments.seal_what_waits", "signing.standing_order_given", seal_what_waits),
    *TELLING,
]
