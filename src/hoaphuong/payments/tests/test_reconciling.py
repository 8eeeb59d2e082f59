"""A day is compared with the provider's list; what differs stays until a person settles it."""

from datetime import date, timedelta

import pytest

from hoaphuong.kernel import journal
from hoaphuong.payments import actions, queries
from hoaphuong.payments.models import Difference
from hoaphuong.payments.providers.base import Listed
from hoaphuong.payments.tests.factories import AT, BY, JUSTICE, money, ordered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
DAY = date(2026, 11, 30)
CLEARING, DIFFERENCE = "clearing:vnpay", "difference:vnpay"


def attempt(about="d1"):
    order = ordered(about)
    return order, actions.start(order=order.key, provider="vnpay", by=BY, at=AT)


def listed(transaction, amount, reference=""):
    return Listed(transaction, reference, amount, AT)


def compared(*lines, at=AT):
    return actions.compare(
        provider="vnpay", agency=JUSTICE, day=DAY, listed=lines, by="worker", at=at
    )


def differences():
    return list(
        Difference.objects.order_by("transaction").values_list("transaction", "kind", "state")
    )


def test_a_day_that_agrees_is_matched_and_can_be_closed():
    order = ordered()
    actions.collect(money=money("1", 50_000, order=order.key), by=BY, at=AT)
    row = compared(listed("1", 50_000))
    assert (row.matched, row.ours_amount, row.theirs_amount) == (1, 50_000, 50_000)
    assert differences() == []
    assert actions.close_day(key=row.key, by=BY, at=AT).closed_by == BY


def test_all_three_kinds_of_difference_are_found():
    order = ordered()
    for number, amount in (("1", 50_000), ("2", 20_000), ("3", 30_000)):
        actions.collect(money=money(number, amount, order=order.key), by=BY, at=AT)
    row = compared(listed("1", 50_000), listed("2", 25_000), listed("4", 70_000))
    assert row.matched == 1
    assert differences() == [
        ("2", "different", "open"), ("3", "missing_there", "open"), ("4", "missing_here", "open"),
    ]  # fmt: skip
    with pytest.raises(actions.StillOpen):
        actions.close_day(key=row.key, by=BY, at=AT)


def test_money_that_only_the_provider_has_is_counted_and_pays_its_order():
    order, tried = attempt()
    row = compared(listed("1", 50_000, tried.reference))
    [one] = Difference.objects.all()
    actions.settle_difference(key=one.key, how="count", reason="Tin báo thất lạc", by=BY, at=AT)
    assert queries.order(order.key).state == "paid"
    again = compared(listed("1", 50_000, tried.reference))
    assert again.matched == 1
    assert differences() == [("1", "missing_here", "settled")]
    assert actions.close_day(key=row.key, by=BY, at=AT).closed_at == AT


def test_news_that_comes_late_makes_a_difference_go_by_itself():
    order, tried = attempt()
    compared(listed("1", 50_000, tried.reference))
    actions.collect(money=money("1", 50_000, reference=tried.reference), by=BY, at=AT)
    compared(listed("1", 50_000, tried.reference))
    assert differences() == [("1", "missing_here", "gone")]
    assert queries.order(order.key).paid == 50_000


def test_the_providers_amount_is_accepted_by_an_entry_and_ours_can_be_kept():
    order = ordered()
    actions.collect(money=money("1", 50_000, order=order.key), by=BY, at=AT)
    actions.collect(money=money("2", 9_000, order=order.key), by=BY, at=AT)
    compared(listed("1", 45_000))
    first, second = Difference.objects.order_by("transaction")
    actions.settle_difference(key=first.key, how="accept", reason="Phí của cổng", by=BY, at=AT)
    assert (queries.balance(CLEARING), queries.balance(DIFFERENCE)) == (54_000, 5_000)
    actions.settle_difference(key=second.key, how="keep", reason="Cổng sẽ sửa", by=BY, at=AT)
    assert queries.balance(DIFFERENCE) == 5_000
    compared(listed("1", 45_000))
    assert {state for _t, _k, state in differences()} == {"settled"}
    with pytest.raises(actions.AlreadySettled):
        actions.settle_difference(key=first.key, how="keep", reason="x", by=BY, at=AT)


def test_a_settled_difference_opens_again_when_the_list_says_something_else():
    order = ordered()
    actions.collect(money=money("1", 50_000, order=order.key), by=BY, at=AT)
    row = compared(listed("1", 45_000))
    [one] = Difference.objects.all()
    actions.settle_difference(key=one.key, how="keep", reason="x", by=BY, at=AT)
    actions.close_day(key=row.key, by=BY, at=AT)
    compared(listed("1", 40_000), at=AT + timedelta(hours=1))
    assert differences() == [("1", "different", "open")]
    row.refresh_from_db()
    assert row.closed_at is None


def test_the_journal_is_told_what_differs_and_is_not_settled():
    """Too much and too little do not make up for each other."""
    order = ordered()
    actions.collect(money=money("1", 50_000, order=order.key), by=BY, at=AT)

    def told(*lines):
        key = compared(*lines).key
        events = [body for _id, name, _by, body, _at in journal.timeline(key)
                  if name == "payments.day_compared"]  # fmt: skip
        return events[-1]["apart"]["amount"]

    assert told(listed("1", 57_000)) == "7000"
    assert told(listed("1", 43_000), listed("2", 7_000)) == "14000"
    first = Difference.objects.get(transaction="1")
    actions.settle_difference(key=first.key, how="keep", reason="x", by=BY, at=AT)
    assert told(listed("1", 43_000), listed("2", 7_000)) == "7000"
    assert told(listed("1", 50_000)) == "0"


def test_a_difference_is_settled_only_in_the_ways_of_its_kind():
    order = ordered()
    actions.collect(money=money("1", 50_000, order=order.key), by=BY, at=AT)
    compared()
    [one] = Difference.objects.all()
    with pytest.raises(actions.WrongWay):
        actions.settle_difference(key=one.key, how="count", reason="x", by=BY, at=AT)


def test_lines_are_given_to_the_agency_whose_money_they_are():
    order, tried = attempt()
    actions.collect(money=money("9", 5_000), by=BY, at=AT)
    lines = [listed("1", 1, tried.reference), listed("2", 1, f"{order.code}07"), listed("9", 1)]
    found = queries.by_agency("vnpay", [*lines, listed("3", 1, "ELSE")])
    assert {agency: [one.transaction for one in of] for agency, of in found.items()} == {
        JUSTICE: ["1", "2"], "000.00.00.H24": ["9"], "": ["3"],
    }  # fmt: skip
    assert queries.agencies_with_money("vnpay", DAY) == {"000.00.00.H24"}
