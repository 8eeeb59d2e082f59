"""Amounts as Vietnamese says them."""

import pytest

from hoaphuong.payments.in_words import in_words


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, "Không đồng"),
        (5, "Năm đồng"),
        (10, "Mười đồng"),
        (15, "Mười lăm đồng"),
        (21, "Hai mươi mốt đồng"),
        (24, "Hai mươi tư đồng"),
        (25, "Hai mươi lăm đồng"),
        (11, "Mười một đồng"),
        (14, "Mười bốn đồng"),
        (100, "Một trăm đồng"),
        (105, "Một trăm linh năm đồng"),
        (8_000, "Tám nghìn đồng"),
        (50_000, "Năm mươi nghìn đồng"),
        (102_500, "Một trăm linh hai nghìn năm trăm đồng"),
        (200_005, "Hai trăm nghìn không trăm linh năm đồng"),
        (1_000_015, "Một triệu không trăm mười lăm đồng"),
        (1_015_000, "Một triệu không trăm mười lăm nghìn đồng"),
        (2_000_000_000, "Hai tỷ đồng"),
        (1_500_000_001, "Một tỷ năm trăm triệu không trăm linh một đồng"),
        (
            999_999_999_999_999,
            "Chín trăm chín mươi chín nghìn chín trăm chín mươi chín tỷ chín trăm chín mươi chín "
            "triệu chín trăm chín mươi chín nghìn chín trăm chín mươi chín đồng",
        ),
    ],
)
def test_an_amount_is_said_as_a_receipt_must_say_it(amount, said):
    assert in_words(amount) == said
