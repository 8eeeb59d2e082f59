"""A worker killed anywhere loses nothing and doubles nothing: real processes, real SIGKILL."""

import json
import signal

import pytest

ALL_POINTS = [
    "seal.journal.written",
    "seal.journal.cleared",
    "seal.journal.committed",
    "drain.read",
    "lake.table_created",
    "lake.before_commit",
    "drain.table_committed",
    "drain.table_committed:3",
    "drain.before_cursor",
    "drain.done",
    "publish.written",
    "publish.renamed",
]
# Each takes several seconds; the most telling one runs every time, all of them with --all.
EVERY_TIME = "drain.table_committed:3"
POINTS = [
    point if point == EVERY_TIME else pytest.param(point, marks=pytest.mark.slow)
    for point in ALL_POINTS
]

MORE = """
import random
from hoaphuong.dossiers import actions
from hoaphuong.dossiers.demo import _Cast
cast = _Cast()
rng = random.Random(7)
actions.carry_through(histories=[cast.closed(rng) for _ in range(40)])
"""

COMPARE = """
import json
from django.conf import settings
from hoaphuong.kernel.models import JournalPending
from hoaphuong.warehouse.tests.factories import in_journal, in_lake, lake_in
with lake_in(settings.HOME) as lake:
    lake_rows, journal_rows = in_lake(lake), in_journal()
print(json.dumps([JournalPending.objects.count(), len(journal_rows), lake_rows == journal_rows]))
"""


@pytest.mark.parametrize("point", POINTS)
def test_every_fact_is_in_the_lake_once_wherever_the_worker_was_killed(real_city, point):
    assert real_city.python(MORE).returncode == 0
    killed = real_city.start_worker(die_at=point)
    real_city.wait(lambda: killed.poll() is not None)
    assert killed.returncode == -signal.SIGKILL

    again = real_city.start_worker()
    published = real_city.home / "lake" / "out"
    real_city.wait(
        lambda: any(published.glob("*.sqlite3")) and not real_city.count("kernel_journal_pending"),
        patience=90,
    )
    verdict = real_city.run_json("journal", "verify")
    again.terminate()
    # Still importing, it has no handler yet and the signal ends it: nothing was begun.
    assert again.wait(15) in (0, -signal.SIGTERM)
    assert verdict["journal"]["intact"]
    compared = real_city.python(COMPARE)
    assert compared.returncode == 0, compared.stderr
    pending, facts, same = json.loads(compared.stdout.splitlines()[-1])
    assert pending == 0
    assert facts > 200
    assert same
