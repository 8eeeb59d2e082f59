"""A person settles a dead outgoing call of any app."""

from datetime import datetime

from django.db import transaction

from hoaphuong.kernel import journal, outgoing
from hoaphuong.kernel.outgoing import NotDead
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.notices.contracts import CallGivenUp, CallTriedAgain
from hoaphuong.notices.models import Delivery

__all__ = ["NotDead", "give_up", "try_again"]


@transaction.atomic
def try_again(*, call: str, by: str, at: datetime) -> None:
    """Have a dead call made anew; NotDead."""
    facts = outgoing.try_again(key=call, at=at)
    if facts.kind.startswith("notices."):
        dead = Delivery.objects.filter(key=facts.subject, state=Delivery.State.DEAD)
        dead.update(state=Delivery.State.WAITING)
    event = CallTriedAgain(call=Ref(call), kind=Code(facts.kind))
    journal.record(event, by=by, occurred_at=at)


@transaction.atomic
def give_up(*, call: str, by: str, at: datetime) -> None:
    """Ask no longer for a dead call; NotDead."""
    facts = outgoing.give_up(key=call)
    journal.record(CallGivenUp(call=Ref(call), kind=Code(facts.kind)), by=by, occurred_at=at)
