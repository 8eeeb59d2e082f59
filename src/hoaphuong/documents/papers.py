"""A document's row as a page: what is typeset, reserved for signatures, and filled in later."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from hoaphuong.documents.attached import listed
from hoaphuong.documents.kinds import KINDS
from hoaphuong.documents.models import Document, Recipient
from hoaphuong.documents.rules import place_of, written_number
from hoaphuong.exchange.contracts import OutgoingDocument
from hoaphuong.files import queries as shelf
from hoaphuong.identity import queries as identity

if TYPE_CHECKING:
    from hoaphuong.documents.typesetting import Paper

# The priority of a message, our reading of QCVN 102:2016, which lists no values.
PRIORITIES = {"": "0", "KHẨN": "1", "THƯỢNG KHẨN": "2", "HỎA TỐC": "3"}
# The reserved places, as typesetting names them.
NUMBER, DAY, MONTH, YEAR = "so", "ngay", "thang", "nam"
SIGNATURE, SEAL, COPY = "chu-ky", "dau", "ban-sao"


def paper_of(document: Document, *, dated: bool = False) -> "Paper":
    """The document as typesetting takes it; without ``dated``, number and day stay reserved."""
    from hoaphuong.documents import typesetting as ts

    content: dict[str, Any] = document.content
    agency = identity.agency(document.agency_code)
    names = identity.display_names({document.signer_key})
    signer = ts.Signer(
        name=names.get(document.signer_key, ""),
        position=content.get("position", ""),
        for_whom=tuple((ts.Capacity(how), whom) for how, whom in content.get("for_whom", ())),
        acting=bool(content.get("acting")),
    )
    meeting = content.get("meeting")
    parent = agency.kind == "department" and agency.parent
    return ts.Paper(
        kind=ts.Kind(document.kind),
        agency=agency.name,
        parent=identity.agency(parent).name if parent else "",
        notation=document.notation,
        number=written_number(document.number) if dated and document.number else "",
        date=document.issued_on if dated else None,
        place=place_of(agency.name, kind=agency.kind, city=settings.CITY["name"]),
        title=document.subject_line,
        body=content.get("body", "") + listed(document),
        signer=signer,
        issuer=content.get("issuer", ""),
        addressees=tuple(content.get("addressees", ())),
        grounds=tuple(content.get("grounds", ())),
        recipients=tuple(_printed(document)),
        archive=content.get("archive", "VT"),
        urgency=ts.Urgency(document.urgency),
        drafter=content.get("drafter", ""),
        copies=int(content.get("copies", 0)),
        contact=content.get("contact", ""),
        meeting=ts.Meeting(**meeting) if meeting else None,
        annexes=tuple(ts.Annex(**annex) for annex in content.get("annexes", ())),
    )


def _printed(document: Document) -> list[str]:
    """The lines below "Nơi nhận", as an officer writes them."""
    if document.pk is None:
        return []
    lines = []
    for to in document.recipients.all():
        note = {Recipient.Purpose.REPORT: " (để b/c)", Recipient.Purpose.KNOW: " (để biết)"}
        lines.append(f"{to.name}{note.get(Recipient.Purpose(to.purpose), '')}")
    return lines


def faults(document: Document) -> dict[str, str]:
    """What must be mended before the draft can go on, by field; nothing when it is ready."""
    from hoaphuong.documents.typesetting import PaperRefused, typeset

    found: dict[str, str] = {}
    if not document.signer_key:
        found["signer"] = _("Say who signs.")
    late = [t for t in document.assignments.all() if t.due_on <= localdate(document.changed_at)]
    if late:
        found["tasks"] = _("A task's day must lie ahead.")
    try:
        typeset(paper_of(document), at=localdate(document.changed_at))
    except PaperRefused as refused:
        for fault in refused.faults:
            found.setdefault(fault.field, _(fault.sentence) % fault.values)
    return found


def draft_pdf(document: Document) -> bytes:
    """The draft as it would look now."""
    from hoaphuong.documents.typesetting import typeset

    return typeset(paper_of(document), at=localdate(document.changed_at)).pdf


def final_pdf(document: Document, *, at: datetime) -> bytes:
    """The pages that will be signed: number, day, signature and seal have reserved places."""
    from hoaphuong.documents.typesetting import typeset
    from hoaphuong.signing.pdf import reserve

    paper = replace(paper_of(document), check=check_address(document))
    made = typeset(paper, at=localdate(at))
    # Box 14 is for copies made later: its place in a signed file could never be filled.
    places = [place for place in made.signatures if place.name != COPY]
    # A number stands at the end of its place, next to the notation.
    texts = [replace(one, right=one.name.partition("-")[0] == NUMBER) for one in made.texts]
    return reserve(made.pdf, texts=texts, signatures=places)


def filled_pdf(document: Document) -> bytes:
    """The signed file with its number and day filled in, nothing else changed."""
    from hoaphuong.signing.pdf import empty_texts, fill

    assert document.number is not None
    assert document.issued_on is not None
    day = document.issued_on
    values = {
        NUMBER: written_number(document.number),
        DAY: f"{day:%d}",
        MONTH: _month(day.month),
        YEAR: str(day.year),
    }
    signed = content_of(document)
    # Places are repeated as so-2, ngay-2 … where an annex names its document; minutes have no day.
    places = {name: name.partition("-")[0] for name in empty_texts(signed)}
    return fill(signed, {name: values[what] for name, what in places.items()})


def _month(month: int) -> str:
    """With a zero before January and February only (Annex I, II.4)."""
    return f"{month:02}" if month < 3 else str(month)


def content_of(document: Document) -> bytes:
    """The bytes of the newest file."""
    with shelf.open_file(document.file_key) as stream:
        return stream.read()


def to_exchange(document: Document, to: Recipient) -> OutgoingDocument:
    """The document as the exchange sends it."""
    assert document.issued_on is not None
    content: dict[str, Any] = document.content
    names = identity.display_names({document.signer_key})
    capacity = " ".join(f"{how} {whom}" for how, whom in content.get("for_whom", ()))
    number = written_number(document.number or 0)
    return OutgoingDocument(
        partner=to.code,
        partner_name=to.name,
        document_id="",
        number=number,
        notation=document.notation,
        issued_on=document.issued_on,
        subject=document.subject_line,
        attachments=(document.file_key, *(one.file_key for one in document.attachments.all())),
        kind_name=KINDS[document.kind].name.capitalize() or "Công văn",
        place=settings.CITY["name"],
        competence=capacity,
        position=content.get("position", ""),
        signer=names.get(document.signer_key, ""),
        priority=PRIORITIES[document.urgency],
        to_places=tuple(_printed(document)),
    )


def check_address(document: Document) -> str:
    """Where anyone sees that a paper is the city's: the address in its QR code."""
    return settings.PUBLIC_ADDRESS + reverse("documents:check", args=[document.token])


def called(document: Document) -> str:
    """What a document is called in a list: its kind and subject."""
    kind = KINDS[document.kind].name.capitalize()
    return f"{kind} {document.subject_line}".strip()
