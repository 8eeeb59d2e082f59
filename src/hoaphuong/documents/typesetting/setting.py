"""Set an official document as PDF/A-2b, and tell where places are kept free in it."""

import datetime as dt
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from hoaphuong.documents.typesetting.facts import facts_of
from hoaphuong.documents.typesetting.letters import FONTS
from hoaphuong.documents.typesetting.paper import Paper
from hoaphuong.signing.contracts import Box, SignatureField, TextField

if TYPE_CHECKING:
    from typst import Compiler

HERE = Path(__file__).parent
A4_HEIGHT = 841.89  # points
MOST = {"so": 7, "ngay": 2, "thang": 2, "nam": 4}
LABELS = {
    "so": "Số văn bản",
    "ngay": "Ngày",
    "thang": "Tháng",
    "nam": "Năm",
    "chu-ky": "Chữ ký của người có thẩm quyền",
    "dau": "Dấu, chữ ký số của cơ quan, tổ chức",
    "ban-sao": "Chữ ký số của cơ quan, tổ chức (góc trên bên phải)",
}
_ENTRY = re.compile(rb"/Keywords\(places\|([^()\\]*)\)")
_IN_XMP = re.compile(rb"<pdf:Keywords>places\|([^<]*)</pdf:Keywords>")
_SAID = "sys.inputs.paper"  # where paper.typ takes its data from
_one_at_a_time = Lock()


@dataclass(frozen=True)
class Typeset:
    """A document that was set: its file, its number of pages, and the places kept free.

    Places of text: ``so``, ``ngay``, ``thang``, ``nam``, only where the paper did not say them;
    ``so-2`` and so on repeat them where an annex names the document. Places of signatures:
    ``chu-ky`` the person, ``chu-ky-2`` the secretary of minutes, ``dau`` the seal, ``ban-sao``
    box 14. The lower edge of a place of text is 0.216 of its size below the baseline.
    """

    pdf: bytes
    pages: int
    texts: tuple[TextField, ...]
    signatures: tuple[SignatureField, ...]


@cache
def _compiler() -> "Compiler":
    """Made once a process: starting it costs more than a page does."""
    import typst

    return typst.Compiler(
        root=str(HERE),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
    )


@cache
def _template() -> tuple[str, str]:
    """``paper.typ`` before and behind the place of its data."""
    before, _said, behind = (HERE / "paper.typ").read_text(encoding="utf-8").partition(_SAID)
    return before, behind


def _source(data: str) -> bytes:
    """The template with its data as one string in it: an input that changes would make the
    typesetter forget all that it knows of the template, which costs an eighth of the speed.

    JSON holds no line ends, so a string of Typst ends only at a quotation mark.
    """
    before, behind = _template()
    quoted = data.replace("\\", "\\\\").replace('"', '\\"')
    return f'{before}"{quoted}"{behind}'.encode()


def typeset(paper: Paper, *, at: dt.date, draft: str = "") -> Typeset:
    """Set ``paper``; ``at`` is the date of the file, ``draft`` a line such as "DỰ THẢO lần 2".

    Raises PaperRefused with every fault of the draft.
    """
    data = json.dumps(facts_of(paper, at=at, draft=draft), ensure_ascii=False)
    with _one_at_a_time:
        made = _compiler().compile(input=_source(data), format="pdf", pdf_standards="a-2b")
    assert isinstance(made, bytes)
    pdf, places = _places_taken_out(made)
    return Typeset(
        pdf=pdf,
        pages=max(place.box.page for place in places) + 1,
        texts=tuple(_text(place) for place in places if place.kind == "text"),
        signatures=tuple(_signature(place) for place in places if place.kind == "signature"),
    )


@dataclass(frozen=True)
class _Place:
    name: str
    kind: str
    box: Box
    size: float
    italic: bool


def _places_taken_out(pdf: bytes) -> tuple[bytes, list[_Place]]:
    """Read the keyword that ``places`` of parts.typ wrote, and put blanks where it stood.

    Blanks are white space in a dictionary and in XMP, and no offset changes.
    """
    written = [_ENTRY.findall(pdf), _IN_XMP.findall(pdf)]
    if [len(found) for found in written] != [1, 1] or written[0] != written[1]:
        raise RuntimeError("the file does not name its places once in each list of facts")
    for pattern in (_ENTRY, _IN_XMP):
        pdf = pattern.sub(lambda found: b" " * len(found[0]), pdf)
    lines = written[0][0].decode("ascii").strip("|").split("|")
    return pdf, [_place(line) for line in lines]


def _place(line: str) -> _Place:
    name, kind, page, *rest = line.split(":")
    x, y, w, h, size, italic = map(float, rest)
    corners = (x, A4_HEIGHT - y - h, x + w, A4_HEIGHT - y)
    box = Box(int(page) - 1, *(round(corner, 2) for corner in corners))
    return _Place(name, kind, box, size, bool(italic))


def _label(name: str) -> str:
    return LABELS[name.rstrip("-0123456789")]


def _text(place: _Place) -> TextField:
    return TextField(
        name=place.name,
        box=place.box,
        size=place.size,
        italic=place.italic,
        label=_label(place.name),
        most=MOST[place.name.rstrip("-0123456789")],
    )


def _signature(place: _Place) -> SignatureField:
    return SignatureField(name=place.name, box=place.box, label=_label(place.name))
