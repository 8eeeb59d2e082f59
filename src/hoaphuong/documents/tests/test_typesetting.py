"""What is set, what is refused, and that the file is one for the archive."""

import re
import subprocess
from dataclasses import replace
from io import BytesIO
from shutil import which

import pypdf
import pytest

from hoaphuong.documents.tests.typeset_pages import AT, SENTENCE, pages, paper
from hoaphuong.documents.typesetting import Annex, Kind, PaperRefused, typeset
from hoaphuong.documents.typesetting.letters import balanced
from hoaphuong.documents.typesetting.markup import blocks_of


def faults(**changed: object) -> set[tuple[str, str]]:
    with pytest.raises(PaperRefused) as refused:
        typeset(replace(paper(Kind.NOTICE), **changed), at=AT)
    return {(fault.field, fault.code) for fault in refused.value.faults}


def text_of(made) -> str:
    return "\n".join(row.text for page in pages(made) for row in page.rows)


def test_words_of_the_typesetter_stay_words():
    evil = '#read("paper.typ") $x$ *a* _b_ @c <d> `e` \\ #panic() // /* = [ ] {'
    assert evil in text_of(typeset(paper(Kind.NOTICE, body=evil + " hết"), at=AT))


@pytest.mark.parametrize("evil", ['"))#panic("', '\\"))#panic(\\"', "\\", '\\\\"', "\\u{41}", '"'])
def test_no_quotation_mark_ends_the_data(evil):
    made = typeset(paper(Kind.NOTICE, title=f"Một {evil} hai", body=f"Ba {evil} bốn"), at=AT)
    assert f"Ba {evil} bốn" in text_of(made)


def test_places_are_only_where_the_paper_does_not_say():
    kept = typeset(paper(Kind.LETTER, annexes=(Annex("Danh mục", "Một"),)), at=AT)
    names = [field.name for field in kept.texts]
    assert names == ["so", "ngay", "thang", "nam", "so-2", "ngay-2", "thang-2", "nam-2"]
    assert {field.box.page for field in kept.texts} == {0, 1}
    said = typeset(paper(Kind.LETTER, number="12", date=AT), at=AT)
    assert said.texts == ()
    assert {field.name for field in said.signatures} == {"ban-sao", "chu-ky", "dau"}
    minutes = typeset(paper(Kind.MINUTES), at=AT)
    assert [field.name for field in minutes.texts] == ["so"]
    assert "chu-ky-2" in {field.name for field in minutes.signatures}


def test_the_place_of_the_number_lies_on_the_line_of_the_number():
    made = typeset(paper(Kind.LETTER), at=AT)
    box = made.texts[0].box
    row = pages(made)[0].row("Số:")
    slash = next(sign for sign in row.signs if sign.text == "/")
    assert box.x2 == pytest.approx(slash.x, abs=0.5)
    assert box.y1 + 0.216 * 13 == pytest.approx(row.y, abs=0.3)


def test_the_signing_block_never_stands_without_two_lines_of_text():
    starts = set()
    for lines in range(12):
        body = "\n".join([SENTENCE] * 5 + ["Dòng ngắn."] * lines + [SENTENCE])
        shown = pages(typeset(paper(Kind.NOTICE, body=body), at=AT))
        last = shown[-1]
        position = last.row("KT. GIÁM ĐỐC")
        above = [row for row in last.rows if position.y + 4 < row.y < 790]
        assert last.row("Trần Thị Hải Yến").y < position.y
        assert len(above) >= 2
        starts.add(len(shown))
    assert starts == {1, 2}


def test_a_long_list_of_recipients_goes_on_over_the_page():
    many = tuple(f"Ủy ban nhân dân phường số {n}" for n in range(1, 71))
    made = typeset(paper(Kind.NOTICE, recipients=many), at=AT)
    assert made.pages == 2
    text = text_of(made)
    assert "- Ủy ban nhân dân phường số 70;" in text
    assert text.count("phường số") == 70


@pytest.mark.parametrize(
    ("changed", "asked"),
    [
        ({"title": "", "place": " "}, {("title", "missing"), ("place", "missing")}),
        ({"number": "12/QĐ"}, {("number", "number")}),
        ({"notation": "TB SNV"}, {("notation", "notation")}),
        ({"body": "Xong\nmột **đậm"}, {("body", "bold")}),
        ({"body": "| a | b |\n| c |"}, {("body", "cells")}),
        ({"body": "Chương I"}, {("body", "no-title")}),
        ({"body": "chữ 漢"}, {("body", "unprintable")}),
        ({"annexes": (Annex("Một", "**"),)}, {("annexes.1.body", "bold")}),
        ({"kind": Kind.MINUTES}, {("meeting", "no-meeting")}),
        ({"annexes": (Annex("Một", "Hai"),) * 40}, {("annexes", "too-many")}),
        ({"title": "x" * 501}, {("title", "too-long")}),
    ],
)
def test_a_fault_names_its_field(changed, asked):
    assert faults(**changed) == asked


def test_a_fault_says_the_line():
    with pytest.raises(PaperRefused, match=r"body: Line 3: this row has 1 cells, the first one 2"):
        typeset(paper(Kind.NOTICE, body="Một\n| a | b |\n| c |"), at=AT)


def test_decomposed_letters_are_composed_and_control_signs_dropped():
    made = typeset(paper(Kind.NOTICE, body="Hoa\u0300 \x07Hải Phòng"), at=AT)
    assert "Hoà Hải Phòng./." in text_of(made)


def test_markup_tells_headings_from_sentences():
    body = "I. Kết quả\n1. Công tác\n1. Một câu.\na) Điểm;\n- gạch\nMục 2 của Kế hoạch nêu rõ."
    body += "\n**x** y"
    blocks, wrong = blocks_of(body, field="body")
    assert wrong == []
    assert [block["is"] for block in blocks] == [
        "roman", "clause", "clause", "point", "dash", "par", "par",
    ]  # fmt: skip
    assert [block["heading"] for block in blocks] == [True, True, False, False, False, False, False]
    assert blocks[0]["runs"] == [["I. KẾT QUẢ", True]]
    assert blocks[6]["runs"] == [["x", True], [" y", False]]


def test_bold_of_nothing_is_nothing():
    assert blocks_of("****\nMột", field="body")[0] == blocks_of("Một", field="body")[0]
    assert typeset(paper(Kind.NOTICE, body="****"), at=AT).pages == 1


def test_annexes_are_numbered_in_roman_numerals():
    made = typeset(paper(Kind.NOTICE, annexes=(Annex("Mẫu", "Một"),) * 14), at=AT)
    labels = [row.text for page in pages(made) for row in page.rows if "Phụ lục" in row.text]
    assert labels[3] == "Phụ lục IV"
    assert labels[13] == "Phụ lục XIV"


def test_a_table_keeps_its_alignment_and_its_head():
    (table,), wrong = blocks_of("| STT | Tên |\n|:-:|--:|\n| 1 | Sổ |", field="body")
    assert wrong == []
    assert table["head"] is True
    assert table["align"] == ["center", "right"]
    assert table["rows"][1] == [[["1", False]], [["Sổ", False]]]


def test_an_agency_is_not_broken_inside_its_words():
    lines = balanced("ỦY BAN NHÂN DÂN THÀNH PHỐ HẢI PHÒNG", most_mm=69, size=12, bold=True)["lines"]
    assert lines == ["ỦY BAN NHÂN DÂN", "THÀNH PHỐ HẢI PHÒNG"]


@pytest.mark.parametrize("kind", list(Kind), ids=lambda kind: kind.name)
def test_the_file_is_made_as_pdf_a_2b_asks(kind):
    made = typeset(paper(kind), at=AT)
    file = pypdf.PdfReader(BytesIO(made.pdf))
    root = file.trailer["/Root"]
    assert root["/Lang"].startswith("vi")
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert root["/OutputIntents"][0]["/DestOutputProfile"].get_data()
    xmp = root["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in xmp
    assert file.metadata.title.endswith(paper(kind).title)
    assert f"{file.metadata.creation_date:%Y-%m-%d}" == "2026-02-03"
    assert b"places|" not in made.pdf
    assert "/AcroForm" not in root
    assert "/Encrypt" not in file.trailer
    fonts = [
        font.get_object() for page in file.pages for font in page["/Resources"]["/Font"].values()
    ]
    assert fonts
    for font in fonts:
        inner = font["/DescendantFonts"][0].get_object()
        assert "/FontFile2" in inner["/FontDescriptor"] or "/FontFile3" in inner["/FontDescriptor"]
        assert "/ToUnicode" in font


def test_poppler_reads_the_file_and_sees_embedded_fonts_only(tmp_path):
    if not which("pdffonts"):
        pytest.skip("pdffonts (Debian package poppler-utils) is not installed")
    path = tmp_path / "paper.pdf"
    path.write_bytes(typeset(paper(Kind.DECISION), at=AT).pdf)
    told = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout
    fonts = [line for line in told.splitlines()[2:] if line]
    assert len(fonts) >= 3
    assert all(re.search(r"\+Tinos\S* .* yes yes yes ", line) for line in fonts)


def test_the_same_paper_makes_the_same_file():
    one, two = typeset(paper(Kind.PLAN), at=AT), typeset(paper(Kind.PLAN), at=AT)
    assert one == two


@pytest.mark.slow
def test_memory_does_not_grow_without_bound():
    """The typesetter keeps what it set for a while and lets it go."""

    def resident() -> int:
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

    def some(start: int) -> None:
        for n in range(start, start + 500):
            typeset(paper(Kind.NOTICE, title=f"Lần {n}", body=f"{SENTENCE} {n}"), at=AT)

    some(0)
    before = resident()
    some(500)
    some(1_000)
    some(1_500)
    assert resident() - before < 40_000
