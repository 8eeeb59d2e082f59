"""What a document does to a former one: as recipients are told, and as it stands at ours."""

from collections.abc import Iterable
from dataclasses import replace

from hoaphuong.documents.models import Change, Document, Incoming, Recipient
from hoaphuong.documents.rules import full_number
from hoaphuong.exchange import queries as exchange
from hoaphuong.exchange.contracts import OutgoingDocument

UPDATE, REPLACE = "update", "replace"
# BussinessDocType of QCVN 102:2016, and the word by which a message says why it comes.
BUSINESS = {UPDATE: ("2", "Đính chính"), REPLACE: ("3", "Thay thế")}


def former_of(document: Document) -> tuple[Document | None, str]:
    """The document that this one takes the place of or corrects, and which of the two it does."""
    if document.replaces:
        return document.replaces, REPLACE
    return document.corrects, UPDATE if document.corrects else ""


def about_former(message: OutgoingDocument, document: Document) -> OutgoingDocument:
    """The message as one about the former document, for a partner who got that by the exchange.

    To a partner who did not, the document is a new one.
    """
    old, kind = former_of(document)
    if old is None:
        return message
    copies = old.recipients.filter(place=Recipient.Place.AXIS, code=message.partner)
    copy = copies.exclude(message="").first()
    if copy is None:
        return message
    business, verb = BUSINESS[kind]
    number = full_number(old.number, old.notation)
    return replace(
        message,
        business=business,
        about_document_id=exchange.message(copy.message).document_id,
        reason=f"{verb} văn bản số {number} ngày {old.issued_on:%d/%m/%Y}",
    )


def replaced(arrivals: Iterable[Incoming]) -> frozenset[int]:
    """The ids of those whose place a later arrival took that the agency did not refuse."""
    rows = Change.objects.filter(kind=Change.Kind.REPLACE, former__in=[one.pk for one in arrivals])
    rows = rows.exclude(later__status=Incoming.Status.REFUSED)
    return frozenset(rows.values_list("former_id", flat=True))
