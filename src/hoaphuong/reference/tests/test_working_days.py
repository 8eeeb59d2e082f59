from datetime import date, timedelta
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoaphuong.reference import queries, rules
from hoaphuong.reference.contracts import DayFact

days = st.dates(date(2018, 1, 1), date(2027, 12, 31))
starts = st.dates(date(2018, 1, 1), date(2026, 6, 30))
counts = st.integers(0, 300)


def d(text):
    return date.fromisoformat(text)


# docs/reference-calendar.md tells these one by one.
WORKED = [
    ("2023-01-18", 1, "2023-01-19"),
    ("2023-01-19", 1, "2023-01-27"),
    ("2023-01-13", 10, "2023-02-03"),
    ("2023-08-31", 1, "2023-09-05"),
    ("2023-04-28", 1, "2023-05-04"),
    ("2024-04-26", 1, "2024-05-02"),
    ("2024-05-02", 2, "2024-05-04"),
    ("2024-05-03", 3, "2024-05-07"),
    ("2025-04-25", 1, "2025-04-26"),
    ("2025-04-29", 1, "2025-05-05"),
    ("2025-01-24", 1, "2025-02-03"),
    ("2025-12-31", 1, "2026-01-05"),
    ("2026-01-09", 1, "2026-01-10"),
    ("2026-01-09", 2, "2026-01-12"),
    ("2026-02-13", 1, "2026-02-23"),
    ("2026-08-28", 1, "2026-09-03"),
    ("2026-08-21", 1, "2026-08-22"),
    ("2026-11-23", 1, "2026-11-25"),
    ("2023-06-03", 1, "2023-06-05"),
    ("2023-06-05", 0, "2023-06-05"),
    ("2023-06-03", 0, "2023-06-03"),
]


@pytest.mark.parametrize(("start", "count", "end"), WORKED)
def test_worked_periods(start, count, end):
    assert queries.add_working_days(d(start), count) == d(end)
    assert queries.working_days_between(d(start), d(end)) == count


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2023-01-20", "2023-01-26"),
        ("2023-04-29", "2023-05-03"),
        ("2023-09-01", "2023-09-04"),
        ("2024-02-08", "2024-02-14"),
        ("2024-04-27", "2024-05-01"),
        ("2025-01-25", "2025-02-02"),
        ("2026-01-01", "2026-01-04"),
        ("2026-02-14", "2026-02-22"),
        ("2026-08-29", "2026-09-02"),
    ],
)
def test_a_holiday_closes_every_day_of_its_break_and_no_more(first, last):
    day = d(first)
    while day <= d(last):
        assert not queries.is_working_day(day), day
        day += timedelta(1)
    assert queries.is_working_day(day)


def test_saturdays_worked_in_exchange_are_working_days():
    assert queries.working_saturdays(date(2018, 1, 1), date(2027, 12, 31)) == {
        d("2019-01-05"),
        d("2019-05-04"),
        d("2024-05-04"),
        d("2025-04-26"),
        d("2026-01-10"),
        d("2026-08-22"),
    }
    assert queries.is_working_day(d("2024-05-04"))
    assert not queries.is_working_day(d("2024-05-11"))


def test_holidays_include_those_on_a_weekend_and_never_a_worked_saturday():
    assert queries.holidays(d("2024-04-27"), d("2024-05-05")) == {
        d("2024-04-29"),
        d("2024-04-30"),
        d("2024-05-01"),
    }
    assert d("2023-09-02") in queries.holidays(d("2023-09-01"), d("2023-09-04"))


def test_a_deadline_in_calendar_days_moves_to_the_next_working_day():
    assert queries.first_working_day_from(d("2023-01-20")) == d("2023-01-27")
    assert queries.first_working_day_from(d("2023-06-03")) == d("2023-06-05")
    assert queries.first_working_day_from(d("2023-06-05")) == d("2023-06-05")


def test_days_not_recorded_are_refused_with_the_span_that_is():
    for ask in (
        lambda: queries.is_working_day(d("2028-01-01")),
        lambda: queries.add_working_days(d("2017-12-31"), 1),
        lambda: queries.add_working_days(d("2027-12-30"), 5),
        lambda: queries.working_days_between(d("2027-12-31"), d("2028-01-01")),
        lambda: queries.holidays(d("2027-12-31"), d("2028-01-01")),
        lambda: queries.day_facts(2017),
    ):
        with pytest.raises(queries.OutsideCalendar, match="2018-01-01 to 2027-12-31"):
            ask()


def test_a_negative_period_is_refused():
    with pytest.raises(ValueError, match="negative"):
        queries.add_working_days(d("2023-06-05"), -1)


@given(starts, counts)
def test_adding_days_and_counting_them_agree(start, count):
    end = queries.add_working_days(start, count)
    assert queries.working_days_between(start, end) == count
    assert count == 0 or queries.is_working_day(end)


@given(starts, starts, counts)
def test_a_later_start_never_ends_earlier(one, other, count):
    earlier, later = sorted((one, other))
    assert queries.add_working_days(earlier, count) <= queries.add_working_days(later, count)


@given(starts, counts)
def test_a_longer_period_ends_later(start, count):
    assert queries.add_working_days(start, count) < queries.add_working_days(start, count + 1)


@given(starts, st.integers(0, 400))
def test_counting_is_the_same_as_asking_day_by_day(start, length):
    span = [start + timedelta(n) for n in range(1, length + 1)]
    end = start + timedelta(length)
    asked = sum(queries.is_working_day(day) for day in span)
    assert queries.working_days_between(start, end) == asked
    assert queries.working_days_between(end, start) == -asked


@given(days)
def test_a_day_is_worked_as_its_weekday_and_the_facts_say(day):
    off = day in queries.holidays(day, day)
    exchanged = day in queries.working_saturdays(day, day)
    assert queries.is_working_day(day) == (exchanged or (day.weekday() < 5 and not off))


def test_the_rules_take_any_calendar():
    fact = DayFact(d("2001-01-02"), "holiday", "Ngày đặt ra", "An invented day", "invented", "")
    week = rules.working_calendar(d("2001-01-01"), d("2001-01-07"), [fact])
    assert rules.add_working_days(week, d("2001-01-01"), 1) == d("2001-01-03")
    assert rules.first_working_day_from(week, d("2001-01-02")) == d("2001-01-03")
    with pytest.raises(rules.OutsideCalendar):
        rules.first_working_day_from(week, d("2001-01-06"))


def test_adding_working_days_takes_less_than_ten_microseconds():
    start = date(2023, 1, 13)
    queries.add_working_days(start, 10)
    best = min(_seconds(lambda: queries.add_working_days(start, 10)) for _ in range(5))
    assert best < 10e-6


def _seconds(call, times=2_000):
    began = perf_counter()
    for _ in range(times):
        call()
    return (perf_counter() - began) / times
