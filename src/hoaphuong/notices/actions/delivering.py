"""What became of a delivery."""

from datetime import datetime

from django.db import transaction

from hoaphuong.kernel import journal
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.notices.actions.telling import BY
from hoaphuong.notices.contracts import DeliveryDied, DeliveryDone
from hoaphuong.notices.models import Delivery


def _waiting(key: str) -> Delivery | None:
    rows = Delivery.objects.select_for_update(of=("self",)).select_related("notice")
    return rows.filter(key=key, state=Delivery.State.WAITING).first()


@transaction.atomic
def done(*, key: str, reference: str, at: datetime) -> None:
    """The provider has taken it; noted once."""
    delivery = _waiting(key)
    if delivery is None:
        return
    delivery.state, delivery.reference = Delivery.State.DONE, reference[:80]
    delivery.done_at = at
    delivery.save(update_fields=["state", "reference", "done_at"])
    notice = delivery.notice
    event = DeliveryDone(
        delivery=Ref(key),
        notice=Ref(notice.key),
        kind=Code(notice.kind),
        channel=Code(delivery.channel),
        seconds=max(0, int((at - notice.at).total_seconds())),
    )
    journal.record(event, by=BY, occurred_at=at)


@transaction.atomic
def died(*, key: str, at: datetime) -> None:
    """Its call is dead: the person and an operator see it."""
    delivery = _waiting(key)
    if delivery is None:
        return
    delivery.state = Delivery.State.DEAD
    delivery.save(update_fields=["state"])
    notice = delivery.notice
    event = DeliveryDied(
        delivery=Ref(key),
        notice=Ref(notice.key),
        kind=Code(notice.kind),
        channel=Code(delivery.channel),
    )
    journal.record(event, by=BY, occurred_at=at)
