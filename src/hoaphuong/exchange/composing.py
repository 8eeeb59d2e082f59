"""A queued message as edXML bytes: from its row and the stored files, outside a transaction."""

from collections.abc import Callable
from datetime import date
from typing import Any

from hoaphuong.exchange.edxml.message import (
    REPLACE,
    UPDATE,
    Attachment,
    Business,
    Document,
    Organ,
    Replacement,
    ResponseFor,
    Status,
    Trace,
)
from hoaphuong.exchange.edxml.writing import write
from hoaphuong.exchange.models import Message
from hoaphuong.files import queries as files
from hoaphuong.identity import queries as identity


def compose(message: Message, *, sign: Callable[[bytes], bytes] | None = None) -> bytes:
    """The bytes of a message; the same each time, apart from a signature."""
    if message.kind == Message.Kind.STATUS:
        return write(_status(message), sign=sign)
    return write(_document(message), sign=sign)


def _organ(code: str) -> Organ:
    name = identity.agency(code).name
    return Organ(code=code, name=name, in_charge=name)


def _status(message: Message) -> Status:
    about = message.about
    assert about is not None
    number = f"{about.facts.get('number', '')}/{about.facts.get('notation', '')}"
    issued_on = about.facts.get("issued_on")
    return Status(
        sender=_organ(message.agency_code),
        about=ResponseFor(
            organ=message.partner_code,
            document_id=message.document_id,
            code=number,
            promulgated_on=date.fromisoformat(issued_on) if issued_on else None,
        ),
        code=message.status_code,
        at=message.created_at,
        description=message.note,
    )


def _document(message: Message) -> Document:
    facts: dict[str, Any] = message.facts
    return Document(
        sender=_organ(message.agency_code),
        to=(Organ(code=message.partner_code, name=message.partner_name),),
        document_id=message.document_id,
        number=facts["number"],
        notation=facts["notation"],
        promulgated_on=date.fromisoformat(facts["issued_on"]),
        subject=facts["subject"],
        place=facts["place"],
        kind_name=facts["kind_name"],
        content=facts["subject"],
        competence=facts["competence"],
        position=facts["position"],
        signer=facts["signer"],
        due_on=date.fromisoformat(facts["due_on"]) if facts["due_on"] else None,
        priority=facts["priority"],
        pages=facts["pages"],
        to_places=tuple(facts["to_places"]),
        traces=(Trace(message.agency_code, message.created_at),),
        business=_business(facts, message.partner_code),
        attachments=tuple(_attachment(key) for key in facts["attachments"]),
    )


def _business(facts: dict[str, Any], partner: str) -> Business:
    """An update changes the document itself; a replacement is one at this recipient."""
    kind, about = facts["business"], facts["about_document_id"]
    replaced = (Replacement(about, (partner,)),) if kind == REPLACE else ()
    return Business(
        kind=kind,
        document_id=about,
        reason=facts["reason"],
        document_info=kind == UPDATE,
        replacements=replaced,
    )


def _attachment(key: str) -> Attachment:
    facts = files.file_facts(key)
    with files.open_file(key) as stream:
        content = stream.read()
    return Attachment(name=facts.name, content=content, description=facts.name, content_id=key)
