"""The code by which anyone checks a paper: it says the address, and nothing else moves for it."""

from dataclasses import replace

import pytest

from hoaphuong.documents.tests.check_codes import Code, codes
from hoaphuong.documents.tests.typeset_pages import AT, HIGH, MM, SENTENCE, WIDE, Page, pages, paper
from hoaphuong.documents.typesetting import Annex, Kind, Paper, PaperRefused, Typeset, typeset
from hoaphuong.documents.typesetting.check_code import check_code, lines_of

ADDRESS = "https://vanban.example.vn/kt/0123456789abcdef0123456789abcdef"
LEFT_EDGE, RIGHT_EDGE, FOOT = 30 * MM, WIDE - 15 * MM, 20 * MM


def only(made: Typeset) -> Code:
    [code] = codes(made.pdf, ADDRESS)
    return code


def both(given: Paper) -> tuple[Typeset, Typeset]:
    """The paper without and with its code."""
    return typeset(given, at=AT), typeset(replace(given, check=ADDRESS), at=AT)


def components(made: Typeset) -> list[list[tuple[str, float, float]]]:
    """Every row of every page but those beside the code."""
    beside = {"Kiểm tra văn bản tại:", *lines_of(ADDRESS)}
    return [
        [
            (row.text, round(row.x1, 1), round(row.y, 1))
            for row in page.rows
            if row.text not in beside
        ]
        for page in pages(made)
    ]


def beside(page: Page) -> list[str]:
    return [row.text for row in page.rows if row.look == {(8.5, "Tinos-Regular")}]


@pytest.mark.parametrize("kind", list(Kind), ids=lambda kind: kind.name)
def test_the_code_stands_at_the_foot_on_the_left_and_says_the_address(kind):
    plain, made = both(paper(kind))
    code = only(made)

    assert (code.x1, code.y1) == (pytest.approx(LEFT_EDGE, abs=0.5), pytest.approx(FOOT, abs=0.5))
    page = pages(made)[0]
    assert beside(page) == ["Kiểm tra văn bản tại:", *lines_of(ADDRESS)]
    assert code.y2 < page.row("- Lưu:").y - 2 * MM
    assert components(made) == components(plain)
    assert (made.texts, made.signatures) == (plain.texts, plain.signatures)


def test_on_a_long_paper_it_is_on_the_page_that_is_signed_not_on_the_first_or_an_annex():
    long = "\n".join([SENTENCE] * 14)
    made = typeset(paper(Kind.PLAN, body=long, annexes=(Annex("Mẫu", "A"),), check=ADDRESS), at=AT)
    signed = next(field.box.page for field in made.signatures if field.name == "chu-ky")
    assert (made.pages, signed, only(made).page) == (3, 1, 1)


def test_above_the_address_of_the_agency_there_is_room_for_both():
    made = typeset(paper(Kind.LETTER, contact="Địa chỉ: Số 18", check=ADDRESS), at=AT)
    page, code = pages(made)[0], only(made)
    rule = max(rule for rule in page.rules if rule[2] - rule[0] > 160 * MM)
    assert rule[3] < code.y1 < rule[3] + 12


# Below "Nơi nhận", and with how many of the papers around the foot there may be no room at all.
LISTS = {
    "short": (("Ban Giám đốc Sở",), 0),
    "as high as the signature": (tuple(f"Phòng số {n}" for n in range(1, 9)), 0),
    "as high, in long lines": (
        tuple(f"Ủy ban nhân dân các phường cụm số {n}" for n in range(1, 9)),
        3,
    ),
    "many": (tuple(f"Ủy ban nhân dân phường số {n}" for n in range(1, 13)), 0),
    "of two lines each": (
        tuple(f"Ủy ban nhân dân các xã, phường, đặc khu cụm {n}" for n in range(9)),
        1,
    ),
}


def ending(kind: Kind, recipients: tuple[str, ...], lines: int) -> Paper:
    """A paper of so many short lines, each of which moves its end by 9 mm."""
    body = "\n".join([SENTENCE, *["Dòng ngắn."] * lines, SENTENCE])
    return paper(kind, body=body, recipients=recipients, contact="Địa chỉ: Số 18")


def around_the_foot(kind: Kind, recipients: tuple[str, ...]) -> range:
    """Numbers of lines with which the paper ends at the foot of a page, or just on the next one."""
    last = next(n for n in range(1, 60) if typeset(ending(kind, recipients, n), at=AT).pages > 1)
    return range(max(last - 5, 0), last + 2)


@pytest.mark.parametrize("listed", LISTS)
@pytest.mark.parametrize("kind", [Kind.NOTICE, Kind.LETTER, Kind.MINUTES])
def test_wherever_the_paper_ends_nothing_moves_and_nothing_is_covered(kind, listed):
    recipients, most_missing = LISTS[listed]
    missing = 0
    for lines in around_the_foot(kind, recipients):
        plain, made = both(ending(kind, recipients, lines))
        assert components(made) == components(plain)
        assert made.pages == plain.pages
        found = codes(made.pdf, ADDRESS)
        missing += not found
        for code in found:
            assert LEFT_EDGE - 0.5 <= code.x1 < code.x2 <= RIGHT_EDGE + 0.5
            assert FOOT - 0.5 <= code.y1 < code.y2 <= HIGH - FOOT
            page = pages(made)[code.page]
            for row in page.rows:
                height = row.signs[0].size
                spot = (row.x1, row.y - 0.216 * height, row.x2, row.y + 0.891 * height)
                assert not code.touches(*spot), row.text
            for field in made.signatures:
                if field.box.page == code.page:
                    box = field.box
                    assert not code.touches(box.x1, box.y1, box.x2, box.y2)
    assert missing <= most_missing


def test_below_the_name_when_the_list_on_the_left_reaches_the_foot():
    many = tuple(f"Ủy ban nhân dân phường số {n}" for n in range(1, 33))
    made = typeset(paper(Kind.NOTICE, recipients=many, check=ADDRESS), at=AT)
    code = only(made)
    assert code.y1 == pytest.approx(FOOT, abs=0.5)
    assert code.x1 > LEFT_EDGE + 72 * MM


def test_without_an_address_there_is_no_code():
    assert codes(typeset(paper(Kind.NOTICE), at=AT).pdf, ADDRESS) == []
    assert check_code("") is None


def test_an_address_is_broken_behind_its_signs():
    assert lines_of(ADDRESS) == [
        "https://vanban.example.vn/kt/", "0123456789abcdef0123456789abcdef",
    ]  # fmt: skip
    long = "http://" + "x" * 90
    assert "".join(lines_of(long)) == long
    assert len(lines_of(long)) > 2


def test_an_address_that_no_code_of_this_size_can_carry_is_refused():
    with pytest.raises(PaperRefused):
        typeset(paper(Kind.NOTICE, check="http://" + "x" * 200), at=AT)
