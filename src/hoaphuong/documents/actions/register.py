"""The chain of issued documents, and its head of each day."""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from hoaphuong.documents.contracts import RegisterHeadPublished
from hoaphuong.documents.models import Document, RegisterEntry, RegisterHead
from hoaphuong.documents.rules import full_number, register_digest, register_link
from hoaphuong.kernel import journal
from hoaphuong.kernel.numbering import next_number
from hoaphuong.kernel.values import Code

SERIES = "documents:register"
FIRST = "0" * 64


def enter(document: Document, *, at: datetime) -> RegisterEntry:
    """Add an issued document to the chain, in the transaction that issues it.

    The number series' row stays locked until the transaction ends, so entries are linked one after
    another and none is read before it is committed.
    """
    position = next_number(SERIES)
    previous = FIRST
    if position > 1:
        previous = RegisterEntry.objects.values_list("hash", flat=True).get(position=position - 1)
    assert document.issued_on is not None
    digest = register_digest(
        sha256=document.file_sha256,
        number=full_number(document.number, document.notation),
        agency=document.agency_code,
        issued_on=document.issued_on,
        attachments=[one.sealed_sha256 for one in document.attachments.all()],
    )
    return RegisterEntry.objects.create(
        position=position,
        document=document,
        day=localdate(at),
        digest=digest,
        hash=register_link(previous, digest),
        recorded_at=at,
    )


def days_to_publish(*, today: date) -> list[date]:
    """Days that are over, have entries and no published head, oldest first."""
    published = RegisterHead.objects.values("day")
    days = RegisterEntry.objects.filter(day__lt=today).exclude(day__in=published)
    return list(days.order_by("day").values_list("day", flat=True).distinct())


@transaction.atomic
def publish_head(*, day: date, stamp: bytes | None, at: datetime) -> RegisterHead:
    """Publish the head of one finished day; ``stamp`` is a time-stamp token over the hash."""
    entries = RegisterEntry.objects.filter(day=day)
    last = entries.order_by("-position").first()
    assert last is not None, day
    head = RegisterHead.objects.create(
        day=day,
        entries=entries.count(),
        position=last.position,
        hash=last.hash,
        published_at=at,
        stamp=stamp.hex() if stamp else "",
    )
    event = RegisterHeadPublished(
        day=Code(day.isoformat()), entries=head.entries, stamped=bool(stamp)
    )
    journal.record(event, by="register", occurred_at=at)
    return head
