"""A batch is finished when nothing of it waits or is in hand."""

from datetime import datetime

from django.db.models import Count, Q

from hoaphuong.kernel import journal
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.signing.contracts import BatchFinished
from hoaphuong.signing.models import Batch, BatchItem

State = BatchItem.State


def finish_if_done(batch: Batch, *, by: str, at: datetime) -> bool:
    """Say so once the last item has ended; the caller holds the batch's row."""
    open_items = batch.items.filter(state__in=[State.WAITING, State.SIGNING])
    if batch.finished_at is not None or open_items.exists():
        return False
    counted = batch.items.aggregate(
        **{state: Count("pk", filter=Q(state=state)) for state in ("signed", "failed", "withdrawn")}
    )
    batch.finished_at = at
    batch.save(update_fields=["finished_at"])
    event = BatchFinished(batch=Ref(batch.key), kind=Code(batch.kind), **counted)
    journal.record(event, by=by, occurred_at=at)
    return True
