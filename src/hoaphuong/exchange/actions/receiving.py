"""What comes from other agencies: stored once, bit by bit, before the axis is told."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from hoaphuong.exchange.actions.sending import RETENTION, K, S, send_status
from hoaphuong.exchange.contracts import MessageReceived, MessageRefused, StatusReceived
from hoaphuong.exchange.edxml.message import Attachment, Document, Malformed, Status, weak
from hoaphuong.exchange.edxml.reading import read
from hoaphuong.exchange.models import Message
from hoaphuong.exchange.queries import documents_between
from hoaphuong.exchange.rules import ARRIVED, ASKED_BACK, is_news
from hoaphuong.files import actions as files
from hoaphuong.files.queries import KNOWN, XML
from hoaphuong.kernel import journal
from hoaphuong.kernel.faults import point
from hoaphuong.kernel.folding import fold
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.signing import queries as signing
from hoaphuong.signing.contracts import Verdict

BY = "axis"


@dataclass(frozen=True)
class _Read:
    """What is known of a message before its row is written."""

    content: bytes
    said: Document | Status | None
    reason: str = ""
    detail: str = ""
    file_key: str = ""
    attachments: list[dict[str, str]] = field(default_factory=list)
    signature: str = "none"


def receive(*, content: bytes, agency: str, sender: str, axis_id: str, at: datetime) -> Message:
    """Store a message from an agency's mailbox; the same bytes for the same agency are one message.

    ``sender`` is who the axis says it comes from. Called outside a transaction; what is answered
    is stored for good.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    known = Message.objects.filter(agency_code=agency, sha256=sha256, direction="in").first()
    if known:
        return known
    found = _kept(_understood(content, agency, sender), at)
    point("exchange.kept")
    with transaction.atomic():
        own = {"agency_code": agency, "sha256": sha256, "direction": "in"}
        known = Message.objects.filter(**own).first()
        return known or _stored(found, sender, axis_id, own, at)


def _understood(content: bytes, agency: str, sender: str) -> _Read:
    """What it says, or why it is refused; a message that is not from and for whom it says is."""
    try:
        said = read(content)
    except Malformed as fault:
        return _Read(content, None, fault.reason, str(fault))
    to = [said.about.organ] if isinstance(said, Status) else [organ.code for organ in said.to]
    if agency not in to:
        return _Read(content, None, "not_for_us", "The message names another recipient.")
    if said.sender.code != sender:
        return _Read(content, None, "other_sender", "The message names another sender.")
    return _Read(content, said)


def _kept(found: _Read, at: datetime) -> _Read:
    """The bytes and the attachments on the disk; an attachment must pass what uploads must."""
    raw = files.keep(
        content=found.content, name="thong-diep.edxml", media_type=XML, by=BY, at=at,
        retention=RETENTION,
    )  # fmt: skip
    said = found.said
    attached = [_file(one, at) for one in said.attachments] if isinstance(said, Document) else []
    signature = _signature(found)
    return _Read(found.content, said, found.reason, found.detail, raw.key, attached, signature)


def _signature(found: _Read) -> str:
    """What is to be said of the seal on a message; one whose issuer nobody knows is unchecked."""
    said = found.said
    if said is None or not said.signature:
        return "none"
    if weak(said.signature):
        return "weak"
    verdict = signing.verdict_of(found.content, name="thong-diep.edxml").verdict
    return verdict.value if verdict in (Verdict.VALID, Verdict.INVALID) else "unchecked"


def _file(one: Attachment, at: datetime) -> dict[str, str]:
    try:
        stored = files.store(
            upload=ContentFile(one.content, one.name), name=one.name, by=BY, at=at,
            retention=RETENTION, allowed=KNOWN, as_is=True,
        )  # fmt: skip
    except files.FileRefused as fault:
        return {"name": one.name, "file_key": "", "refused": type(fault).__name__}
    return {"name": one.name, "file_key": stored.key, "refused": ""}


def _stored(found: _Read, sender: str, axis_id: str, own: dict[str, str], at: datetime) -> Message:
    message = Message(
        **own,
        partner_code=sender[:35],
        axis_id=axis_id[:64],
        file_key=found.file_key,
        by_key=BY,
        created_at=at,
        done_at=at,
    )
    said = found.said
    if said is None:
        return _refused(message, found, at)
    message.partner_name = said.sender.name[:200]
    message.signature = found.signature
    if isinstance(said, Status):
        return _status(message, said, at)
    return _document(message, said, found, at)


def _refused(message: Message, found: _Read, at: datetime) -> Message:
    message.kind, message.state = K.UNREADABLE, S.REFUSED
    message.reason, message.note = found.reason, found.detail[:2_000]
    message.search_text = fold(message.partner_code)
    message.save()
    event = MessageRefused(
        message=Ref(message.key), agency=Code(message.agency_code), reason=Code(message.reason)
    )
    journal.record(event, by=BY, occurred_at=at)
    return message


def _document(message: Message, said: Document, found: _Read, at: datetime) -> Message:
    """Store a document and tell its sender at once that it has arrived."""
    message.kind, message.state = K.DOCUMENT, S.RECEIVED
    message.document_id, message.said_at = said.document_id, None
    formers = said.business.about(message.agency_code)
    message.facts = _facts(said) | {"attachments": found.attachments, "formers": list(formers)}
    message.about = _meant(message, formers, direction="in")
    number = f"{said.number}/{said.notation}"
    message.search_text = fold(f"{number} {said.sender.name} {said.subject}")[:1_200]
    message.save()
    event = MessageReceived(
        message=Ref(message.key),
        agency=Code(message.agency_code),
        partner=Code(message.partner_code),
        business=Code(said.business.kind),
    )
    journal.record(event, by=BY, occurred_at=at)
    send_status(message=message.key, code=ARRIVED, by=BY, at=at)
    return message


def _facts(said: Document) -> dict[str, Any]:
    return {
        "number": said.number,
        "notation": said.notation,
        "issued_on": said.promulgated_on.isoformat(),
        "kind_name": said.kind_name,
        "subject": said.subject,
        "place": said.place,
        "competence": said.competence,
        "position": said.position,
        "signer": said.signer,
        "due_on": said.due_on.isoformat() if said.due_on else "",
        "priority": said.priority,
        "pages": said.pages,
        "to_places": list(said.to_places),
        "business": said.business.kind,
        "about_document_id": said.business.document_id,
        "reason": said.business.reason,
    }


def _meant(message: Message, ids: Sequence[str], *, direction: str) -> Message | None:
    """The newest document with one of these identifiers between the two."""
    agency, partner = message.agency_code, message.partner_code
    rows = documents_between(agency, partner, ids, direction=direction)
    return rows.select_for_update().last()


def _status(message: Message, said: Status, at: datetime) -> Message:
    """Store a status; it is news when it is later than the last one about the document."""
    message.kind, message.status_code = K.STATUS, said.code
    message.document_id, message.said_at = said.about.document_id, said.at
    message.note = said.description
    direction = "in" if said.code == ASKED_BACK else "out"
    about = _meant(message, [said.about.document_id], direction=direction)
    message.about = about
    message.state = S.RECEIVED if about else S.UNMATCHED
    message.search_text = about.search_text if about else fold(said.about.code)[:1_200]
    message.save()
    if about is None:
        return message
    asked = said.code == ASKED_BACK
    if not asked:
        known = about.status_code
        if not is_news(code=said.code, at=said.at, known=known, known_at=about.status_at):
            return message
        about.status_code, about.status_at = said.code, said.at
        about.save(update_fields=["status_code", "status_at"])
    event = StatusReceived(
        message=Ref(message.key),
        about=Ref(about.key),
        status_code=Code(said.code),
        agency=Code(message.agency_code),
        partner=Code(message.partner_code),
    )
    journal.record(event, by=BY, occurred_at=at)
    return message
