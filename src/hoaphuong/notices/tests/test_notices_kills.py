"""A worker killed while it tells people, and providers that hang: once each, and nothing waits."""

import json
import signal
import sqlite3
import urllib.request

import pytest

from hoaphuong.web import stand_ins

# A persona who can be reached by every channel at any hour sends a dossier, and it is received.
FACT = """
from datetime import time
from django.utils import timezone
from hoaphuong.dossiers import actions
from hoaphuong.dossiers.tests.factories import submit
from hoaphuong.identity import queries as identity
from hoaphuong.notices import actions as notices
now, phuong = timezone.now(), identity.demo_account("phuong")
notices.choose(account=phuong.key, language="vi", quiet_from=time(0), quiet_to=time(0),
               channels={"dossiers": {"sms": True}}, at=now)
for _ in range(int(HOW_MANY)):
    made = submit(identity.demo_account("mai").agency_id, at=now)
    actions.receive(key=made.key, by=identity.demo_account("mai").key, at=now)
    print(made.key)
"""
WORK = """
from datetime import timedelta
from django.utils import timezone
from hoaphuong.kernel import outgoing, reactions
from hoaphuong.kernel.sealing import JOURNAL, seal
while seal(JOURNAL):
    pass
while reactions.react():
    pass
for hour in range(4):
    outgoing.make_calls(now=timezone.now() + timedelta(hours=hour))
"""
# Of the dossiers of this test; the demonstration's own are told of too.
COUNT = """
import json, os
from hoaphuong.kernel.models import JournalEntry, OutgoingCall
from hoaphuong.notices.models import Delivery, Notice
own = Notice.objects.filter(about__in=os.environ["OWN"].split())
ways = Delivery.objects.filter(notice__in=own)
keys = [*own.values_list("key", flat=True), *ways.values_list("key", flat=True)]
facts = JournalEntry.objects.filter(name__startswith="notices.", subject__in=keys)
print(json.dumps([
    list(own.values_list("kind", flat=True)),
    {key: [channel, state] for key, channel, state in ways.values_list("key", "channel", "state")},
    sorted(facts.values_list("name", flat=True)),
    sorted(OutgoingCall.objects.filter(subject__in=keys).values_list("kind", "state")),
]))
"""


def fact(city, how_many=1):
    """Keys of so many dossiers."""
    done = city.python(FACT.replace("HOW_MANY", str(how_many)))
    assert done.returncode == 0, done.stderr
    return " ".join(done.stdout.split()[-how_many:])


def counted(city, own):
    done = city.python(COUNT, OWN=own)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def kept(city, words="select key, channel, attempts from message"):
    with sqlite3.connect(stand_ins.folder(city.home, "post") / "post.sqlite3") as rows:
        return rows.execute(words).fetchall()


def faults(city, **by_channel):
    address = f"{stand_ins.addresses(city.home)['post']}/_faults"
    with urllib.request.urlopen(address, json.dumps(by_channel).encode(), timeout=10) as answer:
        assert answer.status == 200


POINTS = [
    "notices.sent",
    *(
        pytest.param(point, marks=pytest.mark.slow)
        for point in (
            "reaction.ran", "reaction.heard", "outgoing.claimed", "notices.composed",
            "outgoing.called", "outgoing.noted", "notices.sent:2", "notices.sent:3",
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize("point", POINTS)
def test_each_notice_arrives_once_wherever_the_worker_was_killed(real_city, point):
    real_city.start_post()
    own = fact(real_city)
    killed = real_city.python(WORK, HOAPHUONG_DIE_AT=point)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    for _ in range(2):
        again = real_city.python(WORK)
        assert again.returncode == 0, again.stderr

    notices, deliveries, facts, calls = counted(real_city, own)
    assert notices == ["dossiers.received"]
    assert sorted(deliveries.values()) == [["email", "done"], ["sms", "done"], ["zalo", "done"]]
    assert facts == ["notices.delivery_done"] * 3 + ["notices.notice_made"]
    assert calls == [[f"notices.{one}", "done"] for one in ("email", "sms", "zalo")]
    # The post's own book has one message for each key; its table refuses a second one.
    messages = {key: (channel, attempts) for key, channel, attempts in kept(real_city)}
    assert {key: messages[key][0] for key in deliveries} == {
        key: channel for key, (channel, _state) in deliveries.items()
    }
    # What had left and was not noted is brought again by the same key, and by no other.
    brought_again = sum(attempts - 1 for _channel, attempts in messages.values())
    assert brought_again == int(point.startswith("notices.sent"))


@pytest.mark.slow_on_postgresql
@pytest.mark.parametrize(
    "hurt",
    [
        "sms",
        pytest.param("email", marks=pytest.mark.slow),
        pytest.param("zalo", marks=pytest.mark.slow),
    ],
)
def test_a_provider_that_hangs_holds_up_neither_the_other_channels_nor_the_exchange(
    real_city, hurt
):
    real_city.start_post()
    real_city.start_axis()
    faults(real_city, **{hurt: {"hang": 300}})
    own = fact(real_city, how_many=5)
    sent = real_city.python(
        "from hoaphuong.exchange.tests.factories import queued\nprint(queued())"
    )
    assert sent.returncode == 0, sent.stderr
    key = sent.stdout.split()[-1]
    axis = stand_ins.folder(real_city.home, "axis") / "axis.sqlite3"

    def states():
        _notices, deliveries, _facts, _calls = counted(real_city, own)
        return sorted(tuple(one) for one in deliveries.values())

    def exchanged():
        with sqlite3.connect(axis) as rows:
            return rows.execute("select id from message where id = ?", (key,)).fetchall() != []

    others = [one for one in ("email", "sms", "zalo") if one != hurt]
    wanted = sorted([(hurt, "waiting")] * 5 + [(one, "done") for one in others] * 5)
    real_city.start_worker()
    real_city.wait(exchanged)
    # One call to the provider that hangs takes ten seconds and there are five of it.
    real_city.wait(lambda: states() == wanted)
    faults(real_city)
    real_city.wait(lambda: {state for _channel, state in states()} == {"done"}, patience=120)
