import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoaphuong.reference import queries, rules
from hoaphuong.reference.contracts import Succession

IN_2023 = date(2023, 6, 1)
EARLY_2025 = date(2025, 3, 1)
TODAY = date(2026, 11, 24)
MAPPING = (
    Path(__file__).resolve().parents[4] / "../shared/data/admin_units/mapping_old_new_wards_gso.csv"
)
lowest_of_2023 = st.sampled_from([*queries.communes_of("31", IN_2023)]).map(lambda one: one.code)


def passed(code, from_, on):
    return {
        (one.new_code, one.share, one.principal)
        for one in queries.successors(code, from_=from_, on=on)
    }


@pytest.mark.parametrize(
    ("code", "from_", "on", "expected"),
    [
        # Núi Đèo town went into phường Thủy Đường, which went whole into phường Thủy Nguyên.
        ("11470", IN_2023, EARLY_2025, {("11560", "whole", True)}),
        ("11470", IN_2023, TODAY, {("11560", "whole", True)}),
        # Máy Tơ went into Gia Viên, which was then split among three.
        ("11332", IN_2023, EARLY_2025, {("11341", "whole", True)}),
        (
            "11332",
            IN_2023,
            TODAY,
            {("11311", "part", False), ("11329", "part", False), ("11359", "part", True)},
        ),
        # Vũ Yên island left Đông Hải 1 for Thủy Nguyên; the rest stayed.
        ("11410", IN_2023, EARLY_2025, {("11410", "part", True), ("11530", "part", False)}),
        # An Dương lost three communes to Hồng Bàng on becoming a quận.
        ("312", IN_2023, EARLY_2025, {("312", "part", True), ("303", "part", False)}),
        # The island district without communes became a special zone; so did Cát Hải.
        ("318", IN_2023, TODAY, {("11948", "whole", True)}),
        ("317", IN_2023, TODAY, {("11914", "whole", True)}),
        ("30", EARLY_2025, TODAY, {("31", "whole", True)}),
        ("31", IN_2023, TODAY, {("31", "whole", True)}),
    ],
)
def test_worked_successions(code, from_, on, expected):
    assert passed(code, from_, on) == expected


def test_no_reform_in_between_leaves_a_division_itself():
    (self_,) = queries.successors("11470", from_=IN_2023, on=date(2024, 12, 31))
    assert self_ == Succession("11470", "11470", IN_2023, "whole", True, "")


def test_a_chain_names_each_resolution_it_went_through():
    (one,) = queries.as_of_today("11470", IN_2023, TODAY)
    assert one.source == "1232/NQ-UBTVQH15; 1669/NQ-UBTVQH15"
    assert one.on == date(2025, 7, 1)


def test_successors_are_followed_forward_from_a_code_in_force():
    with pytest.raises(ValueError, match="forward"):
        queries.successors("31", from_=TODAY, on=IN_2023)
    with pytest.raises(queries.UnknownDivision):
        queries.successors("11470", from_=TODAY, on=TODAY)


@pytest.mark.parametrize("from_", [IN_2023, EARLY_2025])
def test_every_division_of_the_past_has_a_successor_in_force_today(from_):
    today = {one.code for one in queries.divisions(TODAY)}
    for one in queries.divisions(from_):
        reached = {pair.new_code for pair in queries.as_of_today(one.code, from_, TODAY)}
        assert reached, one
        assert reached <= today, one


def test_every_commune_of_today_has_an_origin_before_the_merger():
    for one in queries.divisions(TODAY, level="commune"):
        assert queries.origins(one.code, on=TODAY, from_=EARLY_2025), one


def test_every_commune_of_early_2025_has_an_origin_in_2023():
    for one in queries.communes_of("31", EARLY_2025):
        assert queries.origins(one.code, on=EARLY_2025, from_=IN_2023), one


def test_the_crosswalk_starts_from_the_communes_and_the_island():
    pairs = queries.crosswalk(from_=IN_2023, on=TODAY)
    assert len({pair.old_code for pair in pairs}) == 217 + 1
    assert len({pair.old_code for pair in queries.crosswalk(from_=EARLY_2025, on=TODAY)}) == 375


def test_a_pair_starts_and_ends_at_divisions_in_force():
    for pair in queries._successions():
        before = {
            one.code for one in queries._divisions() if one.valid_to and one.valid_to < pair.on
        }
        still = {one.code for one in queries._divisions() if one.valid_from < pair.on}
        assert pair.old_code in before | still, pair
        assert queries.division(pair.new_code, pair.on), pair


def test_a_whole_succession_has_no_sibling_and_a_split_commune_one_principal():
    for olds in queries._reforms().values():
        for old_code, pairs in olds.items():
            assert all((one.share == "whole") == (len(pairs) == 1) for one in pairs), old_code
            if len(old_code) == 5:
                assert sum(one.principal for one in pairs) == 1, old_code


@given(lowest_of_2023)
def test_two_steps_reach_what_one_reaches(code):
    middle = queries.successors(code, from_=IN_2023, on=EARLY_2025)
    reached = {
        pair.new_code
        for step in middle
        for pair in queries.successors(step.new_code, from_=EARLY_2025, on=TODAY)
    }
    assert reached == {pair.new_code for pair in queries.as_of_today(code, IN_2023, TODAY)}


@given(lowest_of_2023)
def test_a_commune_keeps_one_principal_successor_through_both_reforms(code):
    pairs = queries.as_of_today(code, IN_2023, TODAY)
    assert sum(one.principal for one in pairs) == 1


def test_parts_that_meet_again_make_a_whole():
    first, second = date(2001, 1, 1), date(2002, 1, 1)

    def pair(old, new, on, share, principal):
        return Succession(old, new, on, share, principal, "invented")

    reforms = {
        first: {"a": [pair("a", "b", first, "part", True), pair("a", "c", first, "part", False)]},
        second: {
            "b": [pair("b", "d", second, "whole", True)],
            "c": [pair("c", "d", second, "whole", True)],
        },
    }
    (met,) = rules.follow("a", reforms, from_=date(2000, 1, 1), on=second)
    assert (met.new_code, met.share, met.principal) == ("d", "whole", True)


def test_the_pairs_of_july_2025_agree_with_the_published_mapping():
    if not MAPPING.exists():
        pytest.skip("../shared/data is absent")
    with MAPPING.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["new_province_code"] == "31"]
    wanted = Counter(
        (row["old_ward_code"] or row["old_district_code"], row["new_ward_code"], row["relation"])
        for row in rows
    )
    lowest = {row["old_ward_code"] or row["old_district_code"] for row in rows}
    found = Counter(
        (one.old_code, one.new_code, one.share)
        for one in queries._successions()
        if one.on == date(2025, 7, 1) and one.old_code in lowest
    )
    assert found == wanted
