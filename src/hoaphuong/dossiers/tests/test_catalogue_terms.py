"""Reading time limits, fees and channels out of run-together text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoaphuong.dossiers.catalogue import Fee, TimeLimit, channel_terms, fees, time_limits


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15 Ngày làm việc", [(15, "working_day")]),
        ("15\u00a0Ngày\u00a0làm việc", [(15, "working_day")]),
        ("Không quá 05 (năm) ngày làm việc", [(5, "working_day")]),
        ("30\nNgày", [(30, "day")]),
        ("2 Giờ", [(2, "hour")]),
        ("6 Tháng", [(6, "month")]),
        ("1 Ngày làm việc|2 Ngày làm việc", [(1, "working_day"), (2, "working_day")]),
        ("3 Ngày làm việc; 3 ngày làm việc", [(3, "working_day")]),
        ("1.5 Ngày làm việc", [(3, "half_working_day")]),
        ("0,5 ngày làm việc", [(1, "half_working_day")]),
        ("Ngay trong ngày làm việc", [(0, "working_day")]),
    ],
)
def test_a_stated_length_of_time_is_read(text: str, expected: list[tuple[int, str]]) -> None:
    assert time_limits(text) == tuple(TimeLimit(amount, unit) for amount, unit in expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "0 Ngày",
        "1.7 Ngày làm việc",
        "không quy định",
        "Không có thông tin",
        "từ ngày 01/7/2025",
        "ngày 12 tháng 8 năm 2024",
        "sau 15 giờ",
        "Không phải trả kết quả cho người nộp thuế",
    ],
)
def test_what_is_not_plainly_a_length_of_time_is_not_guessed(text: str) -> None:
    assert time_limits(text) == ()


@pytest.mark.parametrize(
    ("text", "amount", "kind", "per"),
    [
        ("Miễn phí", 0, "free", ""),
        ("Miễn phí(Không quy định.)", 0, "free", ""),
        ("70,000 VNĐ(70.000 đồng/Giấy chứng nhận)", 70_000, "unknown", "Giấy chứng nhận"),
        ("1,000,000 Việt Nam Đồng(/hồ sơ)", 1_000_000, "unknown", "hồ sơ"),
        ("50,000 VNĐ(Lệ phí cấp giấy chứng nhận)", 50_000, "charge", ""),
        ("100,000 VNĐ(Phí thẩm định: 100.000 đồng/lần.)", 100_000, "fee", "lần"),
        ("Phí : 50000 Đồng(mỗi hồ sơ)", 50_000, "fee", ""),
        ("Lệ phí: 100.000 đồng/hồ sơ.", 100_000, "charge", "hồ sơ"),
    ],
)
def test_a_stated_sum_is_read(text: str, amount: int, kind: str, per: str) -> None:
    (fee,) = fees(text)
    assert (fee.amount, fee.kind, fee.per) == (amount, kind, per)


@pytest.mark.parametrize(
    "text",
    [
        "Miễn phí(Mức lệ phí cụ thể do Hội đồng nhân dân tỉnh quyết định)",  # free, and a rate
        "Miễn phí(Cấp lại do mất: 300.000 VNĐ)",
        "Miễn phí(",
        "150 VNĐ(150.000 đồng/lần/thẻ.)",  # thousands typed into the đồng column
        "50 VNĐ(Phí hải quan 50USD/chuyến bay)",
        "150 USD(/bản)",
        "50,000 VNĐ(Phí công bố: 100.000 đồng/lần)",  # the remark contradicts the column
        "50,000 VNĐ(Mức lệ phí cụ thể do Hội đồng nhân dân tỉnh quyết định)",
        "10.000.0000 VNĐ",
        "9" * 5000 + " VNĐ",
    ],
)
def test_a_sum_in_doubt_keeps_its_words_and_gets_no_amount(text: str) -> None:
    (fee,) = fees(text)
    assert fee.amount is None
    assert fee.kind != "free"
    assert fee.text == text


def test_several_labelled_sums_are_all_read() -> None:
    read = fees("Phí: 400000 Đồng (bổ sung)  Phí: 600.000 Đồng (cấp giấy phép)")
    assert [fee.amount for fee in read] == [400_000, 600_000]


def test_a_fee_cell_without_information_has_no_fee() -> None:
    assert fees("Không có thông tin") == fees("") == ()


def test_run_together_rows_come_apart() -> None:
    online, direct = channel_terms(
        "Trực tuyến5 Ngày làm việcMiễn phíTrực tiếp15 Ngày làm việcPhí : 50000 Đồng(một lần)Nộp"
    )
    assert (online.channel, online.limit) == ("online", TimeLimit(5, "working_day"))
    assert online.fees == (Fee(0, "free", "", "Miễn phí"),)
    assert (direct.channel, direct.limit) == ("direct", TimeLimit(15, "working_day"))
    assert (direct.fees[0].amount, direct.raw_fee) == (50_000, "Phí : 50000 Đồng(một lần)")
    assert direct.description == "Nộp"


def test_a_heading_nbsp_and_line_breaks_do_not_hide_a_row() -> None:
    (post,) = channel_terms(
        "Hình thức nộpThời gianPhí, lệ phíMô tả"
        "Dịch vụ bưu chính\u00a010\u00a0NgàyMiễn phídòng 1\ndòng 2"
    )
    assert (post.channel, post.limit) == ("post", TimeLimit(10, "day"))
    assert post.description == "dòng 1\ndòng 2"


def test_a_remark_with_nested_brackets_stays_whole() -> None:
    (row,) = channel_terms("Trực tiếp5 NgàyMiễn phí((a) và (b))Nộp tại quầy")
    assert (row.raw_fee, row.description) == ("Miễn phí((a) và (b))", "Nộp tại quầy")


def test_a_number_without_a_unit_is_no_limit() -> None:
    (row,) = channel_terms("Trực tuyến7Miễn phí")
    assert (row.limit, row.raw_limit) == (None, "7")


@pytest.mark.parametrize("cell", ["1100 VNĐ", "120,000 VNĐ", "140,000 Việt Nam Đồng"])
def test_a_sum_that_may_swallow_the_time_cell_is_no_sum(cell: str) -> None:
    (row,) = channel_terms(f"Trực tuyến{cell}(ghi chú)")
    assert row.limit is None
    assert [fee.amount for fee in row.fees] == [None]
    assert row.raw_fee == f"{cell}(ghi chú)"


def test_free_followed_by_a_remark_that_opens_with_a_fee_is_not_free() -> None:
    (row,) = channel_terms("Trực tiếp5 NgàyMiễn phíPhí : theo Thông tư số 261/2016/TT-BTC")
    assert (row.fees[0].amount, row.fees[0].kind) == (None, "unknown")


def test_a_sentence_in_the_time_cell_opens_every_row_that_repeats_it() -> None:
    cell = "Hệ thống phản hồi tự động."
    rows = channel_terms(f"Trực tiếp{cell}Miễn phíTại quầyTrực tuyến{cell}Miễn phíQua mạng")
    assert [(row.channel, row.limit, row.raw_limit) for row in rows] == [
        ("direct", None, cell),
        ("online", None, cell),
    ]


def test_a_remark_that_names_a_channel_opens_no_row() -> None:
    rows = channel_terms("Trực tuyến5 NgàyMiễn phíHoặc nộp Trực tiếp 5 ngày tại Trung tâm")
    assert [row.channel for row in rows] == ["online"]


def test_a_row_cut_off_by_the_export_keeps_its_channel() -> None:
    rows = channel_terms("Trực tuyến5 NgàyMiễn phíTrực tiếp5 Ng")
    assert (rows[1].channel, rows[1].limit, rows[1].raw_limit) == ("direct", None, "5 Ng")


def test_a_remark_that_ends_in_a_channel_opens_no_row() -> None:
    (row,) = channel_terms("Trực tuyến5 NgàyMiễn phíHoặc qua Dịch vụ bưu chính")
    assert row.description == "Hoặc qua Dịch vụ bưu chính"


def test_a_channel_may_have_two_limits() -> None:
    rows = channel_terms("Trực tiếp3 NgàyMiễn phíTrực tiếp5 NgàyMiễn phí")
    assert [row.limit.amount for row in rows if row.limit] == [3, 5]


_WORDS = st.sampled_from(
    ["Trực tuyến", "Trực tiếp", "Dịch vụ bưu chính", "5 Ngày", "1", "Miễn phí", "(", ")", " VNĐ"]
)


@given(st.lists(st.one_of(_WORDS, st.text(max_size=5)), max_size=12).map("".join))
def test_no_text_breaks_the_reading_and_no_limit_is_invented(text: str) -> None:
    fees(text)
    for limit in [*time_limits(text), *(row.limit for row in channel_terms(text) if row.limit)]:
        assert limit.amount >= 0
        if limit.unit != "half_working_day" and limit.amount:
            assert str(limit.amount) in "".join(str(int(c)) if c.isdecimal() else c for c in text)
