"""Work items: opened, taken, given back, paused, answered and closed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from hoaphuong.kernel.models import JournalEntry
from hoaphuong.reference import queries as calendar
from hoaphuong.work import actions, queries
from hoaphuong.work.contracts import ItemFacts
from hoaphuong.work.models import WorkItem
from hoaphuong.work.rules import moved_due, paused_for

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
HERE, THERE = "000.00.60.H24", "000.00.61.H24"
ME, YOU = "m" * 32, "y" * 32
KIND = "dossiers.dossier"


def opened(subject, agency=HERE, **more):
    asked = {"label": subject, "detail": "Đăng ký khai sinh", "party": "Ngô Thị Bé", "stage": "1"}
    actions.open_item(kind=KIND, subject=subject, agency=agency, at=AT, **asked | more)
    return queries.item_of(KIND, subject)


def inbox(agencies=(HERE,), account=ME, today=MONDAY, **more):
    return queries.inbox(agencies=agencies, account=account, today=today, **more)


def subjects(page):
    return [item.subject for item in page.items]


def facts(name):
    return list(JournalEntry.objects.filter(name=f"work.{name}").values_list("subject", flat=True))


def test_the_most_urgent_comes_first_and_what_has_no_date_last():
    for subject, due in (("later", 9), ("none", None), ("sooner", 3), ("soon", 3)):
        opened(subject, due_on=due and date(2026, 3, due))
    assert subjects(inbox()) == ["sooner", "soon", "later", "none"]


def test_an_agency_sees_its_own_work_and_an_empty_right_sees_none():
    mine, theirs = opened("mine"), opened("theirs", THERE)
    assert subjects(inbox()) == ["mine"]
    assert subjects(inbox((HERE, THERE))) == ["mine", "theirs"]
    assert subjects(inbox(("*",))) == ["mine", "theirs"]
    assert inbox(()).waiting == 0
    assert queries.item(theirs.key, agencies=[HERE]) is None
    assert queries.item(mine.key, agencies=[HERE]) == mine


def test_a_day_late_is_overdue_and_a_stopped_clock_is_not():
    opened("today", due_on=MONDAY)
    opened("late", due_on=MONDAY - timedelta(days=1))
    opened("stopped", due_on=MONDAY - timedelta(days=1))
    actions.pause_item(kind=KIND, subject="stopped", stage="5", on=MONDAY)
    page = inbox(overdue=True)
    assert (subjects(page), page.overdue, page.waiting) == (["late"], 1, 3)


def test_the_inbox_is_searched_without_accents_and_filtered_by_stage_and_mine():
    opened("H24-1", party="Đỗ Thị Sử")
    other = opened("H24-2", party="Lý Văn Tý", stage="4")
    actions.assign(key=other.key, assignee=ME, by=ME, at=AT)
    assert subjects(inbox(search="do su")) == ["H24-1"]
    assert subjects(inbox(search="khai sinh h24-2")) == ["H24-2"]
    assert subjects(inbox(stage="4")) == ["H24-2"]
    page = inbox(mine=True)
    assert (subjects(page), page.mine, page.waiting) == (["H24-2"], 1, 2)


def test_pages_follow_one_another_without_a_gap_in_a_fixed_number_of_queries(
    monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(queries, "PAGE", 3)
    for number in range(7):
        opened(f"{number}", due_on=date(2026, 3, 3))
    found = []
    for page, more in ((1, True), (2, True), (3, False)):
        with django_assert_num_queries(2):
            shown = inbox(page=page)
        assert shown.more is more
        found += subjects(shown)
    assert found == [f"{number}" for number in range(7)]
    assert inbox(page=99).items == ()


def test_who_takes_first_has_it_and_a_head_may_give_it_to_another():
    item = opened("a")
    actions.assign(key=item.key, assignee=ME, by=ME, at=AT, take=True)
    actions.assign(key=item.key, assignee=ME, by=ME, at=AT, take=True)
    with pytest.raises(actions.TakenByAnother):
        actions.assign(key=item.key, assignee=YOU, by=YOU, at=AT, take=True)
    assert queries.item_of(KIND, "a").assignee == ME
    actions.assign(key=item.key, assignee=YOU, by="head", at=AT)
    assert queries.item_of(KIND, "a").assignee == YOU
    assert facts("work_assigned") == ["a", "a"]


def test_one_s_own_item_is_given_back_and_taken_by_a_colleague():
    item = opened("a")
    actions.assign(key=item.key, assignee=ME, by=ME, at=AT, take=True)
    with pytest.raises(actions.NotYours):
        actions.give_back(key=item.key, by=YOU, at=AT)
    actions.give_back(key=item.key, by=ME, at=AT)
    with pytest.raises(actions.NotYours):
        actions.give_back(key=item.key, by=ME, at=AT)
    actions.assign(key=item.key, assignee=YOU, by=YOU, at=AT, take=True)
    assert queries.item_of(KIND, "a").assignee == YOU
    assert facts("work_given_back") == ["a"]


def test_the_due_date_moves_by_the_working_days_of_a_pause():
    opened("a", due_on=date(2026, 3, 5))
    actions.pause_item(kind=KIND, subject="a", stage="5", on=MONDAY)
    # Asked again while it stands still: the pause began on the first day.
    actions.pause_item(kind=KIND, subject="a", stage="5", on=MONDAY + timedelta(days=1))
    assert queries.item_of(KIND, "a").paused
    # From Monday to the Monday after are five working days.
    due = actions.resume_item(kind=KIND, subject="a", stage="4", on=date(2026, 3, 9))
    assert due == date(2026, 3, 12)
    item = queries.item_of(KIND, "a")
    assert (item.due_on, item.paused, item.paused_days, item.stage) == (due, False, 5, "4")
    assert queries.paused_days(KIND, "a") == 5
    assert actions.resume_item(kind=KIND, subject="a", stage="4", on=date(2026, 3, 20)) == due


def test_closing_ends_a_pause_and_a_closed_item_is_not_there():
    item = opened("a")
    actions.pause_item(kind=KIND, subject="a", stage="5", on=MONDAY)
    closed = actions.close_item(kind=KIND, subject="a", at=AT + timedelta(days=2))
    assert closed == 2
    assert inbox().waiting == 0
    assert queries.item_of(KIND, "a") is None
    attempts = [
        lambda: actions.close_item(kind=KIND, subject="a", at=AT),
        lambda: actions.move_item(kind=KIND, subject="a", stage="4", due_on=None),
        lambda: actions.pause_item(kind=KIND, subject="a", stage="5", on=MONDAY),
        lambda: actions.resume_item(kind=KIND, subject="a", stage="4", on=MONDAY),
        lambda: actions.assign(key=item.key, assignee=ME, by=ME, at=AT),
        lambda: actions.give_back(key=item.key, by=ME, at=AT),
    ]
    for attempt in attempts:
        with pytest.raises(actions.NotOpen):
            attempt()


def test_what_was_answered_late_says_so_and_is_overdue_no_longer():
    opened("a", due_on=MONDAY - timedelta(days=3))
    actions.move_item(kind=KIND, subject="a", stage="9", due_on=None, days_late=2)
    opened("b", due_on=date(2026, 12, 31))
    page = inbox()
    assert subjects(page) == ["b", "a"]
    assert [item.days_late for item in page.items] == [None, 2]
    assert page.overdue == 0


def test_many_items_come_in_at_once_the_finished_ones_closed():
    items = [
        ItemFacts(
            key="",
            kind=KIND,
            subject=f"{number}",
            agency=HERE,
            assignee=ME if number else "",
            label=f"H24-{number}",
            detail="Đăng ký khai sinh",
            party="Ngô Thị Bé",
            stage="9",
            opened_at=AT,
            due_on=None,
            days_late=number,
        )
        for number in range(3)
    ]
    actions.record_items(items=items, closed_at={"2": AT + timedelta(days=1)})
    page = inbox(search="ngo be")
    assert subjects(page) == ["0", "1"]
    assert [item.days_late for item in page.items] == [0, 1]
    assert WorkItem.objects.get(subject="2").closed_at == AT + timedelta(days=1)
    assert WorkItem.objects.values("key").distinct().count() == 3


def test_the_database_forbids_two_open_items_of_a_record_and_a_close_before_the_opening():
    opened("a")
    with pytest.raises(IntegrityError), transaction.atomic():
        opened("a")
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkItem.objects.update(closed_at=AT - timedelta(seconds=1))
    actions.close_item(kind=KIND, subject="a", at=AT)
    opened("a")


DAYS = st.dates(date(2025, 1, 1), date(2026, 6, 1))


@given(DAYS, st.integers(0, 40), DAYS)
def test_a_pause_never_brings_the_due_date_nearer(paused_on, length, due):
    days = paused_for(
        paused_on, paused_on + timedelta(days=length), between=calendar.working_days_between
    )
    assert 0 <= days <= length
    after = moved_due(due, days, add_working_days=calendar.add_working_days)
    assert after >= due
    assert calendar.working_days_between(due, after) == days


def test_a_pause_of_no_length_and_an_item_without_a_date_move_nothing():
    def never(*_words):
        raise AssertionError("nothing to count")

    assert moved_due(MONDAY, 0, add_working_days=never) == MONDAY
    assert moved_due(None, 3, add_working_days=never) is None
    assert paused_for(MONDAY, MONDAY, between=lambda a, b: (b - a).days) == 0
