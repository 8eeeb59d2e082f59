"""A standing query answers as the same question asked through the model."""

from datetime import UTC, datetime

import pytest

from hoaphuong.kernel.models import JournalBatch
from hoaphuong.kernel.standing_query import StandingCount, StandingQuery

COLUMNS = ("number", "entries", "head", "sealed_at")


@pytest.mark.django_db
def test_it_gives_the_row_in_python_values_and_none_when_there_is_none(
    django_assert_num_queries,
):
    JournalBatch.objects.create(number=1, entries=3, head="a" * 64)
    JournalBatch.objects.create(number=2, entries=5, head="b" * 64)
    standing = StandingQuery(JournalBatch, by="head", columns=COLUMNS)
    for head in ("a" * 64, "b" * 64):
        expected = JournalBatch.objects.filter(head=head).values_list(*COLUMNS).get()
        with django_assert_num_queries(1):
            assert standing.one(head) == expected
        assert standing.one(head)[3] <= datetime.now(UTC)
    assert standing.one("' OR 1=1 --") is None


def test_a_question_that_is_more_than_one_value_is_refused(db):
    with pytest.raises(ValueError, match="value alone"):
        StandingQuery(JournalBatch, by="head__contains", columns=("number",)).one("a")


@pytest.mark.django_db
def test_a_count_is_that_of_the_rows_that_are_as_said(django_assert_num_queries):
    for number, head in enumerate("aab"):
        JournalBatch.objects.create(number=number, entries=number, head=head * 64)
    standing = StandingCount(JournalBatch, by="head", sealed_at__isnull=False)
    with django_assert_num_queries(3):
        assert [standing.count(one * 64) for one in "abc"] == [2, 1, 0]
    none = StandingCount(JournalBatch, by="head", sealed_at__isnull=True)
    assert none.count("a" * 64) == 0
