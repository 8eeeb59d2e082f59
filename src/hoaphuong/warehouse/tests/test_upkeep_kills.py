"""A worker killed in the middle of upkeep: real processes, real SIGKILL, no row lost or doubled."""

import json
import signal

import pytest

CARRY = """
from datetime import date
from django.conf import settings
from hoaphuong.warehouse import lake as lakes
from hoaphuong.warehouse.tests.factories import received, record, warehouse_in
lakes.MOST_SMALL, lakes.GRACE_S, lakes.SWEEP_EVERY_S = 3, 0.0, 0.0
with warehouse_in(settings.HOME) as warehouse:
    for number in range({first}, {first} + 8):
        record(received(f"k{{number}}", date(2026, 1, 5)))
        while warehouse.turn(today=date(2026, 3, 20)):
            pass
"""

COMPARE = """
import json
from django.conf import settings
from hoaphuong.warehouse.tests.factories import in_journal, in_lake, lake_in
with lake_in(settings.HOME) as lake:
    rows, journal = in_lake(lake), in_journal()
    files = max(len(lake.files(name)) for name in lake.names())
print(json.dumps([len(journal), rows == journal, files]))
"""


@pytest.mark.one_database
@pytest.mark.parametrize(
    "point",
    [
        pytest.param("lake.before_tidy", marks=pytest.mark.slow),
        pytest.param("lake.tidied", marks=pytest.mark.slow),
        pytest.param("lake.tidied:2", marks=pytest.mark.slow),
        pytest.param("lake.before_commit:9", marks=pytest.mark.slow),
    ],
)
def test_every_row_is_there_once_wherever_upkeep_was_killed(real_city, point):
    killed = real_city.python(CARRY.format(first=0), HOAPHUONG_DIE_AT=point)
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    again = real_city.python(CARRY.format(first=100))
    assert again.returncode == 0, again.stderr
    compared = real_city.python(COMPARE)
    assert compared.returncode == 0, compared.stderr
    facts, same, files = json.loads(compared.stdout.splitlines()[-1])
    assert facts >= 16
    assert same
    assert files <= 6
