"""The definitions of the figures of official documents, on worked cases."""

from datetime import date, timedelta

import pytest

from hoaphuong.documents import actions
from hoaphuong.documents import contracts as told
from hoaphuong.documents.tests import factories as made
from hoaphuong.identity import queries as identity
from hoaphuong.kernel import sealing
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.warehouse.tests.factories import moment, record, turn_until_quiet, warehouse_in

TODAY = date(2026, 4, 20)
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
DUE = date(2026, 3, 20)


@pytest.fixture
def figures(db, home):
    """Record events, and answer a table computed from them."""

    def compute(events: list, table: str, *order: str) -> list[dict]:
        record(events)
        with warehouse_in(home) as warehouse:
            turn_until_quiet(warehouse, today=TODAY)
            rows = warehouse.engine.rows(table, "month").to_pylist()
        return sorted(rows, key=lambda row: [row[name] for name in order])

    return compute


def numbered(key: str, on: date, *, agency: str = "H24.1", directive: bool = True) -> tuple:
    fact = told.DocumentNumbered(Ref(key), Code(agency), Code("QĐ"), directive, on)
    return moment(on), fact


def issued(key: str, on: date, *, signed: bool = True, sealed: bool = True) -> tuple:
    fact = told.DocumentIssued(
        document=Ref(key), agency=Code("H24.1"), kind=Code("QĐ"), directive=True, issued_on=on,
        signed=signed, sealed=sealed, dossier=Ref(""),
    )  # fmt: skip
    return moment(on, 10), fact


def sent(key: str, place: str, recipient: str, on: date, *, agency: str = "H24.1") -> tuple:
    fact = told.DocumentDispatched(
        Ref(key), Code(agency), Code("QĐ"), Code(place), Code(recipient), on
    )
    return moment(on, 11), fact


def given(key: str, *, due: date = DUE, agency: str = "H24.7", directive: bool = True) -> tuple:
    fact = told.AssignmentGiven(
        Ref(key), Ref(f"paper-{key}"), Code(agency), Code("H24.1"), directive, MARCH, due
    )
    return moment(MARCH), fact


def reported(key: str, on: date, *, due: date = DUE) -> tuple:
    late = max(0, (on - due).days)
    return moment(on, 12), told.AssignmentReported(Ref(key), Code("H24.7"), on, due, late)


def settled(key: str, status: str, on: date, *, hour: int = 15) -> tuple:
    return moment(on, hour), told.AssignmentSettled(Ref(key), Code("H24.7"), Code(status), on)


def test_three_of_four_numbered_documents_with_both_signatures_are_three_quarters(figures):
    on = date(2026, 3, 31)
    events = [numbered(key, on) for key in "abcd"]
    events += [issued("a", on), issued("b", on), issued("c", APRIL), issued("d", on, sealed=False)]

    [row] = figures(events, "out_documents__signed_share")

    assert row == {
        "month": MARCH, "agency": "H24.1", "directive": True, "documents": 4, "fully_signed": 3,
        "signed_share": 0.75,
    }  # fmt: skip


@pytest.mark.parametrize(
    "then",
    [[], [issued("a", MARCH, signed=False)], [issued("a", MARCH, sealed=False)]],
    ids=["not sealed yet", "without the person", "without the agency"],
)
def test_a_numbered_document_without_both_signatures_counts_below_the_line_only(figures, then):
    [row] = figures([numbered("a", MARCH), *then], "out_documents__signed_share")
    assert (row["documents"], row["fully_signed"], row["signed_share"]) == (1, 0, 0.0)


def test_documents_are_counted_by_month_agency_and_whether_they_direct(figures):
    events = [
        numbered("a", MARCH), numbered("b", APRIL), numbered("c", MARCH, directive=False),
        numbered("d", MARCH, agency="H24.2"), issued("a", MARCH),
    ]  # fmt: skip

    rows = figures(events, "out_documents__signed_share", "agency", "month", "directive")

    said = [
        (r["agency"], r["month"], r["directive"], r["documents"], r["fully_signed"]) for r in rows
    ]
    assert said == [
        ("H24.1", MARCH, False, 1, 0), ("H24.1", MARCH, True, 1, 1), ("H24.1", APRIL, True, 1, 0),
        ("H24.2", MARCH, True, 1, 0),
    ]  # fmt: skip


def test_copies_inside_the_city_and_by_the_axis_are_electronic_and_on_paper_are_not(figures):
    events = [
        sent("a", "city", "H24.7", MARCH), sent("a", "axis", "000.00.00.G09", MARCH),
        sent("a", "paper", "", MARCH), sent("b", "city", "H24.7", MARCH),
        sent("c", "paper", "", APRIL), sent("d", "axis", "000.00.00.G09", MARCH, agency="H24.2"),
    ]  # fmt: skip

    rows = figures(events, "out_documents__exchanged_share", "agency", "month")

    said = [
        (r["agency"], r["month"], r["copies"], r["electronic"], r["exchanged_share"]) for r in rows
    ]
    assert said == [
        ("H24.1", MARCH, 4, 3, 0.75), ("H24.1", APRIL, 1, 0, 0.0), ("H24.2", MARCH, 1, 1, 1.0),
    ]  # fmt: skip


def test_two_of_three_reports_by_the_due_day_are_two_thirds_and_an_open_task_is_told(figures):
    events = [given(key) for key in "abcd"]
    events += [reported("a", date(2026, 3, 5)), reported("b", DUE), reported("c", APRIL)]
    events += [settled("a", "done", date(2026, 3, 6))]

    [row] = figures(events, "out_documents__assignments_on_time")

    assert row == {
        "month": MARCH, "agency": "H24.7", "directive": True, "assignments": 4, "reported": 3,
        "on_time": 2, "on_time_share": pytest.approx(2 / 3),
    }  # fmt: skip


def test_without_a_report_there_is_no_share(figures):
    [row] = figures([given("a")], "out_documents__assignments_on_time")
    assert (row["assignments"], row["reported"], row["on_time_share"]) == (1, 0, None)


def test_a_task_that_was_taken_back_is_not_counted(figures):
    events = [given("a"), given("b"), settled("b", "cancelled", MARCH)]
    [row] = figures(events, "out_documents__assignments_on_time")
    assert row["assignments"] == 1


def test_tasks_are_counted_in_the_month_in_which_they_are_due_and_by_who_gave_them(figures):
    events = [
        given("a"), given("b", due=APRIL), given("c", directive=False),
        given("d", agency="H24.8"),
    ]  # fmt: skip
    rows = figures(events, "out_documents__assignments_on_time", "agency", "month", "directive")
    said = [(r["agency"], r["month"], r["directive"], r["assignments"]) for r in rows]
    assert said == [
        ("H24.7", MARCH, False, 1), ("H24.7", MARCH, True, 1), ("H24.7", APRIL, True, 1),
        ("H24.8", MARCH, True, 1),
    ]  # fmt: skip


def test_a_report_that_was_given_back_is_none_until_the_next_one(figures):
    early = date(2026, 3, 10)
    events = [given("a"), reported("a", early), settled("a", "open", early)]
    [row] = figures(events, "out_documents__assignments_on_time")
    assert (row["assignments"], row["reported"], row["on_time"]) == (1, 0, 0)


def test_after_it_was_given_back_the_next_report_decides(figures):
    early, late = date(2026, 3, 10), DUE + timedelta(days=1)
    events = [
        given("a"), reported("a", early), settled("a", "open", early), reported("a", late),
        settled("a", "done", late),
    ]  # fmt: skip
    [row] = figures(events, "out_documents__assignments_on_time")
    assert (row["reported"], row["on_time"]) == (1, 0)


@pytest.mark.parametrize(
    ("table", "events", "counted"),
    [
        ("signed_share", [numbered("a", MARCH), issued("a", MARCH)], "documents"),
        ("exchanged_share", [sent("a", "city", "H24.7", MARCH)], "copies"),
        ("assignments_on_time", [given("a"), reported("a", DUE)], "assignments"),
    ],
)
def test_what_is_told_twice_is_counted_once(figures, table, events, counted):
    [row] = figures(events + events, f"out_documents__{table}")
    assert (row[counted], row[f"{'on_time' if 'on_' in table else table.split('_')[0]}_share"]) == (
        1, 1.0,
    )  # fmt: skip


def test_what_the_actions_record_reaches_the_three_tables(demo_city, home):
    """Real documents: two are issued, one is only numbered; copies, a task and its report."""
    own = made.agency_of("son")
    to = next(a for a in identity.agencies().values() if a.code != own and not a.valid_to)
    task = actions.Task(agency=to.code, what="Báo cáo", due_on=made.tomorrow())
    ways = (actions.To("city", to.code, to.name), actions.To("paper", "", "Ban quản lý chợ"))
    document = made.through(made.with_lines(made.drafted(), recipients=ways, tasks=(task,)))
    made.through(made.drafted(kind="BC"))
    waiting = made.signed(made.approved(made.drafted()))
    actions.number(key=waiting.key, by=made.person("mai"), at=made.AT)
    assignment = document.assignments.get()
    actions.report(key=assignment.key, text="Xong", by="officer", at=made.AT)
    while sealing.seal(sealing.JOURNAL):
        pass

    with warehouse_in(home) as warehouse:
        turn_until_quiet(warehouse, today=made.AT.date())
        said = {
            name: warehouse.engine.rows(f"out_documents__{name}", "month").to_pylist()
            for name in ("signed_share", "exchanged_share", "assignments_on_time")
        }
    rows = said["signed_share"]
    signed = {row["directive"]: (row["documents"], row["fully_signed"]) for row in rows}
    assert signed == {True: (2, 1), False: (1, 1)}
    [copies] = said["exchanged_share"]
    assert (copies["agency"], copies["copies"], copies["electronic"]) == (own, 2, 1)
    [tasks] = said["assignments_on_time"]
    assert (tasks["agency"], tasks["reported"], tasks["on_time_share"]) == (to.code, 1, 1.0)
