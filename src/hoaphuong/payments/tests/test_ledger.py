"""The ledger: its shape keeps it balanced, and both databases refuse what is wrong."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from hoaphuong.payments import actions, queries, rules
from hoaphuong.payments.models import Collection, LedgerEntry, Transfer
from hoaphuong.payments.rules import Move
from hoaphuong.payments.tests.factories import AT, BY, JUSTICE, money, ordered

INTO, FEES, PART, OVER = "clearing:vnpay", f"fees:{JUSTICE}", f"part:{JUSTICE}", f"over:{JUSTICE}"


@pytest.mark.parametrize(
    ("before", "amount", "open_order", "moves"),
    [
        (0, 50_000, True, [(INTO, FEES, 50_000)]),
        (0, 20_000, True, [(INTO, PART, 20_000)]),
        (20_000, 30_000, True, [(INTO, FEES, 30_000), (PART, FEES, 20_000)]),
        (
            20_000, 40_000, True,
            [(INTO, FEES, 30_000), (PART, FEES, 20_000), (INTO, OVER, 10_000)],
        ),
        (0, 60_000, True, [(INTO, FEES, 50_000), (INTO, OVER, 10_000)]),
        (50_000, 50_000, False, [(INTO, OVER, 50_000)]),
        (0, 50_000, False, [(INTO, OVER, 50_000)]),
    ],
)  # fmt: skip
def test_what_money_that_came_in_is_entered_as(before, amount, open_order, moves):
    made = rules.collected(
        into=INTO, agency=JUSTICE, asked=50_000, before=before, amount=amount,
        open_order=open_order,
    )  # fmt: skip
    assert [(move.debit, move.credit, move.amount) for move in made] == moves


@given(
    asked=st.integers(1, 10**9),
    paid=st.lists(st.integers(1, 10**9), min_size=1, max_size=8),
)
@settings(max_examples=200, deadline=None)
def test_however_money_comes_in_fees_are_what_was_asked_and_the_rest_is_owed(asked, paid):
    balance = dict.fromkeys((INTO, FEES, PART, OVER), 0)
    before, open_order = 0, True
    for amount in paid:
        for move in rules.collected(
            into=INTO, agency=JUSTICE, asked=asked, before=before, amount=amount,
            open_order=open_order,
        ):  # fmt: skip
            assert move.amount > 0
            balance[move.debit] += move.amount
            balance[move.credit] -= move.amount
        before += amount
        open_order = open_order and before < asked
    total = sum(paid)
    assert balance[INTO] == total
    assert -balance[FEES] == (asked if total >= asked else 0)
    assert -balance[PART] == (0 if total >= asked else total)
    assert -balance[OVER] == max(0, total - asked)


@pytest.mark.django_db
@pytest.mark.parametrize("amount", [0, -1])
def test_the_database_refuses_an_amount_that_is_not_positive(amount):
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.post(kind="t", once="t", moves=[Move(INTO, FEES, amount)], by=BY, at=AT)
    assert not LedgerEntry.objects.exists()
    assert not Transfer.objects.exists()


@pytest.mark.django_db
def test_the_database_refuses_a_transfer_within_one_account():
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.post(kind="t", once="t", moves=[Move(INTO, INTO, 1)], by=BY, at=AT)
    assert not Transfer.objects.exists()


@pytest.mark.django_db
def test_an_entry_is_made_once_by_its_name():
    actions.post(kind="t", once="same", moves=[Move(INTO, FEES, 1)], by=BY, at=AT)
    with pytest.raises(actions.AlreadyEntered):
        actions.post(kind="t", once="same", moves=[Move(INTO, FEES, 2)], by=BY, at=AT)
    assert (queries.balance(INTO), queries.balance(FEES)) == (1, -1)


@pytest.mark.django_db
@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("model", [LedgerEntry, Transfer, Collection])
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_what_was_entered_cannot_be_changed(model, verb):
    order = ordered()
    actions.collect(money=money("1", 50_000, order=order.key), by=BY, at=AT)
    table, column = model._meta.db_table, {Transfer: "amount"}.get(model, "provider")
    statement = (
        f"UPDATE {table} SET {column} = {column}" if verb == "update" else f"DELETE FROM {table}"
    )
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)
    assert model.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("city")
def test_all_balances_add_up_to_nothing():
    order = ordered()
    actions.collect(money=money("1", 20_000, order=order.key), by=BY, at=AT)
    actions.collect(money=money("2", 70_000, order=order.key), by=BY, at=AT)
    actions.collect(money=money("3", 5_000), by=BY, at=AT)
    found = {code: amount for code, amount in queries.balances().items() if amount}
    assert found == {INTO: 95_000, FEES: -50_000, OVER: -40_000, "unknown:vnpay": -5_000}
    assert sum(found.values()) == 0
    assert queries.balances([JUSTICE]).keys() == {FEES, OVER, PART}
