"""Money that comes in is counted once, and its order is paid then and only then."""

import json

import pytest
from django.db import IntegrityError, transaction

from hoaphuong.kernel.models import JournalEntry, OutgoingCall
from hoaphuong.payments import actions, fees, queries
from hoaphuong.payments.actions import collecting
from hoaphuong.payments.models import Attempt, Collection, FeeOrder, Receipt
from hoaphuong.payments.tests.factories import AT, BY, JUSTICE, in_force, money, ordered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]


def facts(name):
    rows = JournalEntry.objects.filter(name=f"payments.{name}").order_by("id")
    return [json.loads(body) for body in rows.values_list("body", flat=True)]


def test_an_order_is_paid_once_its_amount_has_come_in():
    order = ordered()
    attempt = actions.start(order=order.key, provider="vnpay", by=BY, at=AT)
    assert (attempt.amount, attempt.reference) == (50_000, f"{order.code}01")
    counted = actions.collect(
        money=money("14422574", 50_000, reference=attempt.reference), by=BY, at=AT
    )
    assert (counted.order, counted.new, counted.paid) == (order.key, True, True)
    found = queries.order(order.key)
    assert (found.state, found.paid) == ("paid", 50_000)
    [paid] = facts("order_paid")
    assert (paid["about"], paid["online"], paid["provider"]) == ("d1", True, "vnpay")
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.PAID
    receipt = Receipt.objects.get()
    assert (receipt.number, receipt.agency_code) == (1, JUSTICE)
    assert OutgoingCall.objects.filter(kind="payments.receipt", subject=receipt.key).count() == 1


def test_the_same_money_counts_once_however_often_it_is_told():
    order = ordered()
    for n in range(5):
        counted = actions.collect(money=money("1", 50_000, order=order.key), by=BY, at=AT)
        assert counted.new == (n == 0)
        assert counted.paid
    assert Collection.objects.count() == Receipt.objects.count() == 1
    assert len(facts("payment_collected")) == len(facts("order_paid")) == 1


def test_the_same_transaction_with_another_amount_is_not_believed():
    order = ordered()
    actions.collect(money=money("1", 50_000, order=order.key), by=BY, at=AT)
    with pytest.raises(actions.Untrue):
        actions.collect(money=money("1", 60_000, order=order.key), by=BY, at=AT)
    assert queries.order(order.key).paid == 50_000


def test_too_little_leaves_the_order_open_and_the_rest_can_be_paid():
    order = ordered()
    first = actions.start(order=order.key, provider="vnpay", by=BY, at=AT)
    counted = actions.collect(money=money("1", 20_000, reference=first.reference), by=BY, at=AT)
    assert not counted.paid
    assert queries.order(order.key).state == "open"
    assert facts("order_paid") == []
    second = actions.start(order=order.key, provider="vnpay", by=BY, at=AT)
    assert (second.amount, second.reference) == (30_000, f"{order.code}02")
    assert actions.collect(money=money("2", 30_000, reference=second.reference), by=BY, at=AT).paid
    assert not Receipt.objects.filter(number=2).exists()


def test_too_much_or_twice_is_kept_for_the_payer():
    order = ordered()
    actions.collect(money=money("1", 60_000, order=order.key), by=BY, at=AT)
    again = actions.collect(money=money("2", 50_000, order=order.key), by=BY, at=AT)
    assert (again.new, again.paid) == (True, True)
    assert queries.balance(f"over:{JUSTICE}") == -60_000
    assert queries.balance(f"fees:{JUSTICE}") == -50_000
    assert len(facts("order_paid")) == 1


def test_money_for_a_cancelled_order_is_owed_back_and_pays_nothing():
    order = ordered()
    actions.collect(money=money("1", 20_000, order=order.key), by=BY, at=AT)
    actions.cancel(key=order.key, by=BY, at=AT)
    assert queries.balance(f"over:{JUSTICE}") == -20_000
    counted = actions.collect(money=money("2", 50_000, order=order.key), by=BY, at=AT)
    assert not counted.paid
    assert queries.balance(f"over:{JUSTICE}") == -70_000
    assert queries.order(order.key).state == "cancelled"
    with pytest.raises(actions.NotOpen):
        actions.cancel(key=order.key, by=BY, at=AT)
    with pytest.raises(actions.NotOpen):
        actions.start(order=order.key, provider="vnpay", by=BY, at=AT)


def test_money_that_names_no_order_is_kept_apart():
    counted = actions.collect(money=money("9", 5_000, reference="HPNONE01"), by=BY, at=AT)
    assert (counted.order, counted.paid) == ("", False)
    assert queries.balance("unknown:vnpay") == -5_000
    [fact] = facts("payment_collected")
    assert fact["order"] == ""


def test_cash_goes_into_the_till_and_is_not_online():
    order = ordered()
    actions.collect(money=money("c1", 50_000, order=order.key, provider="cash"), by=BY, at=AT)
    assert queries.balance(f"cash:{JUSTICE}") == 50_000
    assert [fact["online"] for fact in facts("order_paid")] == [False]


def test_an_order_that_comes_to_nothing_is_paid_at_once_and_has_no_receipt():
    free = fees.line(in_force("LLTP"), reduction="child")
    order = ordered(lines=[free])
    assert order.state == FeeOrder.State.PAID
    assert not Receipt.objects.exists()
    assert [fact["amount"]["amount"] for fact in facts("order_paid")] == ["0"]


def test_one_thing_has_one_open_order():
    ordered()
    with pytest.raises(IntegrityError), transaction.atomic():
        ordered()
    assert FeeOrder.objects.count() == 1


def test_an_attempt_that_came_to_nothing_still_counts_money_that_comes_after_all():
    order = ordered()
    attempt = actions.start(order=order.key, provider="vnpay", by=BY, at=AT)
    actions.ended(attempt=attempt.key, said="24", by=BY, at=AT)
    actions.ended(attempt=attempt.key, said="51", by=BY, at=AT)
    assert [fact["said"] for fact in facts("attempt_failed")] == ["24"]
    assert actions.collect(money=money("1", 50_000, reference=attempt.reference), by=BY, at=AT).paid
    actions.ended(attempt=attempt.key, said="24", by=BY, at=AT)
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.PAID


def test_receipts_are_numbered_by_agency_without_gaps():
    for n in range(3):
        order = ordered(f"d{n}")
        actions.collect(money=money(str(n), 50_000, order=order.key), by=BY, at=AT)
    assert list(Receipt.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]


@pytest.mark.parametrize("known_order", [True, False])
def test_whoever_comes_second_at_the_same_moment_gets_the_first_ones_answer(
    known_order, monkeypatch
):
    """Without an order there is no lock to wait for: the ledger's own name keeps it to one."""
    order = ordered().key if known_order else ""
    first = actions.collect(money=money("1", 50_000, order=order), by=BY, at=AT)
    look, looks = collecting._known, []

    def not_seen_yet(asked):
        looks.append(asked)
        return look(asked) if len(looks) > 2 else None

    monkeypatch.setattr(collecting, "_known", not_seen_yet)
    second = actions.collect(money=money("1", 50_000, order=order), by=BY, at=AT)
    assert (second.collection, second.new) == (first.collection, False)
    assert Collection.objects.count() == 1
