"""Numbers of people, organisations and phones; and actions that obey them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoaphuong.identity import actions
from hoaphuong.identity.models import Organisation
from hoaphuong.identity.rules import (
    holds_on,
    personal_number_fault,
    phone_valid,
    tax_code_valid,
    with_descendants,
)

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
PLACES = st.sampled_from(["001", "022", "030", "031", "079", "096", "101", "336"])
BORN = st.dates(date(1900, 1, 1), date(2399, 12, 31))
SEX = st.sampled_from("MF")
SERIAL = st.integers(0, 999_999)


def number_of(place, born, sex, serial):
    """As Circular 07/2016/TT-BCA writes it: 0 and 1 in the 20th century, 2 and 3 in the 21st."""
    digit = 2 * (born.year // 100 - 19) + (sex == "F")
    return f"{place}{digit}{born.year % 100:02}{serial:06}"


@given(PLACES, BORN, SEX, SERIAL)
def test_a_number_fits_its_owner_and_nobody_of_another_year_or_sex(place, born, sex, serial):
    number = number_of(place, born, sex, serial)
    assert personal_number_fault(number) is None
    assert personal_number_fault(number, birth_date=born, sex=sex) is None
    assert personal_number_fault(number, sex="M" if sex == "F" else "F") == "sex"
    another = date(born.year + (1 if born.year < 2399 else -1), 1, 1)
    assert personal_number_fault(number, birth_date=another) == "birth_date"
    same_digits = date(born.year + (100 if born.year < 2300 else -100), 1, 1)
    assert personal_number_fault(number, birth_date=same_digits) == "birth_date"


@given(st.integers(0, 100).map(lambda n: f"{n:03}"), SERIAL)
def test_only_the_provinces_of_2016_and_countries_are_places(place, serial):
    # Even numbers and gaps as the General Statistics Office numbered them; 63 in all.
    fault = personal_number_fault(f"{place}090{serial:06}")
    assert fault in (None, "place")
    if place in {"000", "003", "005", "013", "032", "097", "100"}:
        assert fault == "place"


def test_there_are_sixty_three_provinces_and_no_place_beyond_the_countries():
    assert personal_number_fault("399190000001") is None
    assert personal_number_fault("400190000001") == "place"
    valid = [n for n in range(101) if personal_number_fault(f"{n:03}090000001") is None]
    assert len(valid) == 63
    assert {1, 30, 31, 96} <= set(valid)


@pytest.mark.parametrize(
    "text", ["", "03109000001", "0310900000011", "03109000000a", "٠٣١٠٩٠٠٠٠٠٠١", "031090000001\n"]
)
def test_what_is_not_twelve_digits_is_no_number(text):
    assert personal_number_fault(text) == "length"


@given(st.text(max_size=14))
def test_any_text_has_an_answer(text):
    assert personal_number_fault(text) in {None, "length", "place"}
    assert tax_code_valid(text) in {True, False}


WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


@given(st.integers(1, 99), st.integers(1, 9_999_999), st.integers(1, 999))
def test_the_tenth_digit_of_a_tax_code_is_the_one_the_others_give(province, serial, branch):
    nine = f"{province:02}{serial:07}"
    check = 10 - sum(w * int(d) for w, d in zip(WEIGHTS, nine, strict=True)) % 11
    right = {str(digit) for digit in range(10) if tax_code_valid(f"{nine}{digit}")}
    assert right == ({str(check)} if check < 10 else set())
    for digit in right:
        assert tax_code_valid(f"{nine}{digit}-{branch:03}")
        assert not tax_code_valid(f"{nine}{digit}-000")


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("0100233488", True),
        ("0314409058-002", True),
        ("0314409058002", True),
        ("0100233480", False),
        ("01.00.233.488", False),
        (" 0100233488", False),
        ("0100233488\n", False),
        ("０１００２３３４８８", False),
        ("0100233488-", False),
    ],
)
def test_a_tax_code_is_digits_as_they_are_printed(code, valid):
    assert tax_code_valid(code) is valid


def test_an_organisation_is_found_again_however_its_branch_is_written(db):
    first, second = (
        actions.record_organisation(
            tax_code=code, name="Công ty bịa", kind="enterprise", by="a", at=AT
        )
        for code in ("0314409058-002", "0314409058002")
    )
    assert first == second
    assert Organisation.objects.get().tax_code == "0314409058-002"
    with pytest.raises(actions.InvalidTaxCode):
        actions.record_organisation(
            tax_code="0100233480", name="Công ty bịa", kind="enterprise", by="a", at=AT
        )


def test_a_verified_person_is_found_again_and_a_wrong_number_is_refused(db):
    who = {"full_name": "Ngô Thị Bé", "personal_number": "031190000001", "verified": True}
    first, second = (actions.record_person(**who, by="a", at=AT) for _ in range(2))
    assert first == second
    with pytest.raises(actions.InvalidPersonalNumber) as wrong:
        actions.record_person(**who, birth_date=date(1991, 1, 1), by="a", at=AT)
    assert wrong.value.args == ("birth_date",)


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("0912345678", True),
        ("02253842000", True),
        ("0112345678", False),
        ("912345678", False),
        ("091234567", False),
        ("0912345678\n", False),
        ("٠912345678", False),
    ],
)
def test_phone_numbers(number, valid):
    assert phone_valid(number) is valid


@given(st.dates(), st.dates(), st.none() | st.dates())
def test_a_period_holds_on_its_two_ends_and_between(day, begins, ends):
    assert holds_on(begins, valid_from=begins, valid_to=None)
    if ends and begins <= ends:
        assert holds_on(ends, valid_from=begins, valid_to=ends)
    assert holds_on(day, valid_from=begins, valid_to=ends) == (begins <= day <= (ends or date.max))


@given(st.dictionaries(st.sampled_from("abcdef"), st.none() | st.sampled_from("abcdef")))
def test_what_is_below_is_found_even_when_the_tree_bites_its_tail(parents):
    for root in "abc":
        found = with_descendants({root}, parents)
        assert root in found
        for code, parent in parents.items():
            if parent in found:
                assert code in found
