"""A message of the exchange as an incoming document."""

from hoaphuong.documents.actions import Arrival
from hoaphuong.documents.kinds import KINDS
from hoaphuong.exchange.contracts import MessageFacts

CHANGES = {"1": "recall", "2": "update", "3": "replace"}
URGENCY = {"1": "KHẨN", "2": "THƯỢNG KHẨN", "3": "HỎA TỐC"}


def arrival_of(message: MessageFacts) -> Arrival:
    """What the header says; the first attachment that passed the checks is the document.

    Without one the message itself is kept as the document's file: nothing that came is lost.
    """
    kept = [one.file_key for one in message.attachments if one.file_key]
    return Arrival(
        agency=message.agency,
        source="axis",
        from_code=message.partner,
        from_name=message.partner_name,
        number=message.number,
        notation=message.notation,
        issued_on=message.issued_on,
        kind=_kind(message.kind_name),
        subject_line=message.subject,
        urgency=URGENCY.get(message.priority, ""),
        file_key=kept[0] if kept else message.file_key,
        attachments=tuple(kept[1:]),
        message=message.key,
        due_on=message.due_on,
        to_read=False,
        document_id=message.document_id,
        change=CHANGES.get(message.business, ""),
        formers=[(one.document_id, one.message) for one in message.formers],
    )


def _kind(name: str) -> str:
    """The code of a kind by its name, whatever its capitals; empty for one we do not know."""
    told = name.strip().casefold()
    if told in ("công văn", "cv"):
        return "CV"
    return next((k.code for k in KINDS.values() if k.name and k.name.casefold() == told), "")
