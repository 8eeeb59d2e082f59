"""Reads of the exchange: messages under the reader's agencies, and the address book."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet

from hoaphuong.exchange.contracts import (
    AttachmentFacts,
    FormerFacts,
    MessageFacts,
    MessagePage,
    PartnerFacts,
)
from hoaphuong.exchange.models import Message, Partner
from hoaphuong.files import queries as files
from hoaphuong.kernel.access import EVERYWHERE
from hoaphuong.kernel.folding import words

PAGE = 50
STATES = ("queued", "sent", "received", "refused", "unmatched")


class NoSuchMessage(LookupError):
    """No message has this key, or not for these agencies."""


def _attachments(message: Message) -> tuple[AttachmentFacts, ...]:
    listed = message.facts.get("attachments", [])
    if message.direction == Message.Direction.IN:
        return tuple(AttachmentFacts(**one) for one in listed)
    known = files.facts(listed)
    return tuple(AttachmentFacts(known[key].name, key) for key in listed if key in known)


def documents_between(
    agency: str, partner: str, ids: Iterable[str], *, direction: str
) -> QuerySet[Message]:
    """The documents with one of these identifiers from one of the two to the other, oldest first.

    An identifier says who issued a document, not who sent it: only both together make it known.
    """
    rows = Message.objects.filter(kind=Message.Kind.DOCUMENT, document_id__in=ids)
    rows = rows.filter(agency_code=agency, partner_code=partner, direction=direction)
    return rows.order_by("id")


def _formers(message: Message) -> tuple[FormerFacts, ...]:
    """What it is about, with the latest message before it that carried each document."""
    named = message.facts.get("formers", [])
    if not named:
        return ()
    rows = documents_between(
        message.agency_code, message.partner_code, named, direction=Message.Direction.IN
    ).filter(id__lt=message.pk)
    known = dict(rows.values_list("document_id", "key"))
    return tuple(FormerFacts(one, known.get(one, "")) for one in named)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def message_facts(message: Message, *, whole: bool = True) -> MessageFacts:
    """A row as others may have it; a status has the header of the document it is about."""
    about = message.about
    facts: dict[str, Any] = message.facts
    if message.kind == Message.Kind.STATUS and about is not None:
        facts = about.facts
    return MessageFacts(
        key=message.key,
        direction=message.direction,
        kind=message.kind,
        agency=message.agency_code,
        partner=message.partner_code,
        partner_name=message.partner_name,
        state=message.state,
        reason=message.reason,
        document_id=message.document_id,
        number=facts.get("number", ""),
        notation=facts.get("notation", ""),
        issued_on=_day(facts.get("issued_on", "")),
        kind_name=facts.get("kind_name", ""),
        subject=facts.get("subject", ""),
        signer=facts.get("signer", ""),
        position=facts.get("position", ""),
        due_on=_day(facts.get("due_on", "")),
        priority=facts.get("priority", ""),
        business=facts.get("business", ""),
        about=about.key if about else "",
        status_code=message.status_code,
        note=message.note or facts.get("reason", ""),
        signature=message.signature,
        file_key=message.file_key,
        attachments=_attachments(message) if whole else (),
        created_at=message.created_at,
        said_at=message.said_at,
        done_at=message.done_at,
        formers=_formers(message) if whole else (),
    )


def _of(agencies: Iterable[str]) -> QuerySet[Message]:
    rows = Message.objects.select_related("about")
    held = frozenset(agencies)
    return rows if EVERYWHERE in held else rows.filter(agency_code__in=held)


def message(key: str, *, agencies: Iterable[str] = (EVERYWHERE,)) -> MessageFacts:
    """One message; NoSuchMessage when there is none for these agencies."""
    row = _of(agencies).filter(key=key).first()
    if row is None:
        raise NoSuchMessage(key)
    return message_facts(row)


def statuses(key: str) -> list[MessageFacts]:
    """What was said about a document, oldest first."""
    rows = Message.objects.filter(about__key=key, kind=Message.Kind.STATUS).select_related("about")
    found = [message_facts(row, whole=False) for row in rows.order_by("id")]
    return sorted(found, key=lambda one: one.said_at or one.created_at)


def messages(
    *,
    agencies: Iterable[str],
    search: str = "",
    direction: str = "",
    state: str = "",
    kind: str = "",
    page: int = 1,
) -> MessagePage:
    """One page of the log, newest first; a fixed number of queries whatever its size."""
    found = _of(agencies)
    for word in words(search):
        found = found.filter(search_text__contains=word)
    for name, value in (("direction", direction), ("state", state), ("kind", kind)):
        if value:
            found = found.filter(**{name: value})
    number = max(page, 1)
    start = (number - 1) * PAGE
    rows = list(found.order_by("-created_at", "-id")[start : start + PAGE + 1])
    listed = tuple(message_facts(row, whole=False) for row in rows[:PAGE])
    return MessagePage(messages=listed, number=number, more=len(rows) > PAGE)


def keyed(keys: Iterable[str], *, agencies: Iterable[str]) -> dict[str, MessageFacts]:
    """The messages of these keys that these agencies may see."""
    rows = _of(agencies).filter(key__in=list(keys))
    return {row.key: message_facts(row, whole=False) for row in rows}


def partners() -> list[PartnerFacts]:
    """Who can be reached through the axis, by name."""
    rows = Partner.objects.filter(gone=False).order_by("name")
    return [PartnerFacts(code, name) for code, name in rows.values_list("code", "name")]
