"""The definitions of the figures of fees and payments, on worked cases."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hoaphuong.dossiers.contracts import DossierSubmitted
from hoaphuong.kernel.values import Code, Money, Ref
from hoaphuong.payments import contracts as told
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


def compared(ours: int, theirs: int, on: date, *, hour: int = 9, day: str = "r1") -> tuple:
    fact = told.DayCompared(
        reconciliation=Ref(day), provider=Code("vnpay"), agency=Code(HERE), day=on, matched=3,
        different=0 if ours == theirs else 1, ours=Money(ours), theirs=Money(theirs),
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
        compared(70_000, 65_000, MARCH), compared(10_000, 12_000, MARCH, day="r2"),
    ]  # fmt: skip

    rows = figures(events, "out_payments__money", "month", "agency")

    assert [tuple(row.values()) for row in rows] == [
        (MARCH, HERE, "vnpay", 70_000, 0, 5_000, 7_000),
        (MARCH, THERE, "vnpay", 1_000, 0, 0, 0),
        (APRIL, HERE, "vnpay", 0, 7_000, 0, 0),
    ]
    assert list(rows[0]) == [
        "month", "agency", "provider", "collected_vnd", "refunded_vnd", "charged_back_vnd",
        "in_difference_vnd",
    ]  # fmt: skip


def test_a_day_counts_as_it_was_compared_last_and_closed_days_are_a_share(figures):
    closed = told.DayClosed(
        reconciliation=Ref("r1"), provider=Code("vnpay"), agency=Code(HERE), day=MARCH
    )
    events = [
        compared(50_000, 60_000, MARCH), compared(60_000, 60_000, MARCH, hour=15),
        compared(1, 1, MARCH + timedelta(days=1), day="r2"), (moment(MARCH, 16), closed),
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


def test_one_of_two_procedures_with_a_fee_was_paid_online(figures):
    def submitted(key: str, procedure: str) -> tuple:
        fact = DossierSubmitted(
            dossier=Ref(key), procedure=Code(procedure), sector=Code("s"), agency=Code(HERE),
            division=Code("11353"), channel=Code("online"), applicant_kind=Code("self"),
            submitted_on=MARCH,
        )  # fmt: skip
        return moment(MARCH, 7), fact

    events = [submitted("d-a", "1.1"), submitted("d-b", "1.1"), submitted("d-c", "1.2")]
    events += [made(key, MARCH) for key in "abc"]
    events += [paid("b", MARCH), paid("c", MARCH, online=False)]

    [row] = figures(events, "out_dossiers__procedures_paid_online")

    assert row == {
        "month": MARCH, "agency": HERE, "procedures_with_fee": 2, "paid_online": 1,
        "paid_online_share": 0.5,
    }  # fmt: skip
