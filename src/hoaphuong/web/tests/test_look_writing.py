"""How money, numbers, shares, days and statuses are written in both languages."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from hoaphuong.kernel.values import Money
from hoaphuong.web.templatetags import city

WRITTEN = [
    (city.vnd, (1_250_000,), "1.250.000\xa0đ", "1,250,000\xa0VND"),
    (city.vnd, (Money(Decimal("8000")),), "8.000\xa0đ", "8,000\xa0VND"),
    (city.vnd, (Decimal("999.5"),), "1.000\xa0đ", "1,000\xa0VND"),
    (city.vnd, (-1500,), "−1.500\xa0đ", "−1,500\xa0VND"),
    (city.vnd, (None,), "—", "—"),
    (city.number, (12_600,), "12.600", "12,600"),
    (city.number, (Decimal("2.70"),), "2,7", "2.7"),
    (city.number, (Decimal("1234.567"),), "1.234,57", "1,234.57"),
    (city.number, (100,), "100", "100"),
    (city.number, (3, 1), "3,0", "3.0"),
    (city.number, ("words",), "—", "—"),
    (city.number, (float("nan"),), "—", "—"),
    (city.percent, (Decimal("0.931"),), "93,1%", "93.1%"),
    (city.percent, (1, 0), "100%", "100%"),
    (city.percent, (None,), "—", "—"),
    (city.vidate, (dt.date(2026, 2, 3),), "03/02/2026", "3 Feb 2026"),
    (city.vidate, (None,), "—", "—"),
    (
        city.vidate,
        (dt.datetime(2026, 2, 3, 20, 0, tzinfo=dt.UTC),),
        "04/02/2026",
        "4 Feb 2026",
    ),
    (
        city.videtime,
        (dt.datetime(2026, 2, 3, 7, 5, tzinfo=dt.UTC),),
        "14:05 03/02/2026",
        "3 Feb 2026, 14:05",
    ),
]


@pytest.mark.parametrize(("write", "given", "vietnamese", "english"), WRITTEN)
def test_a_value_is_written_as_each_language_does(write, given, vietnamese, english):
    with override("vi"):
        assert write(*given) == vietnamese
    with override("en"):
        assert write(*given) == english


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_an_amount_can_be_read_back_from_how_it_is_written(amount):
    with override("vi"):
        written = city.vnd(amount)
    digits = written.removesuffix("\xa0đ").replace(".", "").replace("−", "-")
    assert int(digits) == amount


@given(st.decimals(min_value=-2, max_value=3, places=4), st.decimals(1, 50, places=2))
def test_a_bar_is_never_wider_than_its_track(value, whole):
    drawn = city.meter(value, whole)
    width = Decimal(drawn.split('class="meter-fill" width="')[1].split("%")[0])
    assert 0 <= width <= 100


def test_a_bar_without_a_whole_says_that_there_is_no_figure():
    assert "meter-absent" in city.meter(3, 0)
    assert "meter-absent" in city.meter(None, 1)


@pytest.mark.parametrize("code", range(1, 11))
def test_each_national_status_has_words_a_tone_and_a_shape(code):
    with override("en"):
        drawn = city.status_badge(code)
        assert str(city.STATUSES[code][0]) in drawn
    assert 'class="status tone-' in drawn
    assert f"#{city.STATUSES[code][2]}" in drawn


def test_a_status_nobody_knows_is_shown_as_it_is_and_escaped():
    assert "&lt;b&gt;" in city.status_badge("<b>")


def test_an_icon_is_silent_unless_it_has_a_label():
    assert 'aria-hidden="true"' in city.icon("home")
    assert 'role="img" aria-label="Home"' in city.icon("home", "Home")
