"""What a fee comes to, by the worked numbers of docs/payments.md."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from hoaphuong.payments import fees
from hoaphuong.payments.tests.factories import in_force

RECORD, COPY, EXTRACT = "LLTP", "CHUNG-THUC-BAN-SAO", "TRICH-LUC-HO-TICH"


@pytest.mark.parametrize(
    ("code", "asked", "amount"),
    [
        (RECORD, {}, 200_000),
        (RECORD, {"copies": 2}, 200_000),
        (RECORD, {"copies": 4}, 210_000),
        (RECORD, {"reduction": "student"}, 100_000),
        (RECORD, {"copies": 3, "reduction": "student"}, 102_500),
        (RECORD, {"reduction": "child"}, 0),
        (COPY, {"units": 1}, 2_000),
        (COPY, {"units": 2}, 4_000),
        (COPY, {"units": 5}, 7_000),
        (COPY, {"units": 300}, 200_000),
        (COPY, {"units": 5, "copies": 3}, 21_000),
        (COPY, {"units": 300, "copies": 2}, 400_000),
        (EXTRACT, {"copies": 2}, 16_000),
        (EXTRACT, {"copies": 2, "reduction": "poor"}, 0),
        ("DANG-KY-DOANH-NGHIEP", {}, 50_000),
        ("DANG-KY-DOANH-NGHIEP", {"reduction": "online"}, 0),
        ("CHUNG-THUC-CHU-KY", {"units": 3}, 30_000),
    ],
)
def test_a_fee_is_worked_out_as_the_law_says(code, asked, amount):
    assert fees.line(in_force(code), **asked).amount == amount


def test_a_line_keeps_what_it_was_before_the_reduction_and_both_articles():
    line = fees.line(in_force(RECORD), reduction="student")
    assert (line.full, line.amount) == (200_000, 100_000)
    assert "Thông tư 244/2016/TT-BTC" in line.article
    assert fees.line(in_force(RECORD)).reduction == ""


def test_half_a_dong_goes_up_once_at_the_end_of_the_line():
    third = fees.Reduction("third", "", "", Fraction(1, 3), "")
    one = replace(in_force(EXTRACT), bands=(fees.Band(None, 5),), reductions=(third,))
    # 5/3 = 1.67 → 2, and for three copies 15/3 = 5, not 3 × 2.
    assert fees.line(one, reduction="third").amount == 2
    assert fees.line(one, copies=3, reduction="third").amount == 5
    assert fees.half_up(Fraction(5, 2)) == 3
    assert fees.half_up(Fraction(7, 2)) == 4


def test_whoever_may_claim_several_reductions_gets_the_best_one():
    record = in_force(RECORD)
    assert fees.most_favourable(record, {"student", "poor"}) == "poor"
    assert fees.most_favourable(record, {"student"}) == "student"
    assert fees.most_favourable(record, {"online"}) == ""


def test_a_fee_is_known_from_its_day_of_effect_on():
    assert fees.fee(RECORD, on=date(2017, 1, 1)).valid_from == date(2017, 1, 1)
    with pytest.raises(fees.NoSuchFee):
        fees.fee(RECORD, on=date(2016, 12, 31))
    with pytest.raises(fees.NoSuchFee):
        fees.fee("NONE", on=date(2026, 1, 1))


@pytest.mark.parametrize("asked", [{"units": 0}, {"copies": 0}, {"reduction": "made_up"}])
def test_what_cannot_be_asked_is_refused(asked):
    with pytest.raises(fees.NotAsked):
        fees.line(in_force(RECORD), **asked)


def test_no_code_has_two_fees_on_one_day_and_every_one_names_its_source():
    by_code = {}
    for one in fees.published():
        by_code.setdefault(one.code, []).append(one)
        assert one.kind in {"fee", "charge"}
        assert one.article
        assert all(reduction.article for reduction in one.reductions)
        assert all(0 <= reduction.share < 1 for reduction in one.reductions)
    for same in by_code.values():
        same.sort(key=lambda one: one.valid_from)
        for before, after in zip(same, same[1:], strict=False):
            assert before.valid_to is not None
            assert before.valid_to < after.valid_from
