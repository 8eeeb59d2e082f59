"""What goes to other agencies: queued with the act that caused it, sent by the worker."""

import hashlib
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from hoaphuong.exchange.composing import compose
from hoaphuong.exchange.contracts import MessageQueued, MessageSent, OutgoingDocument, StatusSent
from hoaphuong.exchange.edxml.message import MOST_SUBJECT, STATUS_CODES
from hoaphuong.exchange.edxml.writing import HEADER
from hoaphuong.exchange.models import Message
from hoaphuong.exchange.queries import documents_between
from hoaphuong.exchange.rules import ASKED_BACK, document_id
from hoaphuong.files import actions as files
from hoaphuong.files.queries import XML
from hoaphuong.kernel import journal, outgoing
from hoaphuong.kernel.faults import point
from hoaphuong.kernel.folding import fold
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.signing import actions as signing

CALL = "exchange.send"
RETENTION = "exchange"
D, K, S = Message.Direction, Message.Kind, Message.State


class NotSendable(Exception):
    """The document lacks something without which no recipient could read it."""


class NotOurs(Exception):
    """The status is not for this agency to give about that document."""


@transaction.atomic
def send_document(*, document: OutgoingDocument, agency: str, by: str, at: datetime) -> str:
    """Queue a document for one partner; the message's key. NotSendable.

    It goes out after the caller's transaction; what the partner answers comes as StatusReceived
    with this key in ``about``.
    """
    if not document.attachments or not document.partner or not document.notation:
        raise NotSendable(document.notation)
    if not 0 < len(document.subject) <= MOST_SUBJECT:
        raise NotSendable(document.notation)
    own_id = document.document_id or document_id(
        agency=agency,
        issued_on=document.issued_on,
        number=document.number,
        notation=document.notation,
    )
    facts = asdict(document) | {
        "issued_on": document.issued_on.isoformat(),
        "due_on": document.due_on.isoformat() if document.due_on else "",
        "attachments": list(document.attachments),
        "to_places": list(document.to_places),
    }
    number = f"{document.number}/{document.notation}"
    meant = [document.about_document_id] if document.about_document_id else []
    message = Message.objects.create(
        direction=D.OUT,
        kind=K.DOCUMENT,
        agency_code=agency,
        partner_code=document.partner,
        partner_name=document.partner_name[:200],
        state=S.QUEUED,
        document_id=own_id,
        about=documents_between(agency, document.partner, meant, direction=D.OUT).last(),
        facts=facts,
        by_key=by,
        created_at=at,
        search_text=fold(f"{number} {document.partner_name} {document.subject}")[:1_200],
    )
    return _queued(message, by=by, at=at)


@transaction.atomic
def send_status(*, message: str, code: str, note: str = "", by: str, at: datetime) -> str:
    """Queue a status about a document; the new message's key. NotOurs.

    About a received document any code but 13; about one of ours only 13, to ask for it back.
    """
    about = Message.objects.select_for_update().get(key=message)
    ours = about.direction == D.OUT
    if code not in STATUS_CODES or about.kind != K.DOCUMENT or ours != (code == ASKED_BACK):
        raise NotOurs(message)
    status = Message.objects.create(
        direction=D.OUT,
        kind=K.STATUS,
        agency_code=about.agency_code,
        partner_code=about.partner_code,
        partner_name=about.partner_name,
        state=S.QUEUED,
        document_id=about.document_id,
        about=about,
        status_code=code,
        note=note[:2_000],
        by_key=by,
        created_at=at,
        search_text=about.search_text,
    )
    return _queued(status, by=by, at=at)


def _queued(message: Message, *, by: str, at: datetime) -> str:
    event = MessageQueued(
        message=Ref(message.key),
        kind=Code(message.kind),
        agency=Code(message.agency_code),
        partner=Code(message.partner_code),
    )
    journal.record(event, by=by, occurred_at=at)
    outgoing.enqueue(kind=CALL, subject=message.key, once=f"{CALL}:{message.key}", at=at)
    return message.key


def prepare(*, key: str, at: datetime) -> Message:
    """Give a queued message its bytes, once; called outside a transaction, before each attempt."""
    message = Message.objects.select_related("about").get(key=key)
    if message.file_key:
        return message
    content = _sealed(message, at)
    kept = files.keep(
        content=content,
        name=f"{key}.edxml",
        media_type=XML,
        by=message.by_key,
        at=at,
        retention=RETENTION,
    )
    told = {"file_key": kept.key, "sha256": hashlib.sha256(content).hexdigest()}
    # Another process may have been first: what it made is what is sent.
    Message.objects.filter(key=key, file_key="").update(**told)
    point("exchange.prepared")
    return Message.objects.select_related("about").get(key=key)


def _sealed(message: Message, at: datetime) -> bytes:
    """The message with its agency's seal; an agency that has none sends it as it is."""

    def sign(content: bytes) -> bytes:
        return signing.seal_message(content, agency=message.agency_code, inside=HEADER, at=at)

    try:
        return compose(message, sign=sign)
    except signing.NoSeal:
        return compose(message)


@transaction.atomic
def left(*, key: str, at: datetime) -> None:
    """The axis has taken the message."""
    message = Message.objects.select_for_update().get(key=key)
    if message.state != S.QUEUED:
        return
    message.state, message.done_at = S.SENT, at
    message.save(update_fields=["state", "done_at"])
    agency, partner = Code(message.agency_code), Code(message.partner_code)
    event: MessageSent | StatusSent
    if message.kind == K.STATUS:
        assert message.about is not None
        event = StatusSent(
            message=Ref(key),
            about=Ref(message.about.key),
            status_code=Code(message.status_code),
            agency=agency,
            partner=partner,
        )
    else:
        event = MessageSent(message=Ref(key), agency=agency, partner=partner)
    journal.record(event, by=message.by_key, occurred_at=at)


@transaction.atomic
def try_again(*, call: str, at: datetime) -> None:
    """Have a dead call made anew; NotDead of kernel.outgoing."""
    outgoing.try_again(key=call, at=at)
