from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoaphuong.kernel.folding import fold, words
from hoaphuong.kernel.values import Money, Period


@pytest.mark.parametrize(
    ("amount", "rounded"), [("0.5", 1), ("1.49", 1), ("2.5", 3), ("-0.5", -1), ("8000", 8000)]
)
def test_half_a_dong_rounds_away_from_zero(amount, rounded):
    assert Money(Decimal(amount)).rounded_half_up() == Money(Decimal(rounded))


def test_money_is_never_a_float():
    with pytest.raises(TypeError):
        Money(0.1)
    with pytest.raises(TypeError):
        Money(Decimal(1)) * 0.5


def test_two_currencies_do_not_add_up():
    with pytest.raises(ValueError, match="VND and USD"):
        Money(Decimal(1)) + Money(Decimal(1), "USD")


@given(st.decimals(-(10**9), 10**9, places=2), st.decimals(-(10**9), 10**9, places=2))
def test_adding_and_taking_away_gives_the_same_money(a, b):
    assert Money(a) + Money(b) - Money(b) == Money(a)


DAYS = st.dates(date(2018, 1, 1), date(2030, 12, 31))


@given(DAYS, DAYS, DAYS, DAYS)
def test_two_periods_overlap_exactly_when_a_day_is_in_both(a, b, c, d):
    one, other = Period(min(a, b), max(a, b)), Period(min(c, d), max(c, d))
    shared = max(one.start, other.start) <= min(one.end, other.end)
    assert one.overlaps(other) == other.overlaps(one) == shared


def test_a_period_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="cannot end"):
        Period(date(2023, 2, 1), date(2023, 1, 1))


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Đường  Lê Lợi", "duong le loi"),
        ("ĐĂNG KÝ KHAI SINH", "dang ky khai sinh"),
        ("Thuỷ Nguyên", "thuy nguyen"),
        ("Thu\u0323y", "thuy"),
        ("", ""),
    ],
)
def test_folding_takes_every_vietnamese_mark_off(typed, folded):
    assert fold(typed) == folded


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


def test_a_search_box_gives_at_most_eight_words():
    assert words("a b c d e f g h i k") == list("abcdefgh")


@pytest.mark.parametrize(
    ("amount", "written"),
    [("0", "0"), ("0.00", "0"), ("50000.00", "50000"), ("1E+5", "100000"), ("12.50", "12.5")],
)
def test_an_amount_is_written_in_one_way(amount, written):
    assert Money(Decimal(amount)).written == written
