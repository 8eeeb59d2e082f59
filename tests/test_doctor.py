"""The doctor finds what was broken on purpose, says what to do, and changes nothing."""

import json
import os
import sqlite3
import time
from contextlib import closing

import pytest

from hoaphuong.warehouse.lake import Lake
from tests.processes import free_port

ON_POSTGRESQL = bool(os.environ.get("DATABASE_URL"))
RECORD_AND_SEAL = """
from django.utils import timezone
from hoaphuong.files import actions as files, rules
from hoaphuong.files.tests.factories import pdf, upload
from hoaphuong.kernel.sealing import CHAINS, seal
files.store(upload=upload(pdf()), name="a.pdf", by="a" * 32, at=timezone.now(),
            retention="dossier", allowed=rules.KNOWN)
while any([seal(chain) for chain in CHAINS]):
    pass
"""


@pytest.fixture(scope="module")
def sealed_home(city_template, tmp_path_factory):
    with city_template.copied(tmp_path_factory.mktemp("doctor") / "home") as city:
        city.home.chmod(0o700)
        assert city.python(RECORD_AND_SEAL).returncode == 0
        yield city


@pytest.fixture
def ill_city(real_city):
    real_city.home.chmod(0o700)
    assert real_city.python(RECORD_AND_SEAL).returncode == 0
    return real_city


def examined(city, **env):
    done = city.run("doctor", "--json", "--port", str(free_port()), **env)
    told = json.loads(done.stdout)
    states = {check["check"]: check["state"] for check in told["checks"]}
    problems = [state for state in states.values() if state == "problem"]
    assert done.returncode == (1 if problems else 0)
    assert told["problems"] == len(problems)
    for check in told["checks"]:
        assert (check["state"] == "ok") == (not check["advice"]), check
    return states


def tree(folder):
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_sound_city_has_no_problem_and_looking_changes_nothing(sealed_home):
    before = tree(sealed_home.home)

    states = examined(sealed_home)

    assert "problem" not in states.values(), states
    assert {"folder", "database", "migrations", "append-only", "stored files"} <= set(states)
    assert tree(sealed_home.home) == before


def test_a_folder_that_is_not_there_is_not_made(sealed_home, tmp_path):
    states = examined(sealed_home, HOAPHUONG_HOME=str(tmp_path / "none"))

    assert states["folder"] == "problem"
    assert not (tmp_path / "none").exists()


def test_people_read_what_to_do(sealed_home, tmp_path):
    done = sealed_home.run("doctor", HOAPHUONG_CONFIG=str(tmp_path / "none.toml"))

    assert done.returncode == 1
    assert "PROBLEM  configuration" in done.stdout
    assert "→ Mend it" in done.stdout
    assert "1 problems" in done.stdout


def test_what_was_broken_on_the_disk_is_found(ill_city):
    home = ill_city.home
    stored = next(iter(home.glob("files/*/*/*")))
    home.chmod(0o755)
    (home / "keys" / "secret_key").chmod(0o644)
    heads = home / "heads" / "journal.jsonl"
    last = json.loads(heads.read_text().splitlines()[-1])
    heads.write_text(heads.read_text() + json.dumps({**last, "batch": last["batch"] + 1}) + "\n")
    stored.write_bytes(b"shorter")
    stray = home / "files" / "aa" / "aa" / ("a" * 64)
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"nobody's")
    (home / "lake").mkdir(exist_ok=True)
    (home / "lake" / "drained.json").write_text('{"batch": 999}')

    states = examined(ill_city)

    assert states["folder"] == "warning"
    for check in ("keys", "journal heads", "stored files", "lake"):
        assert states[check] == "problem", check
    assert states["access heads"] == "ok"

    stored.unlink()
    assert examined(ill_city)["stored files"] == "problem"
    rows = "from hoaphuong.files.models import StoredFile\n"
    assert ill_city.python(rows + "StoredFile.objects.all().delete()").returncode == 0
    assert examined(ill_city)["stored files"] == "ok"  # a young stray may still be claimed
    old = time.time() - 3 * 86_400
    os.utime(stray, (old, old))
    assert examined(ill_city)["stored files"] == "warning"


DROP = (
    "DROP TRIGGER kernel_journal_append_only ON kernel_journal"
    if ON_POSTGRESQL
    else "DROP TRIGGER kernel_journal_no_update"
)


def test_a_trigger_that_is_gone_and_a_newer_schema_are_found(ill_city):
    script = (
        "from django.db import connection\n"
        "from django.db.migrations.recorder import MigrationRecorder\n"
        f"connection.cursor().execute('{DROP}')\n"
        "MigrationRecorder(connection).record_applied('work', '9999_of_tomorrow')"
    )
    assert ill_city.python(script).returncode == 0

    states = examined(ill_city)

    assert states["append-only"] == "problem"
    assert states["migrations"] == "problem"


@pytest.mark.skipif(ON_POSTGRESQL, reason="the database is not a file of ours")
def test_a_trigger_that_does_nothing_any_more_and_a_slow_log_are_found(ill_city):
    with closing(sqlite3.connect(ill_city.home / "city.sqlite3")) as city:
        city.execute("DROP TRIGGER kernel_journal_no_delete")
        city.execute(
            "CREATE TRIGGER kernel_journal_no_delete BEFORE DELETE ON kernel_journal "
            "WHEN 1 = 0 BEGIN SELECT RAISE(ABORT, 'kernel_journal is append-only'); END"
        )
        city.commit()
        city.execute("PRAGMA journal_mode=DELETE")

    states = examined(ill_city)

    assert states["append-only"] == "problem"
    assert states["write-ahead log"] == "warning"


ENDING = """
from datetime import timedelta
from django.utils import timezone
from hoaphuong.signing.models import ArchiveItem
ends = timezone.now() + timedelta(days=DAYS)
ArchiveItem.objects.update_or_create(paper="x", defaults=dict(
    kind="documents.seal", file_key="x", stamp_ends_at=ends, due_at=ends - timedelta(days=90)))
"""


def test_a_time_stamp_that_ends_without_a_further_one_is_said(ill_city):
    for days, state in [("40", "ok"), ("20", "warning"), ("-1", "problem")]:
        assert ill_city.python(ENDING.replace("DAYS", days)).returncode == 0
        assert examined(ill_city)["archive"] == state
        assert ill_city.run("archive").returncode == (0 if state == "ok" else 1)


def test_a_running_city_is_seen(ill_city):
    web = ill_city.start_web()
    port = ill_city.address.rsplit(":", 1)[1]

    told = ill_city.run_json("doctor", "--port", port)
    checks = {check["check"]: check for check in told["checks"]}
    assert "answers at" in checks["port"]["text"]
    assert checks["worker"]["state"] == "warning"

    lake = Lake(ill_city.home)
    assert lake.hold()  # as the worker does
    told = ill_city.run_json("doctor", "--port", port)
    lake.release()
    checks = {check["check"]: check for check in told["checks"]}
    assert checks["worker"]["text"] == "It is running."
    assert web.poll() is None
