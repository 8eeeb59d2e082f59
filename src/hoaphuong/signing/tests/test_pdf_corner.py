"""The text of an organisation in the top right corner, as it is seen on pages of any kind."""

from io import BytesIO

import pypdfium2 as pdfium
import pytest
from pypdf import PdfReader, PdfWriter

from hoaphuong.signing.contracts import SIGNED_AT, Box, Level, Look, TextField, ToSign
from hoaphuong.signing.pdf import (
    FieldRefused,
    Forbidden,
    corner_lines,
    fill,
    reserve,
    reserve_corner,
    sign,
)
from hoaphuong.signing.tests.pdf_papers import AT, authority, good, key, typeset

MM = 72 / 25.4
LINES = corner_lines("15/QĐ-UBND", SIGNED_AT)


def blank(*, width=595, height=842, turned=0, cut=None) -> bytes:
    """A blank page with a note on it (pypdf writes what others do: objects in streams too)."""
    book = PdfWriter()
    page = book.add_blank_page(width, height)
    if cut:
        page.cropbox.lower_left, page.cropbox.upper_right = cut[:2], cut[2:]
    page.rotate(turned)
    out = BytesIO()
    book.write(out)
    return out.getvalue()


def signed(pdf: bytes, lines=LINES) -> bytes:
    place = reserve_corner(pdf, name="dau", lines=lines)
    paper = ToSign(place, "dau", Look(lines=lines), level=Level.B_B)
    return sign(paper, key=key("p256"), at=AT, stamps=authority(), answers=authority())


def ink(pdf: bytes) -> tuple[float, float, float, float, float, float]:
    """Left, top, right, bottom of what is black on page 1, and the page's size: millimetres."""
    book = pdfium.PdfDocument(pdf)
    book.init_forms()
    page = book[0]
    scale = 4
    picture = page.render(scale=scale, grayscale=True).to_pil()
    box = picture.point(lambda shade: 255 if shade < 128 else 0).getbbox()
    assert box is not None
    return (*(edge / scale / MM for edge in box), *(edge / MM for edge in page.get_size()))


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_the_text_stands_upright_in_the_corner_however_the_page_is_turned(turned):
    made = signed(blank(turned=turned))
    left, top, right, bottom, width, _height = ink(made)
    assert right == pytest.approx(width - 15, abs=1)
    assert 7 <= top < bottom < 13
    assert 55 < right - left < 85  # one line of 10 points, lying, with the time in it
    assert good(made)


def test_a_page_that_shows_only_a_part_of_itself_has_the_text_in_that_part():
    made = signed(blank(width=900, height=1200, cut=(100, 100, 700, 900)))
    left, top, right, _bottom, width, _height = ink(made)
    assert (width, right) == (pytest.approx(600 / MM), pytest.approx(width - 15, abs=1))
    assert 7 <= top < 10
    assert left > 0


def test_the_time_is_that_of_the_signature_in_vietnam():
    field = PdfReader(BytesIO(signed(typeset()))).get_fields()["dau"]
    said = field["/V"]["/M"]
    text = pdfium.PdfDocument(signed(typeset()))
    text.init_forms()
    page = text[0]
    page.flatten()
    words = text[0].get_textpage().get_text_bounded()
    moment = f"{said[2:6]}-{said[6:8]}-{said[8:10]}T{said[10:12]}:{said[12:14]}:{said[14:16]}+07:00"
    assert f"15/QĐ-UBND; {moment}" in words


def test_long_names_are_broken_at_blanks_into_lines_that_fit():
    name = "Văn phòng Ủy ban nhân dân thành phố Hải Phòng trực thuộc trung ương"
    lines = corner_lines("SAO Y", name, SIGNED_AT)
    assert len(lines) == 3
    assert " ".join(lines) == f"SAO Y; {name}; {SIGNED_AT}"
    _left, _top, right, bottom, width, _height = ink(signed(blank(), lines))
    assert right <= width - 15 + 1
    assert bottom < 20


def test_a_signed_file_and_a_page_too_small_are_refused():
    with pytest.raises(Forbidden):
        reserve_corner(signed(blank()), name="dau-2", lines=LINES)
    with pytest.raises(FieldRefused, match="too small"):
        reserve_corner(blank(width=200, height=200), name="dau", lines=LINES)


@pytest.mark.parametrize("right", [False, True])
def test_a_filled_text_stands_in_the_middle_or_at_the_right_end_of_its_place(right):
    place = TextField("so", Box(0, 200, 500, 300, 516), size=13, right=right)
    made = fill(reserve(blank(), texts=[place], signatures=[]), {"so": "07"})
    left, _top, end, _bottom, _width, _height = ink(made)
    assert end * MM == pytest.approx(300 if right else 256.5, abs=1.5)
    assert left * MM == pytest.approx(287 if right else 243.5, abs=1.5)
