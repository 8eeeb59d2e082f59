"""The definitions of the dossier figures, on worked cases."""

from datetime import date

import pytest

from hoaphuong.dossiers import contracts as told
from hoaphuong.kernel.values import Ref
from hoaphuong.warehouse.tests.factories import (
    decided,
    moment,
    received,
    record,
    turn_until_quiet,
    warehouse_in,
)

TODAY = date(2026, 3, 20)
MARCH = date(2026, 3, 1)


@pytest.fixture
def figures(db, home):
    """Record events, and answer a table computed from them."""

    def compute(events: list, table: str, today: date = TODAY) -> list[dict]:
        record(events)
        with warehouse_in(home) as warehouse:
            turn_until_quiet(warehouse, today=today)
            return warehouse.engine.rows(table, "agency").to_pylist()

    return compute


def test_received_are_counted_in_the_month_of_reception_by_place_sector_and_channel(figures):
    march, april = date(2026, 3, 31), date(2026, 4, 1)
    events = received("a", march) + received("b", march) + received("c", april, channel="direct")

    rows = figures(events, "out_dossiers__received")

    said = [(row["month"], row["channel"], row["dossiers"]) for row in rows]
    assert said == [(MARCH, "online", 2), (april, "direct", 1)]


def test_a_declined_dossier_is_not_received(figures):
    [submitted, _received] = received("a", MARCH)
    declined = (moment(MARCH, 11), told.DossierDeclined(Ref("a"), "H24.1", MARCH))

    assert figures([submitted, declined], "out_dossiers__received") == []


def test_the_online_share_keeps_its_parts(figures):
    events = received("a", MARCH) + received("b", MARCH) + received("c", MARCH, channel="post")

    [row] = figures(events, "out_dossiers__online_share")

    assert (row["dossiers"], row["online"], row["online_share"]) == (3, 2, pytest.approx(2 / 3))


def test_a_month_without_a_dossier_online_has_a_share_of_zero(figures):
    [row] = figures(received("a", MARCH, channel="direct"), "out_dossiers__online_share")

    assert (row["online"], row["online_share"]) == (0, 0.0)


def test_a_decision_without_a_due_day_is_neither_on_time_nor_late(figures):
    due = date(2026, 3, 10)
    events = []
    for key, due_on, late in (("a", due, 0), ("b", due, 2), ("c", None, 0)):
        events += received(key, MARCH, due_on=due_on)
        events += decided(key, date(2026, 3, 12), due_on=due_on, late=late)

    [row] = figures(events, "out_dossiers__on_time_share")

    assert (row["decided_with_due_day"], row["on_time"], row["on_time_share"]) == (2, 1, 0.5)


def test_the_mean_is_of_the_days_used_by_each_decision(figures):
    events = []
    for key, used in (("a", 2), ("b", 5)):
        events += received(key, MARCH)
        events += decided(key, date(2026, 3, 9), due_on=None, used=used)

    [row] = figures(events, "out_dossiers__mean_working_days")

    assert (row["decided"], row["working_days_total"], row["mean_working_days"]) == (2, 7, 3.5)


def open_and_overdue(rows: list[dict]) -> tuple[int, int]:
    return sum(row["open_dossiers"] for row in rows), sum(row["overdue"] for row in rows)


@pytest.mark.parametrize(
    ("due_on", "expected"),
    [(date(2026, 3, 19), (1, 1)), (date(2026, 3, 20), (1, 0)), (None, (1, 0))],
)
def test_a_dossier_is_overdue_from_the_day_after_its_due_day(figures, due_on, expected):
    rows = figures(received("a", MARCH, due_on=due_on), "out_dossiers__overdue")

    assert open_and_overdue(rows) == expected


def test_while_its_applicant_is_asked_for_papers_a_dossier_is_open_but_not_overdue(figures):
    asked = told.SupplementRequested(Ref("a"), date(2026, 3, 5))
    events = received("a", MARCH, due_on=date(2026, 3, 10)) + [(moment(date(2026, 3, 5)), asked)]

    assert open_and_overdue(figures(events, "out_dossiers__overdue")) == (1, 0)


def test_the_due_day_set_when_the_papers_came_counts(figures):
    asked = told.SupplementRequested(Ref("a"), date(2026, 3, 5))
    brought = told.SupplementReceived(Ref("a"), date(2026, 3, 8), date(2026, 3, 13))
    events = [
        *received("a", MARCH, due_on=date(2026, 3, 30)),
        (moment(date(2026, 3, 5)), asked),
        (moment(date(2026, 3, 8)), brought),
    ]

    assert open_and_overdue(figures(events, "out_dossiers__overdue")) == (1, 1)


@pytest.mark.parametrize(
    "closing",
    [
        told.DossierWithdrawn(Ref("a"), date(2026, 3, 6)),
        told.DossierStatusChanged(Ref("a"), 4, 8, date(2026, 3, 6)),
        decided("a", date(2026, 3, 6), due_on=None)[0][1],
    ],
)
def test_a_dossier_that_was_closed_is_not_open(figures, closing):
    events = [*received("a", MARCH, due_on=date(2026, 3, 3)), (moment(date(2026, 3, 6)), closing)]

    assert figures(events, "out_dossiers__overdue") == []


def test_the_last_31_days_end_today(figures):
    inside, outside = date(2026, 2, 18), date(2026, 2, 17)
    events = received("a", inside) + received("b", outside) + received("c", TODAY)
    events += decided("c", TODAY, due_on=None)

    rows = figures(events, "out_dossiers__last_31_days")

    said = [(row["day"], row["received"], row["decided"]) for row in rows]
    assert said == [(inside, 1, 0), (TODAY, 1, 1)]


def test_an_event_told_twice_is_counted_once(figures):
    events = received("a", MARCH) + received("a", MARCH)

    [row] = figures(events, "out_dossiers__received")

    assert row["dossiers"] == 1
