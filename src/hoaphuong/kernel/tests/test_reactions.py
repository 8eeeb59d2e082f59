"""Reactions hear each sealed event once, in order, and one that fails holds up no other."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from django.db import transaction
from django.utils import timezone

from hoaphuong.kernel import journal, reactions
from hoaphuong.kernel.models import Heard, Listening
from hoaphuong.kernel.reactions import Reaction
from hoaphuong.kernel.sealing import JOURNAL, seal
from hoaphuong.kernel.values import Ref

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class BellRung:
    name: ClassVar[str] = "kernel.bell_rung"
    subject: ClassVar[str] = "bell"
    bell: Ref


@pytest.fixture
def house(monkeypatch):
    """The house's reactions for one test: an empty list to fill."""
    mine: list[Reaction] = []
    monkeypatch.setattr(reactions, "reactions", lambda: mine)
    return mine


def ring(*bells):
    with transaction.atomic():
        for bell in bells:
            journal.record(BellRung(bell=Ref(bell)), by="somebody", occurred_at=AT)
    seal(JOURNAL)


def test_an_event_is_heard_once_however_often_the_worker_asks(house):
    heard = []
    house.append(Reaction("test.write", BellRung.name, lambda fact: heard.append(fact.subject)))
    ring("a", "b")

    assert reactions.react()
    assert not reactions.react()
    ring("c")
    assert reactions.react()

    assert heard == ["a", "b", "c"]


def test_what_is_not_sealed_is_not_heard(house):
    heard = []
    house.append(Reaction("test.write", BellRung.name, lambda fact: heard.append(fact.subject)))
    with transaction.atomic():
        journal.record(BellRung(bell=Ref("a")), by="somebody", occurred_at=AT)

    assert not reactions.react()
    assert heard == []


def test_a_failing_reaction_keeps_its_place_and_holds_up_no_other(house):
    heard, broken = [], [True]

    def fails(fact):
        if broken[0]:
            raise RuntimeError("not now")
        heard.append(("mended", fact.subject))

    house.append(Reaction("test.fails", BellRung.name, fails))
    house.append(Reaction("test.works", BellRung.name, lambda f: heard.append(("ok", f.subject))))
    ring("a", "b")

    reactions.react()
    assert heard == [("ok", "a"), ("ok", "b")]
    place = Listening.objects.get(reaction="test.fails")
    assert (place.failures, place.fault, place.batch) == (1, "RuntimeError", 0)
    assert not Heard.objects.filter(reaction="test.fails").exists()

    broken[0] = False
    assert not reactions.react()  # it waits
    reactions.react(now=timezone.now() + timedelta(minutes=1))
    assert heard[2:] == [("mended", "a"), ("mended", "b")]
    assert Listening.objects.get(reaction="test.fails").failures == 0


def test_the_effect_and_that_it_was_heard_are_one_transaction(house):
    def half(fact):
        Listening.objects.create(reaction=f"effect {fact.subject}")
        raise RuntimeError("after its effect")

    house.append(Reaction("test.half", BellRung.name, half))
    ring("a")

    reactions.react()

    assert not Listening.objects.filter(reaction="effect a").exists()
    assert not Heard.objects.exists()


def test_more_events_than_one_round_takes_are_all_heard(house, monkeypatch):
    monkeypatch.setattr(reactions, "MOST", 2)
    heard = []
    house.append(Reaction("test.write", BellRung.name, lambda fact: heard.append(fact.subject)))
    ring("a", "b", "c", "d", "e")

    while reactions.react():
        pass

    assert heard == ["a", "b", "c", "d", "e"]
    assert Listening.objects.get(reaction="test.write").batch == 1


def test_every_reaction_of_the_house_hears_an_event_that_some_app_records():
    from hoaphuong.kernel.discovery import modules

    known = {
        thing.name
        for module in modules("contracts")
        for thing in vars(module).values()
        if isinstance(thing, type) and hasattr(thing, "subject") and hasattr(thing, "name")
    }
    found = reactions.reactions()
    assert found
    assert {one.event for one in found} <= known
