"""The definitions of the figures of fees and payments, on worked cases."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hoaphuong.dossiers.contracts import DossierSubmitted
from hoaphuong.kernel.values import Code, Money, Ref
from hoaphuong.payments import contracts as told
from hoaphuong.warehouse import queries, wording
from hoaphuong.warehouse.tests.factories import moment, record, turn_until_quiet, warehouse_in

TODAY = date(2026, 4, 20)
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
HERE, THERE = "H24.1", "H24.7"


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


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def made(key: str, on: date, amount: int = 50_000, *, about: str = "", agency: str = HERE) -> tuple:
    fact = told.OrderMade(
        order=Ref(key), about_kind=Code("dossier"), about=Ref(about or f"d-{key}"),
        agency=Code(agency), amount=Money(amount), full=Money(amount), ordered_on=on,
    )  # fmt: skip
    return moment(on), fact


def paid(key: str, on: date, *, online: bool = True, about: str = "") -> tuple:
    fact = told.OrderPaid(
        order=Ref(key), about_kind=Code("dossier"), about=Ref(about or f"d-{key}"),
        agency=Code(HERE), provider=Code("vnpay" if online else "cash"), online=online,
        amount=Money(50_000), paid_at=at(on, 10),
    )  # fmt: skip
    return moment(on, 10), fact


def cancelled(key: str, on: date) -> tuple:
    fact = told.OrderCancelled(
        order=Ref(key), about_kind=Code("dossier"), about=Ref(f"d-{key}"), agency=Code(HERE),
        cancelled_on=on,
    )  # fmt: skip
    return moment(on, 11), fact


def collected(key: str, amount: int, on: date, *, agency: str = HERE) -> tuple:
    fact = told.PaymentCollected(
        collection=Ref(key), order=Ref(""), agency=Code(agency), provider=Code("vnpay"),
        online=True, amount=Money(amount), paid_on=on,
    )  # fmt: skip
    return moment(on), fact


def compared(
    ours: int, theirs: int, on: date, *, apart: int | None, hour: int = 9, day: str = "r1"
) -> tuple:
    fact = told.DayCompared(
        reconciliation=Ref(day), provider=Code("vnpay"), agency=Code(HERE), day=on, matched=3,
        different=0 if ours == theirs else 1, ours=Money(ours), theirs=Money(theirs),
        apart=None if apart is None else Money(apart),
    )  # fmt: skip
    return moment(on, hour), fact


def settled(amount: int, on: date, hour: int, *, name: str = "x", day: str = "r1") -> tuple:
    fact = told.DifferenceSettled(
        reconciliation=Ref(day), difference=Ref(name), agency=Code(HERE), how=Code("accept"),
        amount=Money(amount),
    )  # fmt: skip
    return moment(on, hour), fact


def test_two_of_four_dossiers_with_a_fee_paid_online_are_a_half(figures):
    events = [made(key, MARCH) for key in "abcd"]
    events += [made("free", MARCH, 0), made("gone", MARCH), cancelled("gone", MARCH)]
    events += [paid("a", MARCH), paid("b", APRIL), paid("c", MARCH, online=False)]

    [row] = figures(events, "out_payments__online_share")

    assert row == {
        "month": MARCH, "agency": HERE, "dossiers_with_fee": 4, "paid": 3, "paid_online": 2,
        "online_share": 0.5,
    }  # fmt: skip


def test_a_dossier_asked_to_pay_twice_counts_once(figures):
    events = [made("a", MARCH, about="d"), made("b", APRIL, about="d"), paid("b", APRIL, about="d")]
    [row] = figures(events, "out_payments__online_share")
    assert (row["month"], row["dossiers_with_fee"], row["paid_online"]) == (MARCH, 1, 1)


def test_money_is_collected_refunded_charged_back_and_in_difference(figures):
    refund = told.RefundSent(
        refund=Ref("f"), order=Ref("o"), agency=Code(HERE), provider=Code("vnpay"),
        amount=Money(7_000), sent_on=APRIL,
    )  # fmt: skip
    taken = told.ChargedBack(
        collection=Ref("1"), agency=Code(HERE), provider=Code("vnpay"), amount=Money(5_000),
        taken_on=APRIL,
    )  # fmt: skip
    events = [
        collected("1", 50_000, MARCH), collected("2", 20_000, MARCH),
        collected("3", 1_000, MARCH, agency=THERE), (moment(APRIL), refund), (moment(APRIL), taken),
        compared(70_000, 65_000, MARCH, apart=5_000),
        compared(10_000, 12_000, MARCH, apart=2_000, day="r2"),
    ]  # fmt: skip

    rows = figures(events, "out_payments__money", "month", "agency")

    assert [tuple(row.values()) for row in rows] == [
        (MARCH, HERE, "vnpay", 70_000, 0, 5_000, 7_000, 65_000),
        (MARCH, THERE, "vnpay", 1_000, 0, 0, 0, 1_000),
        (APRIL, HERE, "vnpay", 0, 7_000, 0, 0, -7_000),
    ]
    assert list(rows[0]) == [
        "month", "agency", "provider", "collected_vnd", "refunded_vnd", "charged_back_vnd",
        "in_difference_vnd", "net_vnd",
    ]  # fmt: skip


def test_a_receipt_that_was_refunded_in_full_is_nothing_collected_net(figures):
    refund = told.RefundSent(
        refund=Ref("f"), order=Ref("o"), agency=Code(HERE), provider=Code("vnpay"),
        amount=Money(50_000), sent_on=MARCH,
    )  # fmt: skip
    told_twice = (moment(MARCH), refund)
    events = [collected("1", 50_000, MARCH), told_twice, told_twice]
    [row] = figures(events, "out_payments__money")
    assert (row["collected_vnd"], row["refunded_vnd"], row["net_vnd"]) == (50_000, 50_000, 0)


def test_a_day_counts_as_it_was_compared_last_and_closed_days_are_a_share(figures):
    closed = told.DayClosed(
        reconciliation=Ref("r1"), provider=Code("vnpay"), agency=Code(HERE), day=MARCH
    )
    events = [
        compared(50_000, 60_000, MARCH, apart=10_000),
        compared(60_000, 60_000, MARCH, apart=0, hour=15),
        compared(1, 1, MARCH + timedelta(days=1), apart=0, day="r2"), (moment(MARCH, 16), closed),
    ]  # fmt: skip

    [row] = figures(events, "out_payments__days_closed")

    assert row == {
        "month": MARCH, "agency": HERE, "provider": "vnpay", "days": 2, "closed": 1, "matched": 6,
        "different": 0, "closed_share": 0.5,
    }  # fmt: skip


def test_the_time_to_a_receipt_is_a_sum_over_receipts(figures):
    def sealed(key: str, seconds: int) -> tuple:
        fact = told.ReceiptSealed(
            order=Ref(key), receipt=Ref(f"r-{key}"), agency=Code(HERE), sealed_on=MARCH,
            seconds=seconds,
        )  # fmt: skip
        return moment(MARCH, 12), fact

    events = [made(key, MARCH) for key in "abc"] + [paid("a", MARCH), paid("b", MARCH)]
    events += [sealed("a", 4), sealed("b", 596)]

    [row] = figures(events, "out_payments__receipt_time")

    assert row == {
        "month": MARCH, "agency": HERE, "receipts": 2, "seconds_total": 600,
        "seconds_longest": 596, "within_five_minutes": 1, "mean_seconds": 300.0,
    }  # fmt: skip


def submitted(key: str, procedure: str, agency: str = HERE) -> tuple:
    fact = DossierSubmitted(
        dossier=Ref(key), procedure=Code(procedure), sector=Code("s"), agency=Code(agency),
        division=Code("11353"), channel=Code("online"), applicant_kind=Code("self"),
        submitted_on=MARCH,
    )  # fmt: skip
    return moment(MARCH, 7), fact


def test_dossiers_of_each_procedure_are_those_with_a_fee_and_those_paid_online(figures):
    events = [submitted("d-a", "1.1"), submitted("d-b", "1.1"), submitted("d-c", "1.2")]
    # Asked to pay twice, the second time in the next month: one dossier of March.
    events += [made(key, MARCH) for key in "abc"] + [made("b2", APRIL, about="d-b")]
    events += [paid("b", MARCH), paid("c", MARCH, online=False)]

    rows = figures(events, "out_dossiers__fees_by_procedure", "procedure")

    assert [tuple(row.values()) for row in rows] == [
        (MARCH, HERE, "1.1", 2, 1), (MARCH, HERE, "1.2", 1, 0),
    ]  # fmt: skip
    assert list(rows[0]) == ["month", "agency", "procedure", "dossiers_with_fee", "paid_online"]


def in_difference(figures, events: list) -> int:
    [row] = figures(events, "out_payments__money")
    return row["in_difference_vnd"]


def test_too_much_and_too_little_do_not_make_up_for_each_other(figures):
    assert in_difference(figures, [compared(50_000, 50_000, MARCH, apart=14_000)]) == 14_000


def test_a_difference_counts_until_somebody_settles_it(figures):
    events = [compared(50_000, 62_000, MARCH, apart=12_000), settled(5_000, MARCH, 10)]
    assert in_difference(figures, events) == 7_000


def test_what_was_settled_before_a_day_was_compared_again_is_not_taken_off_twice(figures):
    events = [
        compared(50_000, 62_000, MARCH, apart=12_000), settled(5_000, MARCH, 10),
        compared(50_000, 62_000, MARCH, apart=7_000, hour=15),
        settled(7_000, MARCH, 16, name="y"),
    ]  # fmt: skip
    assert in_difference(figures, events[:3]) == 7_000
    assert in_difference(figures, events[3:]) == 0


def test_a_comparison_from_before_the_amount_was_told_counts_its_two_sums(figures):
    assert in_difference(figures, [compared(50_000, 62_000, MARCH, apart=None)]) == 12_000


def test_payments_are_online_unless_they_are_cash(figures):
    events = [collected(str(n), 1_000, MARCH) for n in range(3)]
    cash = told.PaymentCollected(
        collection=Ref("cash"), order=Ref(""), agency=Code(HERE), provider=Code("cash"),
        online=False, amount=Money(1_000), paid_on=MARCH,
    )  # fmt: skip
    events.append((moment(MARCH), cash))
    [row] = figures([*events, events[0]], "out_payments__payments")
    assert row == {
        "month": MARCH, "agency": HERE, "payments": 4, "online": 3, "online_share": 0.75,
    }  # fmt: skip


def test_the_leader_sees_what_was_worked_out_by_hand(db, home):
    """Two agencies, two months: 2 of 5 dossiers, 1 of 2 procedures, 90,000 đ, 200 s."""
    events = [submitted(f"d-{key}", "1.1") for key in "ab"]
    events += [submitted(f"d-{key}", "1.2", THERE) for key in "cde"]
    events += [made(key, MARCH) for key in "ab"]
    events += [made("c", MARCH, agency=THERE), made("d", APRIL, agency=THERE)]
    events += [made("e", APRIL, agency=THERE)]
    events += [paid("a", MARCH), paid("b", APRIL), paid("c", MARCH, online=False)]
    events += [collected("1", 50_000, MARCH), collected("2", 30_000, APRIL)]
    events += [collected("3", 10_000, APRIL, agency=THERE)]
    events += [compared(80_000, 84_000, APRIL, apart=4_000)]
    for key, seconds in (("a", 100), ("b", 300)):
        fact = told.ReceiptSealed(
            order=Ref(key), receipt=Ref(f"r-{key}"), agency=Code(HERE), sealed_on=APRIL,
            seconds=seconds,
        )  # fmt: skip
        events.append((moment(APRIL, 12), fact))
    # Of another year, and so in none of these.
    events += [made("z", date(2025, 12, 31)), collected("9", 7_000, date(2025, 12, 31))]
    record(events)
    with warehouse_in(home) as warehouse:
        turn_until_quiet(warehouse, today=TODAY)
        told_of = {one.code: one for one in queries.indicators(today=TODAY, year=2026)}
        by_agency = queries.fees(2026, by="agency")
        by_month = queries.fees(2026, by="month")
        announced = {row["code"]: row for row in queries.scoreboard(2026)}
        of_2024 = {row["code"]: row for row in queries.scoreboard(2024)}

    def parts(code: str) -> tuple:
        return told_of[code].value, told_of[code].numerator, told_of[code].denominator

    assert parts("paid_online_share") == (0.4, 2, 5)
    assert parts("procedures_paid_online_share") == (0.5, 1, 2)
    assert parts("collected_vnd") == (90_000, None, None)
    assert parts("receipt_seconds") == (200.0, 400, 2)
    assert [(one.of, one.collected_vnd, one.in_difference_vnd) for one in by_agency] == [
        (HERE, 80_000, 4_000), (THERE, 10_000, 0),
    ]  # fmt: skip
    assert [(one.online_share, one.mean_seconds) for one in by_agency] == [
        (1.0, 200.0),
        (0.0, None),
    ]
    assert [(one.of, one.dossiers_with_fee, one.paid_online) for one in by_month] == [
        ("2026-03-01", 3, 2), ("2026-04-01", 2, 0),
    ]  # fmt: skip
    row = announced["paid_online_share"]
    assert (row["computed"], row["numerator"], row["denominator"]) == (0.4, 2, 5)
    assert of_2024["paid_online_share"]["computed"] is None


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, None), (0, "0,0 giây"), (119, "119,0 giây"), (120, "2,0 phút"), (7_199, "120,0 phút"),
     (7_200, "2,0 giờ"), (90_000, "25,0 giờ")],
)  # fmt: skip
def test_a_time_is_told_in_a_unit_that_fits(seconds, said):
    assert wording.lasting(seconds) == said


def test_one_more_order_replaces_its_own_row_though_its_key_is_a_word_of_sql(db, home):
    record([made(f"o{n}", MARCH) for n in range(20)])
    with warehouse_in(home) as warehouse:
        turn_until_quiet(warehouse, today=TODAY)
        record([paid("o3", MARCH)])
        turn_until_quiet(warehouse, today=TODAY)
        rows = warehouse.engine.rows("core_payments__orders", "order").to_pylist()
        [share] = warehouse.engine.rows("out_payments__online_share", "month").to_pylist()
    assert len(rows) == len({row["order"] for row in rows}) == 20
    assert (share["dossiers_with_fee"], share["paid_online"]) == (20, 1)
