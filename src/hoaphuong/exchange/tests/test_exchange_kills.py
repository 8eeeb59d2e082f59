"""A worker killed while it exchanges messages: each counts once at the axis, none is lost."""

import json
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest

from hoaphuong.command.benching.city import free_port
from hoaphuong.exchange.tests.axis_at_work import MINISTRY, Running

SEND = """
from hoaphuong.exchange.tests.factories import queued
print(queued())
"""
WORK = """
from datetime import timedelta
from django.utils import timezone
from hoaphuong.exchange import jobs
from hoaphuong.kernel import outgoing
jobs.empty_mailboxes()
for hour in range(4):
    outgoing.make_calls(now=timezone.now() + timedelta(hours=hour))
jobs.empty_mailboxes()
"""
# The demonstration's own document goes out too, and is left out of what is compared.
COUNT = """
import json, os
from hoaphuong.exchange.models import Message
from hoaphuong.kernel.models import JournalEntry, OutgoingCall
others = Message.objects.filter(direction="out", kind="document").exclude(key=os.environ["OWN"])
own = Message.objects.exclude(pk__in=others).exclude(about__in=others).order_by("id")
rows = own.values_list("direction", "kind", "status_code", "state")
keys = own.values_list("key", flat=True)
facts = JournalEntry.objects.filter(name__startswith="exchange.", subject__in=keys)
print(json.dumps([
    sorted(rows), sorted(facts.values_list("name", flat=True)),
    OutgoingCall.objects.exclude(state="done").count(),
]))
"""


@contextmanager
def an_axis(city):
    """The stand-in as a process of its own, as the command starts it."""
    folder, port = city.home / "axis", free_port()
    words = ["-m", "hoaphuong", "stand-in", "axis", "--port", str(port), "--folder", str(folder)]
    process = subprocess.Popen([sys.executable, *words], env=city.environment())
    try:
        city.wait(lambda: (folder / "systems.json").exists() and _answers(port))
        yield Running(f"http://127.0.0.1:{port}", folder)
    finally:
        process.terminate()
        process.wait(15)


def _answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


POINTS = [
    "outgoing.called",
    *(
        pytest.param(point, marks=pytest.mark.slow)
        for point in (
            "outgoing.claimed", "exchange.prepared", "outgoing.noted", "exchange.kept",
            "exchange.received", "outgoing.called:2", "exchange.received:2",
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize("point", POINTS)
def test_every_message_counts_once_wherever_the_worker_was_killed(real_city, point):
    with an_axis(real_city) as axis:
        env = axis.environment()
        sent = real_city.python(SEND, **env)
        assert sent.returncode == 0, sent.stderr
        key = sent.stdout.split()[-1]
        axis.tell("/_partners/send", **{"from": MINISTRY, "to": "000.00.02.H24"}, number="7",
                  subject="V/v thử")  # fmt: skip
        killed = real_city.python(WORK, HOAPHUONG_DIE_AT=point, **env)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        again = real_city.python(WORK, **env)
        assert again.returncode == 0, again.stderr
        counted = real_city.python(COUNT, OWN=key, **env)
        assert counted.returncode == 0, counted.stderr

        rows, facts, waiting = json.loads(counted.stdout.splitlines()[-1])
        assert rows == [
            ["in", "document", "", "received"],
            ["in", "status", "01", "received"],
            ["in", "status", "03", "received"],
            ["out", "document", "03", "sent"],
            ["out", "status", "01", "sent"],
        ]
        assert facts == [
            "exchange.message_queued",
            "exchange.message_queued",
            "exchange.message_received",
            "exchange.message_sent",
            "exchange.status_received",
            "exchange.status_received",
            "exchange.status_sent",
        ]
        assert waiting == 0
        assert axis.rows(f"select count(*) from message where id = '{key}'") == [(1,)]
        states = axis.rows("select distinct state from message where recipient like '%.H24'")
        assert states == [("done",)]
        assert axis.rows("select count(*) from message where recipient = '000.00.00.G98'") == [(3,)]
