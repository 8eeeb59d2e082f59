import csv
import json
import unicodedata
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoaphuong.reference import queries

IN_2023 = date(2023, 6, 1)
EARLY_2025 = date(2025, 3, 1)
TODAY = date(2026, 11, 24)
FIRST = date(2020, 2, 1)
LISTS = Path(__file__).resolve().parents[4] / "../shared/data/admin_units"
days = st.dates(FIRST, date(2030, 12, 31))


def kinds(on, level):
    return Counter(one.kind for one in queries.divisions(on, level=level, within="31"))


def published(file):
    if not LISTS.exists():
        pytest.skip("../shared/data is absent")
    return LISTS / file


def letters(name):
    """The letters and marks of a name in one order: Thuỷ and Thủy are spellings of one name."""
    return sorted(unicodedata.normalize("NFD", name))


@pytest.mark.parametrize(
    ("on", "districts", "communes"),
    [
        (
            date(2024, 12, 31),
            {"quan": 7, "huyen": 8},
            {"phuong": 66, "thi_tran": 10, "xa": 141},
        ),
        (
            date(2025, 1, 1),
            {"quan": 8, "huyen": 6, "thanh_pho": 1},
            {"phuong": 79, "thi_tran": 7, "xa": 81},
        ),
        (
            date(2025, 6, 30),
            {"quan": 8, "huyen": 6, "thanh_pho": 1},
            {"phuong": 79, "thi_tran": 7, "xa": 81},
        ),
        (date(2025, 7, 1), {}, {"phuong": 45, "xa": 67, "dac_khu": 2}),
    ],
)
def test_hai_phong_has_the_divisions_the_law_counts(on, districts, communes):
    assert kinds(on, "district") == districts
    assert kinds(on, "commune") == communes


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("303", 9), ("304", 12), ("305", 15), ("306", 8), ("307", 10), ("308", 6), ("309", 6),
        ("311", 37), ("312", 16), ("313", 17), ("314", 18), ("315", 21), ("316", 30), ("317", 12),
        ("318", 0),
    ],
)  # fmt: skip
def test_each_district_of_2023_has_its_communes(code, count):
    assert len(queries.communes_of(code, IN_2023)) == count


def test_a_code_changes_name_kind_and_parent_with_the_law():
    assert queries.name("311", IN_2023, "vi") == "Huyện Thủy Nguyên"
    assert queries.name("311", EARLY_2025, "vi") == "Thành phố Thủy Nguyên"
    assert queries.name("311", EARLY_2025, "en") == "Thủy Nguyên City"
    assert queries.name("11341", IN_2023, "en") == "Lạc Viên Ward"
    assert queries.name("11341", EARLY_2025, "vi") == "Phường Gia Viên"
    assert queries.name("11948", TODAY, "en") == "Bạch Long Vĩ Special Zone"


def test_a_commune_names_its_district_until_there_are_none():
    assert queries.district_of("11602", IN_2023).name_vi == "Huyện An Dương"
    assert queries.district_of("11602", EARLY_2025).name_vi == "Quận Hồng Bàng"
    assert queries.district_of("303", IN_2023).code == "303"
    assert queries.district_of("11413", TODAY) is None
    assert queries.district_of("31", IN_2023) is None


def test_a_code_out_of_its_time_is_refused():
    with pytest.raises(queries.UnknownDivision, match="'311' on 2026-11-24"):
        queries.division("311", TODAY)
    with pytest.raises(queries.UnknownDivision):
        queries.divisions(TODAY, within="30")
    with pytest.raises(queries.BeforeRecords, match="2020-02-01"):
        queries.divisions(FIRST - timedelta(1))
    with pytest.raises(ValueError, match="'ward'"):
        queries.divisions(TODAY, level="ward")


def test_divisions_within_a_province_leave_out_its_neighbour():
    assert len(queries.communes_of("30", EARLY_2025)) == 207
    assert len(queries.divisions(EARLY_2025, level="commune")) == 167 + 207


@given(days)
def test_every_parent_is_in_force_whenever_its_child_is(on):
    for one in queries.divisions(on):
        if one.level == "province":
            assert one.parent_code == ""
        else:
            assert queries.division(one.parent_code, on).level in {"province", "district"}


@given(days)
def test_a_code_has_one_meaning_on_a_day(on):
    codes = [one.code for one in queries.divisions(on)]
    assert len(codes) == len(set(codes))


def test_the_rows_of_a_code_never_overlap():
    rows = sorted(queries._divisions(), key=lambda one: (one.code, one.valid_from))
    for earlier, later in zip(rows, rows[1:], strict=False):
        if earlier.code == later.code:
            assert earlier.valid_to is not None
            assert earlier.valid_to < later.valid_from, earlier.code
    assert all(one.valid_to is None or one.valid_from <= one.valid_to for one in rows)


def test_the_map_changes_only_on_days_when_something_begins():
    ends = {one.valid_to + timedelta(1) for one in queries._divisions() if one.valid_to}
    assert ends <= {one.valid_from for one in queries._divisions()}


def test_every_commune_of_today_has_a_point_in_or_off_the_city():
    for one in queries.divisions(TODAY, level="commune"):
        assert 20.0 < one.lat < 21.3, one
        assert 106.0 < one.lon < 107.8, one


def test_the_table_agrees_with_the_published_list_before_july_2025():
    tree = json.loads(published("pre2025_dvhcvn_2025-03-01.json").read_text())["data"]
    for province in (one for one in tree if one["level1_id"] in {"30", "31"}):
        for district in province["level2s"]:
            found = queries.communes_of(district["level2_id"], EARLY_2025)
            assert {one.code: letters(one.name_vi) for one in found} == {
                one["level3_id"]: letters(one["name"]) for one in district["level3s"]
            }


def test_the_table_agrees_with_the_published_list_of_today():
    units = json.loads(published("vn_units_2026-07-25_full.json").read_text())
    (city,) = (one for one in units if one["Code"] == "31")
    assert {one.code: letters(one.name_vi) for one in queries.communes_of("31", TODAY)} == {
        one["Code"]: letters(one["FullName"]) for one in city["Wards"]
    }


def test_the_points_agree_with_the_published_ones():
    with published("post2025_wards_latlon.csv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["provinceCode"] == "31"]
    assert {one.code: (one.lat, one.lon) for one in queries.communes_of("31", TODAY)} == {
        row["wardCode"]: (float(row["wardLat"]), float(row["wardLon"])) for row in rows
    }
