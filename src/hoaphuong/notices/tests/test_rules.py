"""Texts with places, telephone numbers, addresses and quiet hours."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoaphuong.kernel.values import Money
from hoaphuong.notices import rules
from hoaphuong.notices.contracts import Named
from hoaphuong.notices.rules import VIETNAM, after_quiet


@pytest.mark.parametrize(
    ("value", "vietnamese", "english"),
    [
        ("H24.1-0001", "H24.1-0001", "H24.1-0001"),
        ("two\r\nlines  here", "two lines here", "two lines here"),
        (1_500, "1.500", "1,500"),
        (date(2026, 11, 3), "03/11/2026", "3 Nov 2026"),
        (Money(Decimal(50_000)), "50.000 đ", "50,000 VND"),
        (Named("Sở Tư pháp", "Department of Justice"), "Sở Tư pháp", "Department of Justice"),
        (Named("Sở Tư pháp"), "Sở Tư pháp", "Sở Tư pháp"),
    ],
)
def test_a_fact_is_kept_and_written_in_both_languages(value, vietnamese, english):
    kept = rules.kept(value)
    assert [rules.written(kept, one) for one in ("vi", "en")] == [vietnamese, english]


def test_what_a_fact_says_is_not_read_as_a_text_again():
    facts = {"a": "{b}", "b": "secret"}
    assert rules.filled("{a} and {a}", facts, "vi") == "{b} and {b}"


def test_an_sms_is_one_part_of_plain_letters():
    assert rules.short("Đã tiếp nhận hồ sơ – hẹn 3/12") == "Da tiep nhan ho so  hen 3/12"
    long = rules.short("Hồ sơ " * 40)
    assert (len(long), long[-3:]) == (160, "...")


@given(st.text(max_size=400))
def test_whatever_is_said_an_sms_is_ascii_and_not_too_long(text):
    said = rules.short(text)
    assert said.isascii()
    assert len(said) <= 160


@pytest.mark.parametrize(
    ("given_number", "found"),
    [
        ("0912 345 678", "84912345678"),
        ("+84 912.345.678", "84912345678"),
        ("(084) 912-345-678", ""),
        ("0225 3842 123", ""),
        ("091234567", ""),
        ("84912345678; x", ""),
        ("", ""),
    ],
)
def test_a_mobile_number_is_one_of_vietnam(given_number, found):
    assert rules.mobile(given_number) == found


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        (" binh@example.vn ", True),
        ("a+b_c@mail.example.com.vn", True),
        ("binh@example.vn\r\nBcc: x@example.vn", False),
        ("binh@example.vn,x@example.vn", False),
        ("<binh@example.vn>", False),
        ("bình@example.vn", False),
        ("a..b@example.vn", False),
        ("binh@localhost", False),
        (f"{'a' * 65}@example.vn", False),
        ("", False),
    ],
)
def test_an_address_is_safe_in_a_header_or_none(address, safe):
    assert bool(rules.mail_address(address)) is safe


def at(hour: int, minute: int = 0, day: int = 29) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=VIETNAM)


# The worked numbers of docs/notices.md.
@pytest.mark.parametrize(
    ("begins", "ends", "now", "goes"),
    [
        (22, 7, at(21, 59), at(21, 59)),
        (22, 7, at(22), at(7, day=30)),
        (22, 7, at(23, 30), at(7, day=30)),
        (22, 7, at(0, 10), at(7)),
        (22, 7, at(6, 59), at(7)),
        (22, 7, at(7), at(7)),
        (12, 14, at(13), at(14)),
        (12, 14, at(15), at(15)),
        (0, 0, at(3), at(3)),
    ],
)
def test_what_falls_into_quiet_hours_waits_until_they_end(begins, ends, now, goes):
    assert after_quiet(now, begins=time(begins), ends=time(ends)) == goes


@given(
    st.integers(0, 365 * 24 * 60),
    st.integers(0, 23),
    st.integers(0, 23),
)
def test_the_moment_found_is_never_quiet_and_less_than_a_day_away(minutes, begins, ends):
    hours = {"begins": time(begins), "ends": time(ends)}
    now = at(0) + timedelta(minutes=minutes)
    goes = after_quiet(now, **hours)
    assert now <= goes < now + timedelta(days=1)
    assert after_quiet(goes, **hours) == goes
