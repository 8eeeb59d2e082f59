"""What becomes of an issued document: recalled, and what recipients answer."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from hoaphuong.documents.actions import receiving
from hoaphuong.documents.actions.drafting import To
from hoaphuong.documents.actions.rows import locked, saved
from hoaphuong.documents.actions.sending import send_copies
from hoaphuong.documents.contracts import DocumentRecalled
from hoaphuong.documents.models import Document, Incoming, Recipient, Status
from hoaphuong.documents.refusals import WrongStatus
from hoaphuong.exchange import actions as exchange
from hoaphuong.kernel.values import Code, Ref

ASKED_BACK = "13"  # the status code of QCVN 102:2016 by which a sender wants a document back


@transaction.atomic
def recall(*, key: str, reason: str, by: str, at: datetime) -> Document:
    """Take an issued document back: it stays in the register, marked, and recipients are asked."""
    document = locked(key)
    if document.status != Status.ISSUED or document.recalled_at:
        raise WrongStatus(key)
    document.recalled_at, document.recall_reason = at, reason
    event = DocumentRecalled(
        document=Ref(document.key),
        agency=Code(document.agency_code),
        recalled_on=localdate(at),
    )
    saved(document, event, by=by, at=at)
    for to in document.recipients.exclude(place=Recipient.Place.PAPER):
        if to.place == Recipient.Place.AXIS:
            exchange.send_status(message=to.message, code=ASKED_BACK, note=reason, by=by, at=at)
        else:
            copy = Incoming.objects.get(document_key=document.key, agency_code=to.code)
            receiving.ask_back(key=copy.key, by=by, at=at)
        to.state, to.state_at = ASKED_BACK, at
        to.save(update_fields=["state", "state_at"])
    return document


@transaction.atomic
def send_further(*, key: str, recipients: Sequence[To], by: str, at: datetime) -> int:
    """Send an issued document to more agencies; to how many, those that have it already left out.

    Only electronically: a copy on paper is nobody's to send from here.
    """
    document = locked(key)
    if document.status != Status.ISSUED or document.recalled_at:
        raise WrongStatus(key)
    there = set(document.recipients.values_list("place", "code"))
    new = [
        Recipient(document=document, place=to.place, code=to.code, name=to.name, purpose=to.purpose)
        for to in recipients
        if to.place != Recipient.Place.PAPER and (to.place, to.code) not in there
    ]
    Recipient.objects.bulk_create(new)
    send_copies(document, by=by, at=at)
    return len(new)


@transaction.atomic
def note_state(*, message: str, code: str, at: datetime) -> None:
    """A recipient elsewhere said how far the document is there."""
    Recipient.objects.filter(message=message).update(state=code, state_at=at)
