"""A list of staff comes in as a whole, or not at all."""

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoaphuong.command.main import main
from hoaphuong.identity import actions, queries, staff_import
from hoaphuong.identity.models import Account, Grant

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
CITY = "000.00.00.H24"
HEADER = "username,full_name,email,position,agency_code,roles,valid_from\n"
# Invented people.
BE = f"be,Ngô Thị Bé,be@bia.vn,Chuyên viên,{CITY},case_officer;clerk,2026-01-01\n"
TY = f"ty,Lý Văn Tý,,Chánh Văn phòng,{CITY},head,01/02/2026\n"


@pytest.fixture
def staff(city, tmp_path):
    """Imports a list of the given rows."""

    def bring(*rows, header=HEADER, **more):
        path = tmp_path / "can-bo.csv"
        path.write_text(header + "".join(rows), encoding="utf-8-sig")
        return actions.import_staff(path=path, at=AT, by="a", **more)

    return bring


def grants(username):
    rows = Grant.objects.filter(account__username=username).order_by("role")
    return list(rows.values_list("role", "agency_id", "valid_from"))


def test_accounts_come_with_their_roles_and_without_a_password(staff):
    report = staff(BE, TY)

    assert (report.read, report.accepted, report.rejected, report.unchanged) == (2, 2, 0, 0)
    be = Account.objects.get(username="be")
    assert (be.display_name, be.email, be.agency_id) == ("Ngô Thị Bé", "be@bia.vn", CITY)
    assert not be.has_usable_password()
    since = date(2026, 1, 1)
    assert grants("be") == [("case_officer", CITY, since), ("clerk", CITY, since)]
    assert grants("ty") == [("head", CITY, date(2026, 2, 1))]


def test_the_second_time_nobody_is_doubled(staff):
    staff(BE, TY)
    report = staff(BE, TY)
    assert (report.accepted, report.unchanged) == (2, 2)
    assert Account.objects.count() == 2
    assert Grant.objects.count() == 3


def test_an_officer_who_is_there_is_brought_up_to_date(staff):
    staff(BE)
    report = staff(BE.replace("Chuyên viên", "Trưởng phòng").replace("clerk", "steward"))
    assert report.unchanged == 0
    assert Account.objects.get().position == "Trưởng phòng"
    assert [role for role, *_rest in grants("be")] == ["case_officer", "clerk", "steward"]


def test_one_wrong_row_stops_the_whole_list_and_each_fault_has_its_line(staff):
    wrong = "ba ba,,không phải thư,x,999,mayor;citizen,hôm qua\n"
    report = staff(BE, wrong, TY)

    assert (report.read, report.accepted, report.rejected) == (3, 2, 1)
    assert {line for line, _reason in report.faults} == {3}
    assert len(report.faults) == 6
    assert not Account.objects.exists()
    assert report.rejects_file


def test_a_dry_run_stores_nobody(staff):
    assert staff(BE, dry_run=True).accepted == 1
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (BE.replace(CITY, ""), "agency"),
        (BE.replace("case_officer;clerk", ""), "roles"),
        (BE.replace("case_officer;clerk", "citizen"), "roles"),
        (BE.replace("2026-01-01", "2026-13-01"), "valid_from"),
        (BE.replace("be,", "bé,", 1), "username"),
        ("be,thiếu ô\n", "columns"),
    ],
)
def test_a_right_is_never_granted_for_nowhere_or_by_a_slip(staff, row, code):
    [(line, reason)] = staff(row).faults
    assert (line, reason) == (2, str(staff_import.FAULTS[code]))


@pytest.mark.django_db
def test_a_citizen_who_took_the_username_first_does_not_become_an_officer(staff):
    actions.create_account(username="BE", display_name="Ai đó", by="a", at=AT)
    report = staff(BE)
    assert report.rejected == 1
    assert grants("BE") == []


def test_neither_name_may_sign_in_to_another_account(staff):
    actions.create_account(username="x", email="be@bia.vn", display_name="Ai đó", by="a", at=AT)
    assert staff(BE).rejected == 1
    assert staff(BE.replace("be,", "be@bia.vn,", 1)).rejected == 1


def test_the_same_officer_twice_is_refused(staff):
    report = staff(BE, BE.replace("be,", "Be,", 1))
    assert report.rejected == 1
    assert {line for line, _reason in report.faults} == {3}


def test_a_list_from_a_spreadsheet_with_semicolons_is_read(staff):
    row = f'be;Ngô Thị Bé;;Chuyên viên;{CITY};"case_officer;clerk";2026-01-01\n'
    assert staff(row, header=HEADER.replace(",", ";")).accepted == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no_header"),
        (b"a,b\n", "no_header"),
        (b"\xff\xfe", "not_utf8"),
        (HEADER.encode() + b'"open', "not_csv"),
        (b"x" * (staff_import.MOST_BYTES + 1), "too_large"),
    ],
)
def test_a_file_that_is_no_list_is_refused_as_a_whole(tmp_path, content, code):
    path = tmp_path / "can-bo.csv"
    path.write_bytes(content)
    with pytest.raises(staff_import.UnreadableStaffList) as refused:
        staff_import.read(path)
    assert refused.value.code == code


CELL = st.text(max_size=12)


@given(st.lists(st.tuples(st.integers(2, 99), st.lists(CELL, min_size=7, max_size=7))))
def test_every_row_is_good_or_has_a_fault(rows):
    rows = [
        (number, dict(zip(staff_import.COLUMNS, cells, strict=True)))
        for number, (_line, cells) in enumerate(rows, start=2)
    ]
    good, faults = staff_import.judged(rows, agencies={CITY}, roles={"clerk"}, taken=[])
    assert {row.line for row in good} | {line for line, _code in faults} == {
        line for line, _row in rows
    }
    assert not {row.line for row in good} & {line for line, _code in faults}


def test_the_command_prints_one_object_and_fails_on_a_fault(city, tmp_path, capsys):
    path = tmp_path / "can-bo.csv"
    path.write_text(HEADER + BE, encoding="utf-8")
    assert main(["import", "staff", str(path), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report == {
        "read": 1,
        "accepted": 1,
        "rejected": 0,
        "unchanged": 0,
        "rejects_file": None,
        "changes": [
            "be: tài khoản mới",
            f"be: case_officer tại {CITY} từ 01/01/2026",
            f"be: clerk tại {CITY} từ 01/01/2026",
        ],
    }
    assert queries.account_id("be")
    path.write_text(HEADER + BE.replace("clerk", "mayor"), encoding="utf-8")
    assert main(["import", "staff", str(path)]) == 1
    said = capsys.readouterr()
    assert "Dòng 2" in said.err
    assert "Chưa lưu dòng nào" in said.out
