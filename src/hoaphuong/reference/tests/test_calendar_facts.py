import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from hoaphuong.reference import queries

YEARS = range(2018, 2028)
MARKET = (
    Path(__file__).resolve().parents[4] / "../shared/data/economy/vn_holidays_2018_2027_market.yaml"
)
# Labour Code of 2012, art. 115; of 2019, art. 112; Vietnam Culture Day joined in 2026.
HOLIDAYS_BY_LAW = {year: 10 if year < 2021 else 11 if year < 2026 else 12 for year in YEARS}


def facts(kind):
    return [fact for year in YEARS for fact in queries.day_facts(year) if fact.kind == kind]


@pytest.mark.parametrize("year", YEARS)
def test_a_year_has_as_many_holidays_as_the_labour_code_grants(year):
    kinds = Counter(fact.kind for fact in queries.day_facts(year))
    assert kinds["holiday"] == HOLIDAYS_BY_LAW[year]


@pytest.mark.parametrize("year", YEARS)
def test_each_holiday_on_a_weekend_is_given_back(year):
    of_year = queries.day_facts(year)
    lost = [one for one in of_year if one.kind == "holiday" and one.day.weekday() >= 5]
    given_back = [one for one in of_year if one.kind == "compensation"]
    assert len(given_back) == len(lost)
    assert all(one.day.weekday() < 5 for one in given_back)


def test_each_weekday_off_in_exchange_has_its_saturday():
    swapped, worked = facts("swapped_day_off"), facts("working_saturday")
    assert all(one.day.weekday() < 5 for one in swapped)
    assert all(one.day.weekday() == 5 for one in worked)
    assert {f"{one.day:%d/%m/%Y}" for one in worked} == {one.name_vi[-10:] for one in swapped}
    assert {f"{one.day:%d/%m/%Y}" for one in swapped} == {one.name_vi[-10:] for one in worked}


def test_tet_is_five_days_in_a_row_with_one_or_two_before_the_new_year():
    for year in YEARS:
        tet = [
            one.day
            for one in queries.day_facts(year)
            if one.kind == "holiday" and one.name_vi.startswith("Tết Âm lịch")
        ]
        assert tet == [tet[0] + timedelta(n) for n in range(5)]
        (new_year,) = (
            one.day for one in queries.day_facts(year) if one.name_vi.endswith("(mồng Một)")
        )
        assert (new_year - tet[0]).days in {1, 2}


def test_every_fact_names_its_source_and_how_far_it_was_checked():
    for year in YEARS:
        for one in queries.day_facts(year):
            assert one.source, one
            assert one.name_vi, one
            assert one.name_en, one
            assert one.mark in {"verified", "recalled", "estimated"}, one


def test_a_day_has_one_fact_and_the_facts_are_in_order():
    found = [one.day for year in YEARS for one in queries.day_facts(year)]
    assert found == sorted(set(found))


def test_the_stock_market_differs_where_the_documentation_says():
    if not MARKET.exists():
        pytest.skip("../shared/data is absent")
    market = {
        date.fromisoformat(day) for day in re.findall(r'- "(\d{4}-\d\d-\d\d)"', MARKET.read_text())
    }
    ours = queries.holidays(date(2018, 1, 1), date(2027, 12, 31))
    weekdays = {day for day in ours if day.weekday() < 5}
    assert {str(day) for day in weekdays - market} == {
        "2018-12-31",
        "2025-05-02",
        "2026-08-31",
        "2026-09-01",
        "2026-11-24",
        "2027-02-04",
        "2027-11-24",
    }
    assert {str(day) for day in market - ours} == {"2025-02-03", "2027-02-11", "2027-02-12"}
