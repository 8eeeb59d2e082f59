"""What a later document does to a former one that its agency already has."""

from datetime import datetime

from django.utils.timezone import localdate

from hoaphuong.documents.contracts import IncomingReplaced, IncomingUpdated
from hoaphuong.documents.models import Change, Incoming
from hoaphuong.kernel import journal
from hoaphuong.kernel.values import Code, Ref

K = Change.Kind


def follow(
    later: Incoming, *, kind: str, named: str, former: Incoming | None, by: str, at: datetime
) -> None:
    """Attach an arrival to the document it names; one that is not here is only named."""
    change = Change.objects.create(later=later, kind=kind, named=named[:150], former=former)
    if former is not None:
        _tell(change, former, by=by, at=at)


def catch_up(former: Incoming, *, document_id: str, by: str, at: datetime) -> None:
    """A document arrived after its own update, replacement or recall: messages may overtake."""
    waiting = Change.objects.filter(
        former=None,
        named=document_id,
        later__source=former.source,
        later__agency_code=former.agency_code,
        later__from_code=former.from_code,
    )
    for change in waiting.exclude(later=former).order_by("id"):
        change.former = former
        change.save(update_fields=["former"])
        _tell(change, former, by=by, at=at)


def ask_back(incoming: Incoming) -> None:
    """The sender wants it back; an agency that was asked already is not asked again."""
    if not incoming.recall:
        incoming.recall = "asked"
        incoming.save(update_fields=["recall"])


def _tell(change: Change, former: Incoming, *, by: str, at: datetime) -> None:
    if change.kind == K.RECALL:
        ask_back(former)
        return
    about, agency = Ref(former.key), Code(former.agency_code)
    later, on = Ref(change.later.key), localdate(at)
    event: IncomingReplaced | IncomingUpdated
    if change.kind == K.REPLACE:
        event = IncomingReplaced(incoming=about, by_incoming=later, agency=agency, replaced_on=on)
    else:
        event = IncomingUpdated(incoming=about, by_incoming=later, agency=agency, updated_on=on)
    journal.record(event, by=by, occurred_at=at)
