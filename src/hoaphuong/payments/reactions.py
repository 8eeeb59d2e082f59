"""What payments do when lower apps have news: a standing order lets waiting receipts be sealed."""

from hoaphuong.kernel.reactions import Fact, Reaction
from hoaphuong.payments import actions


def seal_what_waits(fact: Fact) -> None:
    if fact.body["kind"] == actions.RECEIPT:
        actions.try_receipts_again(agency=fact.body["agency"], at=fact.occurred_at)


REACTIONS = [Reaction("payments.seal_what_waits", "signing.standing_order_given", seal_what_waits)]
