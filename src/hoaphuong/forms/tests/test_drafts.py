from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from hoaphuong.forms import actions, jobs, queries
from hoaphuong.forms.models import Draft
from hoaphuong.kernel.field_classes import undeclared
from hoaphuong.kernel.models import JournalEntry

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
MINE, THEIRS = "a" * 32, "b" * 32


def begun(account=MINE, at=AT, **data):
    return actions.save_draft(account=account, form="1.001193", data=data, at=at)


def test_a_draft_is_kept_as_typed_and_found_by_its_owner(db):
    kept = begun(birth_date="31/02/2026")

    assert queries.draft(kept.key, MINE) == kept
    assert kept.data == {"birth_date": "31/02/2026"}
    assert JournalEntry.objects.count() == 0


def test_saving_again_changes_the_same_draft(db):
    kept = begun(a="1")
    later = AT + timedelta(hours=1)

    actions.save_draft(account=MINE, form=kept.form, data={"a": "2"}, at=later, key=kept.key)

    [row] = queries.drafts_of(MINE)
    assert (row.key, row.data, row.updated_at) == (kept.key, {"a": "2"}, later)


def test_drafts_are_listed_last_touched_first_and_only_ones_own(db):
    old, new = begun(), begun(at=AT + timedelta(days=1))
    begun(account=THEIRS)

    assert [row.key for row in queries.drafts_of(MINE)] == [new.key, old.key]


def test_anothers_draft_is_as_if_it_were_not_there(db):
    theirs = begun(account=THEIRS)
    attempts = [
        lambda: queries.draft(theirs.key, MINE),
        lambda: actions.save_draft(account=MINE, form=theirs.form, data={}, at=AT, key=theirs.key),
        lambda: actions.attach_file(key=theirs.key, account=MINE, part="p", file="f", at=AT),
        lambda: actions.detach_file(key=theirs.key, account=MINE, file="f", at=AT),
        lambda: actions.discard_draft(key=theirs.key, account=MINE),
    ]

    for attempt in attempts:
        with pytest.raises(queries.NoSuchDraft):
            attempt()

    assert queries.draft(theirs.key, THEIRS) == theirs


def test_a_draft_does_not_become_one_of_another_form(db):
    kept = begun()

    with pytest.raises(queries.NoSuchDraft):
        actions.save_draft(account=MINE, form="other", data={}, at=AT, key=kept.key)


def test_files_are_attached_by_part_once_and_taken_off(db):
    kept = begun()
    for part, file in (("cccd", "f1"), ("cccd", "f2"), ("cccd", "f1"), ("ban-ve", "f3")):
        facts = actions.attach_file(key=kept.key, account=MINE, part=part, file=file, at=AT)
    assert facts.files == {"cccd": ["f2", "f1"], "ban-ve": ["f3"]}

    actions.save_draft(account=MINE, form=kept.form, data={"a": "1"}, at=AT, key=kept.key)
    facts = actions.detach_file(key=kept.key, account=MINE, file="f3", at=AT)

    assert (facts.files, facts.data) == ({"cccd": ["f2", "f1"]}, {"a": "1"})


def test_a_discarded_draft_is_gone(db):
    kept = begun()

    actions.discard_draft(key=kept.key, account=MINE)

    assert queries.drafts_of(MINE) == []


def test_drafts_nobody_touches_are_deleted(db):
    begun(at=AT - timedelta(days=1))
    kept = begun()

    assert actions.discard_untouched(before=AT) == 1
    assert [row.key for row in queries.drafts_of(MINE)] == [kept.key]


def test_one_account_keeps_a_bounded_number_of_drafts(db, monkeypatch):
    monkeypatch.setattr(actions, "MOST_DRAFTS", 1)
    begun()

    with pytest.raises(actions.TooManyDrafts):
        begun()


def test_at_the_limit_a_draft_that_is_there_is_still_saved_and_others_have_their_own_limit(
    db, monkeypatch
):
    monkeypatch.setattr(actions, "MOST_DRAFTS", 1)
    kept = begun(a="1")
    begun(account=THEIRS)

    actions.save_draft(account=MINE, form=kept.form, data={"a": "2"}, at=AT, key=kept.key)
    assert queries.draft(kept.key, MINE).data == {"a": "2"}
    actions.discard_draft(key=kept.key, account=MINE)
    begun()


def test_the_job_discards_after_ninety_days_without_a_touch(db):
    now = timezone.now()
    begun(at=now - timedelta(days=91))
    old = begun(at=now - timedelta(days=91))
    actions.attach_file(key=old.key, account=MINE, part="cccd", file="f1", at=now)
    begun(at=now - timedelta(days=89))

    assert jobs.discard_untouched() is True
    assert len(queries.drafts_of(MINE)) == 2
    assert jobs.discard_untouched() is False


def test_what_is_typed_is_kept_letter_by_letter(db):
    answers = {"note": "  Đường \u0110\n\u202e<b>'\"", "rows": [{"n": 1.5}, {}], "none": None}
    kept = begun(**answers)
    assert queries.draft(kept.key, MINE).data == answers


@pytest.mark.parametrize("wrong", [{"account": ""}, {"form": ""}], ids=str)
def test_the_database_forbids_an_impossible_draft(db, wrong):
    with pytest.raises(IntegrityError):
        Draft.objects.create(**{"account": MINE, "form": "f", "updated_at": AT} | wrong)


def test_every_column_declares_its_class():
    assert undeclared(Draft) == []
