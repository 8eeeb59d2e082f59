"""Outgoing calls: queued with the fact, made once it is due, tried again, dead in the end."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import translation

from hoaphuong.kernel import outgoing
from hoaphuong.kernel.journal import OutsideAnAction
from hoaphuong.kernel.models import OutgoingCall
from hoaphuong.kernel.outgoing import LEASE, MOST_TRIES, Hopeless, NotDead, NotNow, wait_after

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def made(monkeypatch):
    """What the handler of this test was called with; it fails as long as ``made.fault`` is set."""

    class Made(list):
        fault: Exception | None = None

        def __call__(self, subject):
            assert (
                not transaction.get_connection().in_atomic_block
                or len(transaction.get_connection().savepoint_ids) == 0
            )
            self.append(subject)
            if self.fault:
                raise self.fault

    calls = Made()
    monkeypatch.setattr(outgoing, "handlers", lambda: {"test.call": calls, "test.other": calls})
    return calls


def enqueue(subject, *, at=AT, once="", kind="test.call"):
    with transaction.atomic():
        outgoing.enqueue(kind=kind, subject=subject, once=once or subject, at=at)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 5), (2, 10), (3, 20), (10, 2_560), (11, 3_600), (56, 3_600)]
)
def test_the_wait_doubles_up_to_an_hour(attempts, seconds):
    assert wait_after(attempts) == timedelta(seconds=seconds)


def test_the_last_attempt_comes_after_almost_two_days():
    waits = [wait_after(attempts) for attempts in range(1, MOST_TRIES)]
    assert sum(waits, timedelta()) == timedelta(hours=47, minutes=25, seconds=15)


def test_a_call_is_made_once_it_is_due_and_then_no_more(made):
    enqueue("a", at=AT + timedelta(minutes=1))
    assert not outgoing.make_calls(now=AT)
    assert outgoing.make_calls(now=AT + timedelta(minutes=1))
    assert not outgoing.make_calls(now=AT + timedelta(days=1))
    assert made == ["a"]


def test_two_calls_of_one_name_are_one(made):
    enqueue("a", once="same")
    enqueue("b", once="same")
    outgoing.make_calls(now=AT)
    assert made == ["a"]


def test_a_call_of_an_action_that_did_not_happen_is_not_made(made):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outgoing.enqueue(kind="test.call", subject="a", once="a", at=AT)
        raise ZeroDivisionError
    assert not outgoing.make_calls(now=AT)
    assert made == []


def test_a_failed_call_waits_and_the_kind_of_its_fault_is_noted(made):
    made.fault = ValueError("words of a person")
    enqueue("a")
    outgoing.make_calls(now=AT)
    [call] = OutgoingCall.objects.all()
    assert (call.state, call.attempts, call.fault) == ("waiting", 1, "ValueError")
    assert call.next_at == AT + timedelta(seconds=5)
    assert not outgoing.make_calls(now=AT + timedelta(seconds=4))
    made.fault = None
    outgoing.make_calls(now=AT + timedelta(seconds=5))
    call.refresh_from_db()
    assert (call.state, call.fault, made) == ("done", "", ["a", "a"])


def test_the_last_failed_attempt_is_the_end_until_somebody_asks(made):
    made.fault = ValueError()
    enqueue("a")
    OutgoingCall.objects.update(attempts=MOST_TRIES - 1)
    outgoing.make_calls(now=AT)
    [dead] = outgoing.not_done(kinds=["test.call"])
    assert (dead.state, dead.attempts) == ("dead", MOST_TRIES)
    assert not outgoing.make_calls(now=AT + timedelta(days=9))
    made.fault = None
    outgoing.try_again(key=dead.key, at=AT)
    outgoing.make_calls(now=AT)
    assert outgoing.not_done(kinds=["test.call"]) == []
    with pytest.raises(NotDead):
        outgoing.try_again(key=dead.key, at=AT)


def test_a_call_that_cannot_help_is_not_tried_again(made):
    made.fault = Hopeless()
    enqueue("a")
    outgoing.make_calls(now=AT)
    assert outgoing.calls(kinds=["test.call"], subjects=["a"])["a"].state == "dead"


def test_a_hopeless_call_does_not_end_the_turn_and_one_that_failed_does(made):
    enqueue("a")
    enqueue("b")
    made.fault = Hopeless()
    outgoing.make_calls(now=AT)
    assert made == ["a", "b"]
    enqueue("c")
    enqueue("d")
    made.fault = ValueError()
    outgoing.make_calls(now=AT)
    assert made == ["a", "b", "c"]


def test_each_kind_waits_in_a_line_of_its_own(made):
    enqueue("a")
    enqueue("b", kind="test.other", at=AT + timedelta(minutes=1))
    assert outgoing.due_kinds(now=AT) == ["test.call"]
    later = AT + timedelta(minutes=1)
    assert outgoing.due_kinds(now=later) == ["test.call", "test.other"]
    outgoing.make_calls(kind="test.other", now=later)
    assert made == ["b"]
    assert outgoing.due_kinds(now=later) == ["test.call"]


def test_a_call_that_may_not_be_made_yet_waits_and_has_not_failed(made):
    morning = AT + timedelta(hours=9)
    made.fault = NotNow(morning)
    enqueue("a")
    assert outgoing.make_calls(now=AT)
    [call] = OutgoingCall.objects.all()
    assert (call.state, call.next_at, call.fault) == ("waiting", morning, "")
    assert not outgoing.make_calls(now=morning - timedelta(seconds=1))
    made.fault = None
    outgoing.make_calls(now=morning)
    assert OutgoingCall.objects.get().state == "done"


def test_a_dead_call_is_given_up_once_and_may_be_tried_after_all(made):
    made.fault = Hopeless()
    enqueue("a")
    outgoing.make_calls(now=AT)
    [dead] = outgoing.dead()
    assert outgoing.give_up(key=dead.key).state == "dropped"
    assert outgoing.dead() == outgoing.not_done(kinds=["test.call"]) == []
    with pytest.raises(NotDead):
        outgoing.give_up(key=dead.key)
    made.fault = None
    outgoing.try_again(key=dead.key, at=AT)
    outgoing.make_calls(now=AT)
    assert OutgoingCall.objects.get().state == "done"


def test_the_death_of_a_call_is_told_in_the_transaction_that_notes_it(made, monkeypatch):
    told = []

    def bury(subject):
        told.append((subject, OutgoingCall.objects.get(subject=subject).state))

    monkeypatch.setattr(outgoing, "burials", lambda: {"test.call": bury})
    made.fault = ValueError()
    enqueue("a")
    outgoing.make_calls(now=AT)
    assert told == []
    made.fault = Hopeless()
    outgoing.make_calls(now=AT + timedelta(minutes=1))
    assert told == [("a", "dead")]


def test_a_kind_and_its_fault_are_called_what_the_app_says():
    facts = {"key": "k", "subject": "s", "state": "dead", "attempts": 1}
    facts |= {"next_at": AT, "created_at": AT}
    known = outgoing.CallFacts(kind="exchange.send", fault="AxisFault", **facts)
    with translation.override("vi"):
        assert [str(words) for words in outgoing.said(known)] == [
            "Thông điệp gửi trục liên thông", "Trục liên thông không phản hồi.",
        ]  # fmt: skip
    unknown = outgoing.CallFacts(kind="test.call", fault="ValueError", **facts)
    assert outgoing.said(unknown) == ("test.call", "ValueError")


def test_a_call_is_somebodys_own_for_the_lease_and_no_longer(made):
    enqueue("a")
    assert outgoing._claim(AT) is not None  # and the process dies
    assert not outgoing.make_calls(now=AT + LEASE - timedelta(seconds=1))
    assert outgoing.make_calls(now=AT + LEASE)
    assert made == ["a"]


def test_who_lost_the_lease_does_not_undo_what_another_did(made):
    enqueue("a")
    slow = outgoing._claim(AT)
    outgoing.make_calls(now=AT + LEASE)
    made.fault = ValueError()
    assert slow is not None
    outgoing._make(slow, AT + LEASE)
    assert OutgoingCall.objects.get().state == "done"


def test_a_call_belongs_to_an_action(monkeypatch):
    class Outside:
        in_atomic_block = False

    monkeypatch.setattr(transaction, "get_connection", Outside)
    with pytest.raises(OutsideAnAction):
        outgoing.enqueue(kind="test.call", subject="a", once="a", at=AT)
