"""Reads of official documents; a row's agency or signer is checked by the caller's scope."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from hoaphuong.documents.contracts import DocumentFacts
from hoaphuong.documents.models import (
    Assignment,
    Copy,
    Document,
    DocumentFile,
    Incoming,
    RegisterEntry,
    RegisterHead,
    Status,
)
from hoaphuong.documents.rules import full_number
from hoaphuong.files import queries as files
from hoaphuong.kernel.access import EVERYWHERE
from hoaphuong.kernel.folding import words

PAGE = 50


@dataclass(frozen=True)
class Listed:
    """One page of a list, whether more follow, and how many there are in all."""

    rows: tuple[Any, ...]
    number: int
    more: bool
    total: int


def _within(rows: QuerySet[Any], agencies: Iterable[str]) -> QuerySet[Any]:
    held = frozenset(agencies)
    return rows if EVERYWHERE in held else rows.filter(agency_code__in=held)


def _listed(rows: QuerySet[Any], page: int) -> Listed:
    number = max(page, 1)
    start = (number - 1) * PAGE
    found = list(rows[start : start + PAGE + 1])
    return Listed(tuple(found[:PAGE]), number, len(found) > PAGE, rows.count())


def _searched(rows: QuerySet[Any], search: str) -> QuerySet[Any]:
    for word in words(search):
        rows = rows.filter(search_text__contains=word)
    return rows


def document(key: str, agencies: Iterable[str], account: str) -> Document:
    """A document of one of these agencies, or one that waits for this person's signature."""
    rows = Document.objects.select_related("replaces", "corrects")
    held = frozenset(agencies)
    if EVERYWHERE not in held:
        rows = rows.filter(Q(agency_code__in=held) | Q(signer_key=account))
    return rows.get(key=key)


def drafts(agencies: Iterable[str], *, search: str = "", page: int = 1) -> Listed:
    """What is on its way and not issued yet, the latest change first."""
    ended = [Status.ISSUED, Status.WITHDRAWN]
    rows = _within(Document.objects.exclude(status__in=ended), agencies)
    return _listed(_searched(rows, search).order_by("-changed_at", "-id"), page)


def issued(
    agencies: Iterable[str], *, search: str = "", kind: str = "", year: int = 0, page: int = 1
) -> Listed:
    """The register of outgoing documents, the latest number first."""
    rows = _within(Document.objects.filter(status__in=[Status.NUMBERED, Status.ISSUED]), agencies)
    if kind:
        rows = rows.filter(kind=kind)
    if year:
        rows = rows.filter(issued_on__year=year)
    return _listed(_searched(rows, search).order_by("-issued_on", "-id"), page)


def to_sign(account: str) -> list[Document]:
    """What waits for this person's signature, the most urgent and oldest first."""
    rows = Document.objects.filter(signer_key=account, status=Status.TO_SIGN)
    return list(rows.order_by("-urgency", "changed_at", "id"))


def to_issue(agencies: Iterable[str]) -> list[Document]:
    """What is signed and waits for number and seal, in the order in which it was signed."""
    rows = Document.objects.filter(status__in=[Status.SIGNED, Status.NUMBERED])
    return list(_within(rows, agencies).order_by("signed_at", "id"))


def incoming(key: str, agencies: Iterable[str]) -> Incoming:
    """An incoming document of one of these agencies."""
    return _within(Incoming.objects.all(), agencies).get(key=key)


def arrivals(
    agencies: Iterable[str],
    *,
    search: str = "",
    status: str = "",
    source: str = "",
    page: int = 1,
) -> Listed:
    """The register of incoming documents, the latest first; the search reads scans too."""
    rows = _within(Incoming.objects.defer("text", "search_text"), agencies)
    if status:
        rows = rows.filter(status=status)
    if source:
        rows = rows.filter(source=source)
    return _listed(_searched(rows, search).order_by("-arrived_at", "-id"), page)


def next_to_read() -> tuple[str, str, str] | None:
    """(incoming document, file, media type) of the oldest scan whose words are not read yet."""
    row = Incoming.objects.filter(text_state="waiting").order_by("id").first()
    if row is None:
        return None
    found = files.facts([row.file_key]).get(row.file_key)
    return row.key, row.file_key, found.media_type if found else ""


def assignment(key: str, agencies: Iterable[str]) -> Assignment:
    """A task that one of these agencies has to do or gave."""
    rows = Assignment.objects.select_related("document", "incoming")
    held = frozenset(agencies)
    if EVERYWHERE not in held:
        rows = rows.filter(Q(agency_code__in=held) | Q(given_by_agency__in=held))
    return rows.exclude(status=Assignment.Status.PLANNED).get(key=key)


def tasks_given(
    agencies: Iterable[str],
    *,
    today: date,
    late: bool = False,
    status: str = "",
    agency: str = "",
    page: int = 1,
) -> Listed:
    """Tasks that these agencies gave, the earliest due day first."""
    rows = Assignment.objects.select_related("document", "incoming")
    held = frozenset(agencies)
    if EVERYWHERE not in held:
        rows = rows.filter(given_by_agency__in=held)
    rows = rows.exclude(status=Assignment.Status.PLANNED)
    if late:
        rows = rows.filter(_late(today))
    if status:
        rows = rows.filter(status=status)
    if agency:
        rows = rows.filter(agency_code=agency)
    return _listed(rows.order_by("due_on", "id"), page)


def _late(today: date) -> Q:
    """Open past its due day, or reported after it."""
    still_open = Q(status=Assignment.Status.OPEN, due_on__lt=today)
    return still_open | Q(days_late__gt=0, status=Assignment.Status.REPORTED)


def standing_of_tasks(agencies: Iterable[str], *, today: date) -> list[dict[str, Any]]:
    """By agency that has to act: how many of the given tasks are open, late, reported, done."""
    rows = Assignment.objects.exclude(status__in=["planned", "cancelled"])
    held = frozenset(agencies)
    if EVERYWHERE not in held:
        rows = rows.filter(given_by_agency__in=held)
    counted = rows.values("agency_code").annotate(
        given=Count("pk"),
        open=Count("pk", filter=Q(status="open")),
        late=Count("pk", filter=Q(status="open", due_on__lt=today)),
        reported=Count("pk", filter=Q(status="reported")),
        done=Count("pk", filter=Q(status="done")),
        in_time=Count("pk", filter=Q(days_late=0)),
    )
    return list(counted.order_by("-late", "-open", "agency_code"))


def facts(row: Document) -> DocumentFacts:
    return DocumentFacts(
        key=row.key,
        agency=row.agency_code,
        kind=row.kind,
        number=full_number(row.number, row.notation),
        subject_line=row.subject_line,
        status=row.status,
        issued_on=row.issued_on,
        file_key=row.file_key,
        recalled=row.recalled_at is not None,
        replaced=row.replaced_at is not None,
    )


def document_facts(key: str) -> DocumentFacts:
    """One document for the app that had it drafted; DoesNotExist."""
    return facts(Document.objects.get(key=key))


def of_dossiers(dossiers: Iterable[str]) -> dict[str, DocumentFacts]:
    """The result documents of dossiers, by dossier; those given up are left out."""
    rows = Document.objects.filter(dossier__in=list(dossiers)).exclude(status=Status.WITHDRAWN)
    return {row.dossier: facts(row) for row in rows}


def with_file(sha256: str) -> DocumentFile | None:
    """The file of a document or of an attachment that has this hash."""
    rows = DocumentFile.objects.filter(sha256=sha256)
    return rows.select_related("document", "attachment").last()


def copy(key: str, agencies: Iterable[str]) -> Copy:
    """A sealed electronic copy made by one of these agencies."""
    return _within(Copy.objects.exclude(sealed_at=None), agencies).get(key=key)


def copy_with_file(sha256: str) -> Copy | None:
    """The electronic copy whose file has this hash."""
    rows = Copy.objects.filter(Q(file_sha256=sha256) | Q(sealed_sha256=sha256))
    return rows.exclude(sealed_at=None).select_related("document", "incoming").last()


def copies_by_number(text: str, *, made_on: date) -> list[Copy]:
    """Sealed copies that may have this number and day; agencies may share one."""
    number, _, notation = text.strip().partition("/")
    form = notation.partition("-")[0].strip().casefold()
    if not number.isdecimal() or len(number) > 9:
        return []
    rows = Copy.objects.exclude(sealed_at=None).select_related("document", "incoming")
    found = rows.filter(number=int(number), made_on=made_on)
    return [row for row in found if row.form.casefold() == form]


def by_token(token: str) -> Document:
    """The issued document of a QR code; DoesNotExist."""
    return Document.objects.select_related("entry").get(token=token, status=Status.ISSUED)


def by_number(text: str, *, issued_on: date) -> list[Document]:
    """Issued documents with this number and day: agencies may share one."""
    number, _, notation = text.strip().partition("/")
    if not number.isdecimal() or len(number) > 9:
        return []
    rows = Document.objects.select_related("entry").filter(
        status=Status.ISSUED, number=int(number), issued_on=issued_on
    )
    return [row for row in rows if row.notation.casefold() == notation.strip().casefold()]


def heads(*, most: int = 60) -> list[RegisterHead]:
    """The latest published heads of the chain, newest first."""
    return list(RegisterHead.objects.order_by("-day")[:most])


def head(day: date) -> RegisterHead:
    """The published head of a day; DoesNotExist."""
    return RegisterHead.objects.get(day=day)


def entries_of(day: date) -> list[RegisterEntry]:
    """The chain's entries of a day in their order; they say nothing about a paper one has not."""
    return list(RegisterEntry.objects.filter(day=day).order_by("position"))


def hash_before(position: int) -> str:
    """The hash that the entry at a position is linked to."""
    if position <= 1:
        return "0" * 64
    return RegisterEntry.objects.values_list("hash", flat=True).get(position=position - 1)


def last_hash(day: date) -> str:
    """The hash of the last entry of a day."""
    rows = RegisterEntry.objects.filter(day=day).order_by("-position")
    return rows.values_list("hash", flat=True)[0]


def stamped(text: str) -> bytes | None:
    """A time-stamp token over the SHA-256 of a published hash; None when none can be had now."""
    from hoaphuong.signing import queries as signing

    return signing.time_stamp(text.encode())
