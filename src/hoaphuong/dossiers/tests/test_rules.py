from datetime import date, datetime

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from hoaphuong.dossiers.rules import (
    ENDED,
    NEXT,
    NUMBER,
    days_late,
    dossier_number,
    due_on,
    number_series,
    office_level,
)
from hoaphuong.dossiers.statuses import unit_word
from hoaphuong.reference import queries as calendar


def due(amount, unit, received):
    return due_on(
        amount=amount, unit=unit, received=received, add_working_days=calendar.add_working_days
    )


THURSDAY = datetime(2023, 1, 19, 9)  # Tết 2023: 20 to 26 January are days off


@pytest.mark.parametrize(
    ("amount", "unit", "received", "expected"),
    [
        (5, "working_day", datetime(2023, 3, 6, 9), date(2023, 3, 13)),
        (1, "working_day", THURSDAY, date(2023, 1, 27)),
        (0, "working_day", datetime(2023, 3, 6, 9), date(2023, 3, 6)),
        (0, "working_day", datetime(2023, 3, 6, 15), date(2023, 3, 7)),
        (0, "working_day", datetime(2023, 3, 10, 15, 1), date(2023, 3, 13)),
        (3, "half_working_day", datetime(2023, 3, 6, 9), date(2023, 3, 7)),
        (4, "working_hour", datetime(2023, 3, 6, 9), date(2023, 3, 6)),
        (10, "day", datetime(2023, 3, 1, 9), date(2023, 3, 13)),
        (1, "month", datetime(2023, 1, 31, 9), date(2023, 2, 28)),
        (1, "year", datetime(2023, 3, 6, 9), date(2024, 3, 6)),
        (30, "minute", datetime(2023, 3, 6, 9), date(2023, 3, 6)),
    ],
)
def test_the_last_day_to_answer(amount, unit, received, expected):
    assert due(amount, unit, received) == expected


UNITS = ["working_day", "half_working_day", "day", "week", "working_hour"]


@given(
    st.integers(0, 40),
    st.sampled_from(UNITS),
    st.datetimes(datetime(2022, 1, 1), datetime(2025, 1, 1)),
)
def test_the_last_day_is_a_working_day_not_before_reception_and_grows_with_the_limit(
    amount, unit, received
):
    answer = due(amount, unit, received)
    assert calendar.is_working_day(answer)
    assert received.date() <= answer <= due(amount + 1, unit, received)


def test_a_decision_on_the_due_date_or_without_one_is_not_late():
    monday, tuesday = date(2023, 3, 6), date(2023, 3, 7)
    between = calendar.working_days_between
    assert days_late(due=monday, decided=monday, between=between) == 0
    assert days_late(due=monday, decided=tuesday, between=between) == 1
    assert days_late(due=None, decided=tuesday, between=between) == 0


@pytest.mark.parametrize(
    ("on", "number"),
    [
        (date(2023, 1, 5), "000.01.30.H24-230105-0007"),
        (date(2025, 6, 30), "000.01.30.H24-250630-0007"),
        (date(2025, 7, 1), "H24.30.01-20250701-0000007"),
    ],
)
def test_a_number_has_the_form_of_its_day(on, number):
    made = dossier_number("000.01.30.H24", "H24.30.01", on=on, serial=7)
    assert made == number
    assert NUMBER.match(made)


def test_serials_begin_anew_each_day_until_the_reform_and_each_year_after_it():
    def series(on):
        return number_series("000.01.30.H24", "H24.30.01", on=on)

    assert series(date(2023, 1, 5)) != series(date(2023, 1, 6))
    assert series(date(2026, 1, 5)) == series(date(2026, 12, 6)) != series(date(2027, 1, 1))


def test_every_status_is_reached_and_four_of_them_end_a_dossier():
    assert {following for all in NEXT.values() for following in all} | {1} == set(NEXT)
    assert {3, 7, 8, 10} == ENDED


@pytest.mark.parametrize(
    ("levels", "on", "tier"),
    [
        (("xa", "tinh"), date(2023, 1, 5), "commune"),
        (("huyen",), date(2025, 6, 30), "district"),
        (("huyen",), date(2025, 7, 1), "commune"),
        (("bo", "tinh"), date(2026, 1, 5), "city"),
        ((), date(2026, 1, 5), "city"),
    ],
)
def test_the_nearest_tier_answers_and_districts_end_in_june_2025(levels, on, tier):
    assert office_level(levels, on=on) == tier


@pytest.mark.parametrize(
    ("amount", "english", "vietnamese"),
    [(1, "working day", "ngày làm việc"), (2, "working days", "ngày làm việc")],
)
def test_one_day_is_not_said_as_several(amount, english, vietnamese):
    with override("en"):
        assert str(unit_word("working_day", amount)) == english
    with override("vi"):
        assert str(unit_word("working_day", amount)) == vietnamese
    assert unit_word("quarter", amount) == "quarter"
