"""The pages as they come out, point by point with Annex I of Decree 30/2020/NĐ-CP."""

import datetime as dt

import pytest

from hoaphuong.documents.tests.typeset_pages import AT, HIGH, MM, SENTENCE, WIDE, Page, pages, paper
from hoaphuong.documents.typesetting import (
    Annex,
    Capacity,
    Kind,
    Regulation,
    Scope,
    Signer,
    Urgency,
    typeset,
)
from hoaphuong.documents.typesetting.paper import NAMES

REGULAR, BOLD, ITALIC = "Tinos-Regular", "Tinos-Bold", "Tinos-Italic"
NUMBERED = {"number": "7", "date": dt.date(2026, 2, 3)}
LEFT_EDGE, RIGHT_EDGE = 30 * MM, WIDE - 15 * MM


def first(kind: Kind, **changed: object) -> Page:
    return pages(typeset(paper(kind, **changed), at=AT))[0]


@pytest.fixture(scope="module", params=list(Kind), ids=lambda kind: kind.name)
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def page(kind):
    return first(kind, **NUMBERED)


@pytest.fixture(scope="module")
def long(kind):
    return pages(typeset(paper(kind, body="\n".join([SENTENCE] * 18)), at=AT))


def test_the_sheet_is_a4_and_its_margins_are_those_of_the_annex(long):
    for number, page in enumerate(long, 1):
        assert page.width == pytest.approx(WIDE, abs=0.5)
        assert page.height == pytest.approx(HIGH, abs=0.5)
        body = [row for row in page.rows if row.text != str(number)]
        assert min(row.x1 for row in body) == pytest.approx(LEFT_EDGE, abs=0.5)
        assert max(row.x2 for row in body) <= RIGHT_EDGE + 0.5
        top = HIGH - max(row.y + 0.891 * row.signs[0].size for row in body)
        assert 20 * MM - 0.5 <= top <= 25 * MM
        assert min(row.y - 0.216 * row.signs[0].size for row in body) >= 20 * MM - 0.5


def test_pages_are_numbered_from_the_second_one_in_the_middle_of_the_top_margin(long):
    assert len(long) > 1
    for number, page in enumerate(long, 1):
        above = [row for row in page.rows if row.y > HIGH - 20 * MM]
        if number == 1:
            assert above == []
            continue
        assert [row.text for row in above] == [str(number)]
        assert above[0].look == {(14.0, REGULAR)}
        assert above[0].middle == pytest.approx((LEFT_EDGE + RIGHT_EDGE) / 2, abs=1)


def test_box_1_names_the_state_and_its_motto(page):
    state, motto = page.row("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), page.row("Độc lập - Tự do")
    assert state.look == {(12.0, BOLD)}
    assert motto.look == {(13.0, BOLD)}
    assert motto.text == "Độc lập - Tự do - Hạnh phúc"
    assert motto.middle == pytest.approx(state.middle, abs=1)
    left, _bottom, right, _top = page.rule_below(motto)
    assert right - left == pytest.approx(motto.x2 - motto.x1, abs=2.5)
    assert (left + right) / 2 == pytest.approx(motto.middle, abs=1)


def test_box_2_names_the_agency_below_the_one_above_it(page):
    above, own = page.row("ỦY BAN NHÂN DÂN"), page.row("SỞ NỘI VỤ")
    assert above.look == {(12.0, REGULAR)}
    assert own.look == {(12.0, BOLD)}
    assert own.y < above.y
    assert own.middle == pytest.approx(above.middle, abs=1)
    left, _bottom, right, _top = page.rule_below(own)
    assert 1 / 3 <= (right - left - 1.5) / (own.x2 - own.x1) <= 1 / 2
    assert (left + right) / 2 == pytest.approx(own.middle, abs=1)


def test_boxes_3_and_4_stand_in_one_line(page, kind):
    number = page.row("Số:")
    code = "SNV-CCHC" if kind is Kind.LETTER else f"{kind}-SNV"
    assert number.text == f"Số: 07/{code}"
    assert number.look == {(13.0, REGULAR)}
    assert number.middle == pytest.approx(page.row("SỞ NỘI VỤ").middle, abs=1)
    if kind is Kind.MINUTES:
        assert not [row for row in page.rows if row.text.startswith("Hải Phòng,")]
        return
    day = page.row("Hải Phòng,")
    assert day.text == "Hải Phòng, ngày 03 tháng 02 năm 2026"
    assert day.look == {(14.0, ITALIC)}
    assert day.y == pytest.approx(number.y, abs=0.3)
    assert day.middle == pytest.approx(page.row("CỘNG HÒA").middle, abs=1)


def test_box_5_says_what_it_is_and_what_about(page, kind):
    if kind is Kind.LETTER:
        about = page.row("V/v kết quả")
        assert about.look == {(12.0, REGULAR)}
        assert about.middle == pytest.approx(page.row("Số:").middle, abs=1)
        assert page.row("Số:").y - about.y >= 6 + 12
        return
    name, subject = page.row(NAMES[kind].upper()), page.row("Về kết quả")
    assert name.look == subject.look == {(14.0, BOLD)}
    assert name.y > subject.y
    for row in (name, subject):
        assert row.middle == pytest.approx((LEFT_EDGE + RIGHT_EDGE) / 2, abs=1)
    left, _bottom, right, _top = page.rule_below(subject)
    assert 1 / 3 <= (right - left - 1.5) / (subject.x2 - subject.x1) <= 1 / 2


def test_box_6_is_justified_indented_and_spaced(page, kind):
    start = "Điều 1." if kind is Kind.DECISION else "Các cơ quan, đơn vị"
    rows = list(page.rows)
    at = rows.index(page.row(start))
    one, two = rows[at], rows[at + 1]
    assert {size for size, _face in one.look} == {14.0}
    assert one.x1 - LEFT_EDGE == pytest.approx(12.7 * MM, abs=0.5)
    assert two.x1 == pytest.approx(LEFT_EDGE, abs=0.5)
    assert one.x2 == pytest.approx(RIGHT_EDGE, abs=1)
    single = 1.149 * 14
    assert single - 0.1 <= one.y - two.y <= 1.5 * single
    following = next(row for row in rows[at + 1 :] if row.x1 > LEFT_EDGE + 30)
    before = rows[rows.index(following) - 1]
    assert before.y - following.y - (one.y - two.y) >= 6 - 0.1


def test_box_7_is_bold_and_leaves_the_place_of_the_signature(page, kind):
    name = page.row("Trần Thị Hải Yến" if kind is not Kind.MINUTES else "Phạm Văn Đông")
    position = page.row("PHÓ GIÁM ĐỐC" if kind is not Kind.MINUTES else "THƯ KÝ")
    assert name.look == position.look == {(14.0, BOLD)}
    assert position.y - name.y > 22 * MM
    assert name.middle == pytest.approx(position.middle, abs=1)
    if kind is not Kind.MINUTES:
        assert page.row("KT. GIÁM ĐỐC").y > position.y


def test_the_seal_covers_a_third_of_the_signature_between_position_and_name(kind):
    made = typeset(paper(kind), at=AT)
    page = pages(made)[-1]
    where = {field.name: field.box for field in made.signatures}
    signature, seal = where["chu-ky"], where["dau"]
    names = [row for row in page.rows if row.text.startswith("Trần Thị Hải Yến") and row.look]
    name = names[-1] if kind is Kind.MINUTES else page.row("Trần Thị Hải Yến")
    position = page.row("KT. GIÁM ĐỐC")
    assert name.y + 10 < signature.y1 < signature.y2 < position.y
    assert (seal.x2 - signature.x1) / (signature.x2 - signature.x1) == pytest.approx(
        1 / 3, abs=0.01
    )
    assert seal.x1 < signature.x1
    assert seal.y1 + seal.y2 == pytest.approx(signature.y1 + signature.y2, abs=1)
    assert seal.x2 - seal.x1 == pytest.approx(36 * MM, abs=0.1)
    if kind is not Kind.MINUTES:
        assert (signature.x1 + signature.x2) / 2 == pytest.approx(name.middle, abs=1)


def test_box_9b_lists_who_gets_it_with_the_archive_last(page, kind):
    rows = list(page.rows)
    head = page.row("Nơi nhận:")
    assert head.look == {(12.0, "Tinos-BoldItalic")}
    items = rows[rows.index(head) + 1 :]
    asked = ["- Ban Giám đốc Sở;", "- Lưu: VT, CCHC."]
    if paper(kind).addressees:
        asked.insert(0, "- Như trên;")
    assert [row.text for row in items] == asked
    assert all(row.look == {(11.0, REGULAR)} and row.x1 < LEFT_EDGE + 1 for row in items)


def test_the_text_ends_with_its_own_sign(page, kind):
    ended = [row.text for row in page.rows if row.text.endswith("./.")]
    assert len(ended) == 1


def test_several_addressees_stand_below_the_colon_and_one_beside_it():
    page = first(Kind.LETTER)
    greeting, one, two = page.row("Kính gửi:"), page.row("- Văn phòng"), page.row("- Sở Tài chính")
    assert one.text.endswith(";")
    assert two.text.endswith(".")
    colon = next(sign for sign in greeting.signs if sign.text == ":")
    assert one.x1 == two.x1 == pytest.approx(colon.x, abs=1)
    alone = first(Kind.LETTER, addressees=("Sở Tài chính",))
    row = alone.row("Kính gửi: Sở Tài chính")
    assert row.look == {(14.0, REGULAR)}
    assert row.middle == pytest.approx((LEFT_EDGE + RIGHT_EDGE) / 2, abs=1)


def test_grounds_are_italic_and_end_as_the_annex_says():
    page = first(Kind.DECISION)
    one, two = page.row("Căn cứ"), page.row("Theo đề nghị")
    assert one.look == two.look == {(14.0, ITALIC)}
    assert one.text.endswith(";")
    assert two.text == "Theo đề nghị của Trưởng phòng."
    assert page.row("GIÁM ĐỐC SỞ NỘI VỤ").y > one.y
    assert two.y > page.row("QUYẾT ĐỊNH:").y > page.row("Điều 1.").y


@pytest.mark.parametrize(
    ("urgency", "wide"),
    [(Urgency.URGENT, 30), (Urgency.VERY_URGENT, 40), (Urgency.MOST_URGENT, 20)],
)
def test_box_10b_is_a_red_frame_of_the_asked_size(urgency, wide):
    page = first(Kind.LETTER, urgency=urgency)
    row = page.row(str(urgency))
    assert {(sign.font, sign.colour) for sign in row.signs if sign.text.strip()} == {
        (BOLD, (227, 6, 19))
    }
    frames = [r for r in page.rules if r[1] < row.y < r[3]]
    left, bottom, right, top = frames[0]
    assert right - left == pytest.approx(wide * MM, abs=2.5)
    assert top - bottom == pytest.approx(8 * MM, abs=2.5)
    assert left < row.x1 < row.x2 < right


def test_boxes_11_12_and_13_stand_where_they_belong():
    page = first(
        Kind.LETTER, scope=Scope.INTERNAL, drafter="PVĐ", copies=150, contact="Địa chỉ: Số 18"
    )
    assert page.row("LƯU HÀNH NỘI BỘ").look == {(13.0, BOLD)}
    assert page.row("- Lưu:").text == "- Lưu: VT, CCHC. PVĐ(150)"
    contact = page.row("Địa chỉ:")
    assert contact.look == {(11.0, REGULAR)}
    rule = next(r for r in page.rules if 0 < r[1] - contact.y < 20)
    assert rule[2] - rule[0] == pytest.approx(165 * MM, abs=2.5)
    assert contact.y < 25 * MM


def test_box_14_is_in_the_top_right_corner_above_everything():
    box = {f.name: f.box for f in typeset(paper(Kind.NOTICE), at=AT).signatures}["ban-sao"]
    assert box.page == 0
    assert box.x2 == pytest.approx(RIGHT_EDGE, abs=0.5)
    assert HIGH - 20 * MM <= box.y1 < box.y2 < HIGH


def test_a_regulation_and_annexes_begin_pages_of_their_own_and_say_to_what_they_belong():
    made = typeset(
        paper(
            Kind.DECISION,
            regulation=Regulation("Quy chế", "Tiếp công dân", "Chương I\nQuy định chung\nMột"),
            annexes=(Annex("Danh mục", "\n".join([SENTENCE] * 20)), Annex("Mẫu", SENTENCE)),
            **NUMBERED,
        ),
        at=AT,
    )
    shown = pages(made)
    assert made.pages == len(shown) == 5
    assert shown[1].row("QUY CHẾ").look == {(14.0, BOLD)}
    assert shown[1].row("Chương I").y > shown[1].row("QUY ĐỊNH CHUNG").y
    assert shown[2].row("Phụ lục I").look == shown[2].row("DANH MỤC").look == {(14.0, BOLD)}
    whose = shown[4].row("(Kèm theo")
    assert whose.look == {(14.0, ITALIC)}
    assert whose.text.startswith("(Kèm theo Quyết định số 07/QĐ-SNV ngày 03 tháng 02 năm 2026")
    top = [[r.text for r in page.rows if r.y > HIGH - 20 * MM] for page in shown]
    assert top == [[], [], [], ["2"], []]


def test_a_collective_stands_above_the_one_who_signs_for_it():
    signer = Signer(
        "Lê Anh Dũng",
        "Phó Chủ tịch",
        ((Capacity.COLLECTIVE, "Ủy ban nhân dân"), (Capacity.DEPUTY, "Chủ tịch")),
    )
    page = first(Kind.DECISION, agency="Ủy ban nhân dân phường An Biên", parent="", signer=signer)
    order = [
        page.row(t).y for t in ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "Lê Anh")
    ]
    assert order == sorted(order, reverse=True)
    assert page.row("ỦY BAN NHÂN DÂN PHƯỜNG AN BIÊN").look == {(14.0, BOLD)}
