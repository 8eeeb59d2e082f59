"""A list of staff ends roles when it says so, and never by accident."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from hypothesis import given
from hypothesis import strategies as st

from hoaphuong.command.main import main
from hoaphuong.identity import actions, queries
from hoaphuong.identity.models import Account, Grant
from hoaphuong.identity.staff_changes import Held, first_day_without
from hoaphuong.kernel.models import JournalEntry

TODAY = date(2026, 3, 2)
AT = datetime(2026, 3, 1, 20, tzinfo=UTC)  # three in the morning of the second in the city
CITY, OTHER = "000.00.00.H24", "000.00.01.H24"
HEADER = "username,full_name,email,position,agency_code,roles,valid_from,valid_to\n"
OLD_HEADER = HEADER.replace(",valid_to", "")
# Invented people.
BE = f"be,Ngô Thị Bé,be@bia.vn,Chuyên viên,{CITY},case_officer,2026-01-01,\n"
TY = f"ty,Lý Văn Tý,,Chánh Văn phòng,{CITY},head;administrator,2026-01-01,\n"
SU = f"su,Đỗ Thị Sử,,Quản trị,{CITY},administrator,2026-01-01,\n"


@pytest.fixture
def staff(city, tmp_path):
    """Imports a list of the given rows."""

    def bring(*rows, header=HEADER, at=AT, **more):
        path = tmp_path / "can-bo.csv"
        path.write_text(header + "".join(rows), encoding="utf-8-sig")
        report = actions.import_staff(path=path, at=at, by="a", **more)
        assert not report.faults
        return report

    return bring


def periods(username):
    rows = Grant.objects.filter(account__username=username).order_by("role")
    return {role: (begins, ends) for role, begins, ends in rows.values_list(*DAYS)}


DAYS = ("role", "valid_from", "valid_to")
JANUARY = date(2026, 1, 1)
YESTERDAY = TODAY - timedelta(days=1)


def events(name):
    rows = JournalEntry.objects.filter(name=f"identity.{name}").order_by("id")
    return [json.loads(body) for body in rows.values_list("body", flat=True)]


def test_a_role_ends_on_the_day_the_list_says(staff):
    staff(BE.replace(",\n", ",31/03/2026\n"))
    assert periods("be") == {"case_officer": (JANUARY, date(2026, 3, 31))}
    account = Account.objects.get(username="be")
    assert queries.grants_of(account.pk, on=date(2026, 3, 31))
    assert queries.grants_of(account.pk, on=date(2026, 4, 1)) == []


def test_an_end_is_given_moved_and_taken_away_by_a_later_list_and_each_is_a_fact(staff):
    staff(BE)
    for cell, ends in (("2026-05-31", date(2026, 5, 31)), ("2026-06-30", date(2026, 6, 30))):
        assert staff(BE.replace(",\n", f",{cell}\n")).unchanged == 0
        assert periods("be") == {"case_officer": (JANUARY, ends)}
    staff(BE)
    assert periods("be") == {"case_officer": (JANUARY, None)}
    assert [one["valid_to"] for one in events("role_dated")] == ["2026-05-31", "2026-06-30", None]


def test_a_list_without_the_column_of_ends_leaves_an_end_that_lies_ahead(staff):
    staff(BE.replace(",\n", ",2026-05-31\n"))
    report = staff(BE.replace(",\n", "\n"), header=OLD_HEADER)
    assert report.unchanged == 1
    assert periods("be") == {"case_officer": (JANUARY, date(2026, 5, 31))}


def test_an_end_in_the_past_ends_the_role_at_once(staff):
    staff(BE)
    staff(BE.replace(",\n", ",2026-02-01\n"))
    assert periods("be") == {"case_officer": (JANUARY, date(2026, 2, 1))}
    assert queries.staff_of(CITY, on=TODAY) == []


def test_a_role_that_is_held_keeps_its_beginning_so_that_nobody_loses_today(staff):
    staff(BE)
    report = staff(BE.replace("2026-01-01", "2027-01-01"))
    assert report.unchanged == 1
    assert periods("be") == {"case_officer": (JANUARY, None)}


def test_a_role_that_has_not_begun_is_moved(staff):
    staff(BE.replace("2026-01-01", "2026-06-01"))
    staff(BE.replace("2026-01-01", "2026-07-01"))
    assert periods("be") == {"case_officer": (date(2026, 7, 1), None)}


def test_a_role_that_is_over_is_granted_anew_from_today_and_once(staff):
    staff(BE.replace(",\n", ",2026-02-01\n"))
    assert staff(BE.replace(",\n", ",2026-02-01\n")).unchanged == 1
    staff(BE)
    assert periods("be") == {"case_officer": (TODAY, None)}
    assert [one["valid_from"] for one in events("role_granted")] == ["2026-01-01", "2026-03-02"]
    assert staff(BE).unchanged == 1


@pytest.mark.parametrize("ends", ["2025-12-31", "hôm qua"])
def test_an_end_that_is_no_day_or_before_its_beginning_is_refused(city, tmp_path, ends):
    path = tmp_path / "can-bo.csv"
    path.write_text(HEADER + BE.replace(",\n", f",{ends}\n"), encoding="utf-8")
    report = actions.import_staff(path=path, at=AT, by="a")
    assert [line for line, _reason in report.faults] == [2]
    assert report.changes == ()
    assert not Account.objects.exists()


def test_who_is_no_longer_listed_stays_and_is_named(staff):
    staff(BE, TY, SU)
    report = staff(TY, SU)
    assert periods("be") == {"case_officer": (JANUARY, None)}
    assert report.unchanged == 2
    assert list(report.changes) == [
        f"be: case_officer tại {CITY} không có trong danh sách, vẫn giữ nguyên"
    ]


def test_end_missing_ends_who_and_what_the_list_leaves_out_with_yesterday(staff):
    staff(BE, TY, SU)
    report = staff(TY.replace("head;", ""), SU, end_missing=True)
    assert periods("be") == {"case_officer": (JANUARY, YESTERDAY)}
    assert periods("ty") == {"administrator": (JANUARY, None), "head": (JANUARY, YESTERDAY)}
    assert report.unchanged == 1
    assert len(report.changes) == 2
    assert {one["role"] for one in events("role_dated")} == {"case_officer", "head"}
    assert Account.objects.filter(is_active=True).count() == 3
    assert staff(TY.replace("head;", ""), SU, end_missing=True).unchanged == 2


def test_end_missing_withdraws_what_has_not_begun(staff):
    staff(BE.replace("2026-01-01", "2026-06-01"), SU)
    staff(SU, end_missing=True)
    assert periods("be") == {}
    assert [one["role"] for one in events("role_withdrawn")] == ["case_officer"]


def test_the_list_of_one_agency_ends_nobody_of_another(staff):
    staff(BE.replace(CITY, OTHER), SU)
    staff(SU, end_missing=True)
    assert periods("be") == {"case_officer": (JANUARY, None)}


def test_an_officer_who_moved_leaves_the_old_agency_only_with_end_missing(staff):
    staff(BE, SU)
    moved = BE.replace(CITY, OTHER)
    staff(moved)
    held = Grant.objects.filter(account__username="be")
    assert held.filter(valid_to=None).count() == 2
    staff(moved, end_missing=True)
    assert held.get(valid_to=None).agency_id == OTHER


def test_a_role_for_the_whole_city_and_a_citizen_s_are_not_the_list_s_to_end(staff):
    staff(BE, SU)
    account = Account.objects.get(username="be").pk
    for role in ("leader", "citizen"):
        actions.grant_role(
            account=account, role=role, agency=None, valid_from=JANUARY, by="a", at=AT
        )
    for rows in ((BE.replace("case_officer", "clerk"), SU), (SU,)):
        staff(*rows, end_missing=True)
        assert {"leader", "citizen"} <= {
            role for role, (_from, to) in periods("be").items() if to is None
        }
    assert periods("be")["case_officer"] == (JANUARY, YESTERDAY)


def test_more_than_a_few_do_not_lose_their_roles_by_a_list_cut_short(staff):
    some = [BE.replace("be", f"be{n}") for n in range(3)]
    staff(*some, SU)
    with pytest.raises(actions.TooManyEnd) as refused:
        staff(SU, end_missing=True, at_most=2)
    assert refused.value.args == (3,)
    assert Grant.objects.filter(valid_to=None).count() == 4
    assert len(staff(SU, end_missing=True, at_most=2, dry_run=True).changes) == 3
    staff(SU, end_missing=True, at_most=3)
    assert Grant.objects.filter(valid_to=None).count() == 1


@pytest.mark.parametrize(
    ("row", "how"),
    [
        (BE, {"end_missing": True}),
        (SU.replace("administrator", "clerk"), {"end_missing": True}),
        (SU.replace(",\n", ",2026-02-01\n"), {}),
        (SU.replace(",\n", ",2026-12-31\n"), {}),
    ],
    ids=["left out", "another role", "ended", "to end"],
)
def test_the_last_administrator_stays(staff, row, how):
    staff(SU)
    for dry_run in (True, False):
        with pytest.raises(actions.LastAdministrator):
            staff(row, dry_run=dry_run, **how)
    assert periods("su") == {"administrator": (JANUARY, None)}
    assert Account.objects.count() == 1


def test_an_administrator_goes_when_another_comes_in_the_same_list(staff):
    staff(SU)
    staff(TY, end_missing=True)
    assert periods("su") == {"administrator": (JANUARY, YESTERDAY)}


def test_an_account_that_is_closed_administers_nothing(staff):
    staff(SU, TY)
    Account.objects.filter(username="ty").update(is_active=False)
    with pytest.raises(actions.LastAdministrator):
        staff(BE, end_missing=True)


def test_what_changed_about_an_officer_is_a_fact_without_a_name(staff):
    staff(BE)
    renamed = BE.replace("Ngô Thị Bé", "Ngô Thị Bê").replace("be@bia.vn", "Moi@bia.vn")
    report = staff(renamed)
    account = Account.objects.get()
    assert (account.display_name, account.email) == ("Ngô Thị Bê", "moi@bia.vn")
    assert events("account_changed") == [
        {
            "account": account.key,
            "agency": CITY,
            "full_name": True,
            "email": True,
            "position": False,
        }
    ]
    assert list(report.changes) == ["be: đổi họ tên, thư điện tử"]
    bodies = "".join(JournalEntry.objects.values_list("body", flat=True))
    assert "Ngô" not in bodies
    assert "bia.vn" not in bodies


def test_an_address_that_was_replaced_no_longer_resets_the_password(staff):
    staff(BE)
    account = Account.objects.get()
    EmailAddress.objects.create(user=account, email="be@bia.vn", primary=True)
    staff(BE.replace("be@bia.vn", "moi@bia.vn"))
    assert not EmailAddress.objects.filter(email="be@bia.vn").exists()


def test_the_second_time_nothing_changes_and_nothing_is_recorded(staff):
    rows = (BE.replace(",\n", ",2026-05-31\n"), TY, SU)
    staff(*rows, end_missing=True)
    before = JournalEntry.objects.count(), list(Grant.objects.values_list(*DAYS))
    report = staff(*rows, end_missing=True)
    assert (report.unchanged, report.changes) == (3, ())
    assert (JournalEntry.objects.count(), list(Grant.objects.values_list(*DAYS))) == before


def test_a_dry_run_tells_every_change_and_makes_none(staff):
    staff(BE, SU)
    before = JournalEntry.objects.count()
    told = staff(TY, SU, dry_run=True, end_missing=True).changes
    assert JournalEntry.objects.count() == before
    assert periods("be") == {"case_officer": (JANUARY, None)}
    assert told == staff(TY, SU, end_missing=True).changes
    assert told[0] == "ty: tài khoản mới"
    assert "kết thúc ngày 01/03/2026" in told[-1]


DAY = st.dates(TODAY - timedelta(days=20), TODAY + timedelta(days=20))
HELD = st.tuples(DAY, st.none() | st.integers(0, 20)).map(
    lambda one: Held(
        "administrator", CITY, one[0], None if one[1] is None else one[0] + timedelta(days=one[1])
    )
)


@given(st.lists(HELD, max_size=5))
def test_the_first_day_without_is_the_first_day_that_no_period_covers(periods):
    found = first_day_without(periods, since=TODAY)

    def covered(day):
        return any(p.valid_from <= day and not p.over(day) for p in periods)

    if found != date.max:
        assert not covered(found)
    for ahead in range(min((found - TODAY).days, 60)):
        assert covered(TODAY + timedelta(days=ahead))


def test_the_command_line_refuses_in_a_sentence_and_tells_how_to_go_on(city, tmp_path, capsys):
    path = tmp_path / "can-bo.csv"
    path.write_text(HEADER + BE + SU, encoding="utf-8")
    assert main(["import", "staff", str(path)]) == 0
    assert "be: tài khoản mới" in capsys.readouterr().out
    path.write_text(HEADER + SU, encoding="utf-8")
    assert main(["import", "staff", str(path), "--end-missing", "--at-most", "0"]) == 1
    assert "--at-most 1" in capsys.readouterr().err
    path.write_text(HEADER + BE, encoding="utf-8")
    assert main(["import", "staff", str(path), "--end-missing"]) == 1
    assert "quản trị viên" in capsys.readouterr().err
    assert Grant.objects.filter(valid_to=None).count() == 2
