"""What an electronic copy is made of, and which forms the law knows of a paper.

Decree 30/2020/NĐ-CP, Article 25: an electronic original is copied to another electronic document
in part only (trích sao); a digitised paper also as a whole (sao y), and a paper that is itself a
sao y as a sao lục.
"""

from datetime import date
from typing import Any

from hoaphuong.documents.attached import corner_seal
from hoaphuong.documents.copied_pages import as_seen, of_pictures
from hoaphuong.documents.models import Copy, Document, Incoming
from hoaphuong.documents.rules import abbreviation, copy_notation, full_number
from hoaphuong.files import queries as shelf
from hoaphuong.identity import queries as identity
from hoaphuong.signing.contracts import ToSign

PRINTED = {Copy.Form.SAO_Y: "SAO Y", Copy.Form.SAO_LUC: "SAO LỤC", Copy.Form.TRICH_SAO: "TRÍCH SAO"}
# What came in may be copied once it is registered and while it is kept.
HELD = (Incoming.Status.REGISTERED, Incoming.Status.ASSIGNED, Incoming.Status.DONE)
_PDF = "application/pdf"


def forms_of(paper: Document | Incoming) -> tuple[str, ...]:
    """Codes of the forms in which a paper may be copied electronically."""
    if isinstance(paper, Incoming) and paper.source == "paper":
        return (Copy.Form.SAO_Y, Copy.Form.SAO_LUC, Copy.Form.TRICH_SAO)
    return (Copy.Form.TRICH_SAO,)


def content_of_copy(file_key: str, *, form: str, pages: str) -> bytes:
    """The PDF that is to be sealed; NotCopyable.

    A digitised paper that is not signed stays bit by bit inside its sao y. Of a signed file the
    pages are taken as they are seen: who vouches for the copy is who makes it.
    """
    facts = shelf.file_facts(file_key)
    with shelf.open_file(file_key) as stream:
        content = stream.read()
    if facts.media_type != _PDF:
        content = of_pictures(content)
    if form != Copy.Form.TRICH_SAO and b"/ByteRange" not in content:
        return content
    return as_seen(content, "" if form != Copy.Form.TRICH_SAO else pages)


def called(copy: Copy) -> str:
    """The copy's number as it is written: ``07/SY-UBND``."""
    issuer = abbreviation(identity.agency(copy.agency_code).name)
    return copy_notation(copy.number, copy.form, issuer=issuer)


def original_of(copy: Copy) -> tuple[str, date | None, str]:
    """Number, day and issuer of the paper that was copied."""
    if copy.document is not None:
        of = copy.document
        name = identity.agency(of.agency_code).name
        return full_number(of.number, of.notation), of.issued_on, name
    arrived = copy.incoming
    assert arrived is not None
    number = f"{arrived.document_number}/{arrived.document_notation}"
    return number, arrived.issued_on, arrived.from_name


def status_of(copy: Copy) -> str:
    """``recalled`` or ``replaced`` when the document that was copied does not count any more."""
    if copy.document is None:
        return "recalled" if copy.incoming and copy.incoming.recall == "agreed" else ""
    return (
        "recalled"
        if copy.document.recalled_at
        else ("replaced" if copy.document.replaced_at else "")
    )


def to_seal(copy: Copy) -> ToSign:
    """The copy for the agency's signature in its corner (Annex I, box 14)."""
    with shelf.open_file(copy.source_key) as stream:
        content = stream.read()
    agency = identity.agency(copy.agency_code).name
    return corner_seal(content, f"{PRINTED[Copy.Form(copy.form)]} {called(copy)}", agency)


def copies_of(paper: Document | Incoming) -> list[dict[str, Any]]:
    """What a paper's page says of its copies."""
    rows = list(paper.copies.all())
    names = identity.display_names({row.made_by_key for row in rows})
    return [
        {
            "copy": row,
            "number": called(row),
            "form": PRINTED[Copy.Form(row.form)],
            "by": names.get(row.made_by_key, ""),
        }
        for row in rows
    ]
