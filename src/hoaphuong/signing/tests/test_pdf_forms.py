"""Reserved places: what they look like, how they are filled, and what is refused."""

import subprocess
from pathlib import Path

import pytest
from pypdf import PdfReader

from hoaphuong.signing.contracts import Box, Level, TextField, ToSign
from hoaphuong.signing.pdf import FieldRefused, Unwritable, fill, reserve, sign
from hoaphuong.signing.pdf.fonts import font, subset
from hoaphuong.signing.tests.pdf_papers import (
    AT,
    BLUE,
    COPY,
    NUMBER,
    RED,
    SEAL,
    key,
    look,
    reserved,
    typeset,
)  # fmt: skip
from hoaphuong.signing.tests.test_pdf_signing import tool


def read(pdf: bytes) -> PdfReader:
    from io import BytesIO

    return PdfReader(BytesIO(pdf), strict=True)


def shown(pdf: bytes, tmp_path: Path) -> str:
    file = tmp_path / "shown.pdf"
    file.write_bytes(pdf)
    said = subprocess.run(
        [tool("pdftotext"), "-layout", file, "-"], capture_output=True, check=True
    )
    return said.stdout.decode()


def test_reserved_places_keep_what_makes_the_paper_pdf_a():
    before, after = read(typeset()), read(reserved())
    assert reserved().startswith(typeset())
    for kept in ("/Lang", "/MarkInfo", "/StructTreeRoot", "/OutputIntents", "/Metadata"):
        one, other = (made.trailer["/Root"].raw_get(kept) for made in (before, after))
        assert getattr(one, "idnum", one) == getattr(other, "idnum", other)
    form = after.trailer["/Root"]["/AcroForm"]
    assert "/NeedAppearances" not in form
    assert len(form["/Fields"]) == 5
    for field in form["/Fields"]:
        widget = field.get_object()
        assert widget["/F"] & 4  # printed
        assert not widget["/F"] & 2  # and not hidden
        assert widget["/AP"]["/N"].get_object()["/Subtype"] == "/Form"
        assert "/A" not in widget
        assert "/AA" not in widget
    for whole in form["/DR"]["/Font"].values():
        inner = whole["/DescendantFonts"][0]
        assert inner["/FontDescriptor"]["/FontFile2"].get_data()[:4] == b"\x00\x01\x00\x00"
        assert whole["/ToUnicode"]
    assert [field["/T"] for field in after.pages[0]["/Annots"]] == [
        "number", "day", "person", "seal", "copy",
    ]  # fmt: skip


def test_a_filled_value_is_read_and_seen(tmp_path):
    filled = fill(reserved(), {"number": "15", "day": "07"})
    assert filled.startswith(reserved())
    assert read(filled).get_form_text_fields() == {"number": "15", "day": "07"}
    assert "15" in shown(filled, tmp_path)
    again = fill(fill(reserved(), {"number": "Đ/ữ"}), {"day": "ợ"})
    assert "Đ/ữ" in shown(again, tmp_path)


def test_values_that_cannot_stand_in_their_field_are_refused():
    for value in ("", "1\n2", "x" * 21, "W" * 18, "\u4e2d"):
        with pytest.raises(Unwritable):
            fill(reserved(), {"number": value})
    for name in ("nobody", "person"):
        with pytest.raises(FieldRefused):
            fill(reserved(), {name: "1"})
    with pytest.raises(FieldRefused):
        fill(fill(reserved(), {"number": "1"}), {"number": "2"})


def test_places_that_cannot_be_are_refused():
    beyond = TextField("number", Box(7, 0, 0, 10, 10), size=13)
    flat = TextField("number", Box(0, 10, 10, 10, 20), size=13)
    for texts in ((NUMBER, NUMBER), (beyond,), (flat,)):
        with pytest.raises(FieldRefused):
            reserve(typeset(), texts=texts, signatures=())
    with pytest.raises(FieldRefused):
        reserve(reserved(), texts=(NUMBER,), signatures=())


def test_a_place_on_a_later_page_is_on_that_page():
    place = TextField("later", Box(2, 100, 100, 150, 120), size=13)
    made = read(reserve(typeset(3), texts=(place,), signatures=()))
    assert "/Annots" not in made.pages[0]
    assert made.pages[2]["/Annots"][0]["/T"] == "later"


def test_images_keep_their_colours_and_their_ground_shows_through(tmp_path):
    pixels = pytest.importorskip("pypdfium2")
    held = key()
    made = reserved()
    for field, colour in (("person", BLUE), ("seal", RED)):
        paper = ToSign(made, field, look(colour), level=Level.B_B)
        made = sign(paper, key=held, at=AT, stamps=None, answers=None)
    document = pixels.PdfDocument(made)
    document.init_forms()
    seen = document[0].render(scale=2).to_pil().convert("RGB")
    colours = {colour for _count, colour in seen.getcolors(1 << 24)}
    assert BLUE[:3] in colours
    assert RED[:3] in colours
    box = SEAL.box
    middle = (int(box.x1 + box.x2), int(2 * 841.89 - box.y1 - box.y2))
    assert seen.getpixel(middle) == (255, 255, 255)


def test_lines_of_a_copy_are_text(tmp_path):
    made = sign(
        ToSign(reserved(), "copy", COPY, level=Level.B_B), key=key(), at=AT, stamps=None,
        answers=None,
    )  # fmt: skip
    said = shown(made, tmp_path)
    assert all(line in said for line in COPY.lines)


def test_an_image_is_packed_once_for_all_papers():
    from hoaphuong.signing.pdf.look import _image

    before = _image.cache_info().misses
    for _ in range(3):
        sign(
            ToSign(reserved(), "person", look((1, 2, 3, 255)), level=Level.B_B), key=key(), at=AT,
            stamps=None, answers=None,
        )  # fmt: skip
    assert _image.cache_info().misses == before + 1


def test_every_vietnamese_letter_is_in_the_font():
    plain = "aăâeêioôơuưyđ"
    marks = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ"
    letters = frozenset(plain + marks + (plain + marks).upper())
    for italic in (False, True):
        assert font(italic=italic).glyphs("".join(letters))
        assert subset(letters, italic=italic).file_size < 150_000
