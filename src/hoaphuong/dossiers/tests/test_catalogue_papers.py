"""Reading lists of papers, laws, levels and applicants."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoaphuong.dossiers.catalogue.papers import documents, legal_bases
from hoaphuong.dossiers.catalogue.wording import agency, applicants, clean_name, is_code, levels

HEAD = "Tên giấy tờMẫu đơn, tờ khaiSố lượng"


def test_papers_are_listed_under_the_heading_of_their_block() -> None:
    parts = documents(
        f"* Phải nộp:{HEAD}Đơn1 bản chínhSơ đồ0 bản chính,1 bản sao"
        f"* Xuất trình:{HEAD}Thẻ1 bản chính"
    )
    assert [(part.group, part.name, part.originals, part.copies) for part in parts] == [
        ("Phải nộp", "Đơn", 1, 0),
        ("Phải nộp", "Sơ đồ", 0, 1),
        ("Xuất trình", "Thẻ", 1, 0),
    ]


@pytest.mark.parametrize(
    ("cell", "name", "originals"),
    [
        ("Đơn theo Mẫu số 181 bản chính", "Đơn theo Mẫu số 18", 1),
        ("Nghị quyết năm 20251 bản chính", "Nghị quyết năm 2025", 1),
        ("Đơn theo Mẫu số 211 bản chính", "Đơn theo Mẫu số 211", None),
        ("Đơn12 bản chính", "Đơn12", None),
        (
            "Giấy (gồm 01 bản chính hoặc bản sao);1 bản chính",
            "Giấy (gồm 01 bản chính hoặc bản sao);",
            1,
        ),
    ],
)
def test_digits_of_the_name_are_told_from_the_count_or_left_open(
    cell: str, name: str, originals: int | None
) -> None:
    (part,) = documents(f"--{HEAD}{cell}")
    assert (part.name, part.originals) == (name, originals)


def test_a_form_file_is_parted_from_the_name_where_a_seam_shows() -> None:
    first, second = documents(
        f"--{HEAD}Tờ khai theo mẫu;Mẫu 01.docxMẫu 02.docx1 bản chínhGia hạn GMSGMS.docx1 bản chính"
    )
    assert (first.name, first.form_code) == ("Tờ khai theo mẫu;", "Mẫu 01; Mẫu 02")
    assert (second.name, second.form_code) == ("Gia hạn GMSGMS.docx", "")


def test_no_list_of_papers_is_no_papers() -> None:
    assert documents("--") == documents("") == documents("Không có thông tin") == ()


def test_numbers_of_laws_come_apart_from_their_titles() -> None:
    text = (
        "Tên văn bản pháp lýMã văn bảnLuật Khiếu nại năm 201102/2011/QH13Quy định"
        "68/2013/TT-BCALuật66.7/2025/NQ-CPĐiều lệ68/2013/TT-BCA"
    )
    assert legal_bases(text) == ("02/2011/QH13", "68/2013/TT-BCA", "66.7/2025/NQ-CP")


def test_applicants_with_commas_inside_their_names_stay_whole() -> None:
    assert applicants(
        "Tổ chức (không bao gồm doanh nghiệp, HTX), Cán bộ, công chức, viên chức, Đảng viên"
    ) == (
        "Tổ chức (không bao gồm doanh nghiệp, HTX)",
        "Cán bộ, công chức, viên chức",
        "Đảng viên",
    )


def test_levels_are_named_by_slug_and_unknown_words_left_out() -> None:
    assert levels("Cấp bộ, Cấp Tỉnh,\nCấp xã, Cấp lạ") == ("bo", "tinh", "xa")


def test_the_first_text_that_names_an_agency_is_taken() -> None:
    assert agency("Không có thông tin", "Sở Tư pháp\nỦy ban nhân dân cấp xã") == (
        "Sở Tư pháp; Ủy ban nhân dân cấp xã"
    )


@pytest.mark.parametrize("code", ["1.000005", "6.006597", "1.000775.000.00.00.H24"])
def test_a_national_or_local_code_is_accepted(code: str) -> None:
    assert is_code(code)


@pytest.mark.parametrize(
    "code",
    ["", "0.000005", "1.00005", "1.0000055", "1.000005\n", "1.000775.000.00.00.h24", "١.٠٠٠٠٠٥"],
)
def test_anything_else_is_no_code(code: str) -> None:
    assert not is_code(code)


@given(st.text())
def test_a_cleaned_name_is_one_nfc_line_and_cleaning_again_changes_nothing(text: str) -> None:
    name = clean_name(text)
    assert clean_name(name) == name == unicodedata.normalize("NFC", name)
    assert name == " ".join(name.split())
    assert "\x00" not in name
    name.encode()


@given(st.text(alphabet="Đơn19205 bản chínhsao,./QH-TBC" + HEAD))
def test_no_text_breaks_the_lists(text: str) -> None:
    for part in documents(text):
        assert part.name
        assert part.originals is None or 0 <= part.originals <= 20
    for law in legal_bases(text):
        assert law in text
