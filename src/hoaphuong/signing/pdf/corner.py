"""Box 14: the text of an organisation's signature in the top right corner of a first page.

Decree 30/2020/NĐ-CP, Annex I: on attachments in files of their own and on electronic copies the
organisation signs there, without an image, in Times New Roman upright 10.
"""

from collections.abc import Sequence

from hoaphuong.signing.contracts import SIGNED_AT, Box, SignatureField
from hoaphuong.signing.pdf import fields
from hoaphuong.signing.pdf.fields import FieldRefused
from hoaphuong.signing.pdf.fonts import ASCENT, DESCENT, font
from hoaphuong.signing.pdf.forms import reserve
from hoaphuong.signing.pdf.look import LEADING
from hoaphuong.signing.pdf.paper import Paper, open_paper
from hoaphuong.signing.pdf.syntax import Broken, Name, real

WIDEST = 226.8  # points: 80 mm
FROM_RIGHT, FROM_TOP = 42.5, 19.8  # points: 15 mm and 7 mm, above the text of a page
SIZE = 10.0
DEEPEST = 40  # levels of pages above pages
_MOMENT = "2023-06-26T09:30:15+07:00"


def corner_lines(*parts: str) -> tuple[str, ...]:
    """The parts with "; " between them, in lines that fit the corner; Unwritable."""
    lines: list[str] = []
    for word in "; ".join(parts).split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _width(longer) <= WIDEST:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)


def reserve_corner(pdf: bytes, *, name: str, lines: Sequence[str], label: str = "") -> bytes:
    """The file with a place for these lines in the top right corner of its first page as it is
    seen, however the page is turned; SigningFault, also for a file that is signed already.
    """
    paper = open_paper(pdf)
    left, below, right, above, turned = _seen(paper)
    width = max(map(_width, lines)) + 0.5
    height = (ASCENT + DESCENT + LEADING * (len(lines) - 1)) * SIZE + 0.5
    across, up = (right - left, above - below) if turned in (0, 180) else (
        above - below, right - left
    )  # fmt: skip
    if width + 2 * FROM_RIGHT > across or height + 2 * FROM_TOP > up:
        raise FieldRefused("The first page is too small for the text of the signature.")
    x2, y2 = across - FROM_RIGHT, up - FROM_TOP
    corners = [_unturned(x, y, turned, right - left, above - below)
               for x, y in ((x2 - width, y2 - height), (x2, y2))]  # fmt: skip
    xs, ys = sorted(x + left for x, _y in corners), sorted(y + below for _x, y in corners)
    box = Box(0, *(round(edge, 2) for edge in (xs[0], ys[0], xs[1], ys[1])))
    return reserve(pdf, texts=(), signatures=[SignatureField(name, box, label, turned)])


def _width(line: str) -> float:
    return font().width(line.replace(SIGNED_AT, _MOMENT)) * SIZE


def _unturned(x: float, y: float, turned: int, width: float, height: float) -> tuple[float, float]:
    """A point of a page as it is seen, in the page's own coordinates."""
    if turned == 90:
        return width - y, x
    if turned == 180:
        return width - x, height - y
    return (y, height - x) if turned == 270 else (x, y)


def _seen(paper: Paper) -> tuple[float, float, float, float, int]:
    """The part of the first page that is seen, and by how much it is turned clockwise; Broken."""
    media = _inherited(paper, Name(b"/MediaBox"))
    box = _corners(paper, media)
    crop = _inherited(paper, Name(b"/CropBox"))
    if crop is not None:
        cut = _corners(paper, crop)
        box = (max(box[0], cut[0]), max(box[1], cut[1]), min(box[2], cut[2]), min(box[3], cut[3]))
    turned = _inherited(paper, Name(b"/Rotate"))
    return (*box, turned % 360 if isinstance(turned, int) and turned % 90 == 0 else 0)


def _corners(paper: Paper, said: object) -> tuple[float, float, float, float]:
    edges = [real(paper.resolved(edge)) for edge in paper.array(said)]
    if len(edges) != 4:
        raise Broken("The first page has no size.")
    left, right = sorted(edges[::2])
    below, above = sorted(edges[1::2])
    return left, below, right, above


def _inherited(paper: Paper, key: Name) -> object:
    """An entry of the first page, or of what is above it (ISO 32000-1, 7.7.3.4)."""
    node = paper.dictionary(fields.page(paper, 0))
    for _ in range(DEEPEST):
        if key in node:
            return paper.resolved(node[key])
        if Name(b"/Parent") not in node:
            return None
        node = paper.dictionary(node[Name(b"/Parent")])
    raise Broken("The pages cannot be followed.")
