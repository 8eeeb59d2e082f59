"""Numbers, notations, places and the chain's arithmetic."""

import hashlib
from datetime import date

import pytest

from hoaphuong.documents import rules


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Ủy ban nhân dân thành phố Hải Phòng", "UBND"),
        ("Ủy ban nhân dân phường Ngô Quyền", "UBND"),
        ("Văn phòng Ủy ban nhân dân thành phố", "VP"),
        ("Sở Tư pháp", "STP"),
        ("Sở Kế hoạch và Đầu tư", "SKHĐT"),
    ],
)
def test_an_agency_has_the_abbreviation_of_its_name(name, short):
    assert rules.abbreviation(name) == short


def test_a_letter_names_issuer_and_unit_and_everything_else_its_kind():
    assert rules.notation(kind="QĐ", issuer="UBND") == "QĐ-UBND"
    assert rules.notation(kind="CV", issuer="UBND", unit="VX", letter=True) == "UBND-VX"
    assert rules.notation(kind="CV", issuer="STP", letter=True) == "STP"


def test_numbers_below_ten_get_a_zero():
    assert rules.full_number(7, "QĐ-UBND") == "07/QĐ-UBND"
    assert rules.full_number(120, "UBND-VX") == "120/UBND-VX"
    assert rules.full_number(None, "QĐ-UBND") == "…/QĐ-UBND"


@pytest.mark.parametrize(
    ("name", "kind", "place"),
    [
        ("Ủy ban nhân dân thành phố Hải Phòng", "city", "Hải Phòng"),
        ("Sở Tư pháp", "department", "Hải Phòng"),
        ("Ủy ban nhân dân phường Ngô Quyền", "commune", "Ngô Quyền"),
        ("Ủy ban nhân dân quận Lê Chân", "district", "Lê Chân"),
        ("Ủy ban nhân dân đặc khu Cát Hải", "commune", "Cát Hải"),
    ],
)
def test_a_paper_is_written_from_the_place_of_its_agency(name, kind, place):
    assert rules.place_of(name, kind=kind, city="Hải Phòng") == place


def test_every_way_ends_and_none_leads_past_the_persons_signature():
    reached, ways = {"draft"}, [["draft"]]
    while ways:
        way = ways.pop()
        for following in rules.FOLLOWING[way[-1]]:
            if following in way:
                continue
            assert following != "numbered" or "signed" in way
            assert following != "issued" or "numbered" in way
            reached.add(following)
            ways.append([*way, following])
    assert reached == set(rules.FOLLOWING)


def test_the_chain_can_be_recomputed_with_nothing_but_sha256():
    digest = rules.register_digest(
        sha256="a" * 64, number="15/QĐ-UBND", agency="000.00.00.H24", issued_on=date(2026, 11, 24)
    )
    told = f'["{"a" * 64}", "15/QĐ-UBND", "000.00.00.H24", "2026-11-24"]'
    assert digest == hashlib.sha256(told.encode()).hexdigest()
    link = rules.register_link("0" * 64, digest)
    assert link == hashlib.sha256(bytes(32) + bytes.fromhex(digest)).hexdigest()


def test_a_day_late_is_a_calendar_day():
    due = date(2026, 11, 24)
    assert rules.days_late(due=due, on=date(2026, 11, 24)) == 0
    assert rules.days_late(due=due, on=date(2026, 11, 27)) == 3
