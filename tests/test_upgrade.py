"""A city that has data is brought to the program's schema with all of it, or left as it was."""

import json
import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hoaphuong.kernel import occupancy
from tests.processes import SOURCE

ON_POSTGRESQL = bool(os.environ.get("DATABASE_URL"))
sqlite_only = pytest.mark.skipif(ON_POSTGRESQL, reason="a PostgreSQL is copied by backup")

# As a release would bring it: a column in a table with rows, then a step of its own.
WANTED = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("{app}", "{after}")]
    operations = [{operations}]
"""
NOTE = 'migrations.AddField("dossier", "note_of_tomorrow", models.TextField(default="none"))'
FAILS = 'migrations.RunSQL("UPDATE no_such_table_of_tomorrow SET x = 1")'
NEW_JOURNAL = 'migrations.AlterField("journalentry", "name", models.CharField(max_length=81))'

TABLES = """
import hashlib, json
from django.db import connection
told = {}
with connection.cursor() as cursor:
    for table in connection.introspection.table_names():
        if table not in ("django_migrations", "django_content_type", "auth_permission"):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = sorted(repr(row) for row in cursor.fetchall())
            told[table] = [len(rows), hashlib.sha256("\\n".join(rows).encode()).hexdigest()]
print(json.dumps(told))
"""
SEAL = """
from hoaphuong.kernel.sealing import CHAINS, seal
while any([seal(chain) for chain in CHAINS]):
    pass
"""


def told(city, script):
    done = city.python(script)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def latest(app):
    return max(p.stem for p in (SOURCE / "hoaphuong" / app / "migrations").glob("[0-9]*.py"))


def release(folder: Path, **migrations: str) -> dict[str, str]:
    """The environment of a program with one more migration in some apps.

    Packages of migrations are read from a copy beside, so the program itself stays as it is.
    """
    modules = {}
    for app, operations in migrations.items():
        package = folder / f"{app}_migrations"
        package.mkdir(parents=True)
        for path in (SOURCE / "hoaphuong" / app / "migrations").glob("*.py"):
            (package / path.name).write_bytes(path.read_bytes())
        text = WANTED.format(app=app, after=latest(app), operations=operations)
        (package / "0900_of_tomorrow.py").write_text(text)
        modules[app] = package.name
    (folder / "sitecustomize.py").write_text(
        "import hoaphuong.command.django_ready as ready\n"
        "import hoaphuong.web.settings as settings\n"
        f"settings.MIGRATION_MODULES = {modules!r}\n"
        "known = ready.known_migrations\n"
        f"ready.known_migrations = lambda: known() | {{(app, '0900_of_tomorrow')"
        f" for app in {list(modules)!r}}}\n"
    )
    return {"PYTHONPATH": f"{folder}{os.pathsep}{SOURCE}"}


def migrations_of(city):
    return set(
        map(
            tuple,
            told(
                city,
                "import json\nfrom django.db.migrations.recorder import MigrationRecorder\n"
                "from django.db import connection\n"
                "print(json.dumps(list(MigrationRecorder(connection).applied_migrations())))",
            ),
        )
    )


def triggers_in_place(city):
    checks = {check["check"]: check["state"] for check in city.run_json("doctor")["checks"]}
    return checks["append-only"] == "ok"


@pytest.fixture
def sealed_city(real_city):
    assert real_city.python(SEAL).returncode == 0
    return real_city


def test_a_city_with_data_is_upgraded_with_all_its_rows(sealed_city, tmp_path):
    before = told(sealed_city, TABLES)
    newer = release(tmp_path / "release", dossiers=NOTE)

    done = sealed_city.run("prepare", "--scale", "tiny", **newer)
    assert done.returncode == 0, done.stderr

    assert ("dossiers", "0900_of_tomorrow") in migrations_of(sealed_city)
    after = told(sealed_city, TABLES)
    others = set(before) - {"dossiers_dossier"} - set(_written_by_a_worker(before))
    assert {table: after[table] for table in others} == {table: before[table] for table in others}
    assert after["dossiers_dossier"][0] == before["dossiers_dossier"][0] > 100
    notes = "from hoaphuong.dossiers.models import Dossier\nimport json\n" + (
        "from django.db import connection\n"
        "with connection.cursor() as cursor:\n"
        "    cursor.execute('SELECT DISTINCT note_of_tomorrow FROM dossiers_dossier')\n"
        "    print(json.dumps(cursor.fetchall()))"
    )
    assert told(sealed_city, notes) == [["none"]]
    verdict = json.loads(sealed_city.run("journal", "verify", "--json", **newer).stdout)
    assert verdict["journal"]["intact"]
    assert verdict["journal"]["sealed"] > 800
    assert triggers_in_place(sealed_city)
    if not ON_POSTGRESQL:
        [copy] = (sealed_city.home / "before-upgrade").glob("city-*.sqlite3")
        assert _count(copy, "kernel_journal") == before["kernel_journal"][0]
        assert copy.stat().st_mode & 0o077 == 0


def _written_by_a_worker(tables):
    return [t for t in tables if t.startswith("kernel_")] + ["django_session"]


def _count(database, table):
    with closing(sqlite3.connect(database)) as city:
        return city.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


@sqlite_only
@pytest.mark.parametrize(
    ("operations", "said"),
    [
        ({"dossiers": NOTE, "work": FAILS}, "no_such_table_of_tomorrow"),
        ({"kernel": NEW_JOURNAL}, "kernel_journal_no_update"),
    ],
    ids=["a later step fails", "a step loses a trigger"],
)
def test_a_migration_that_fails_leaves_the_old_database_usable(
    sealed_city, tmp_path, operations, said
):
    before, applied = told(sealed_city, TABLES), migrations_of(sealed_city)

    done = sealed_city.run("prepare", **release(tmp_path / "release", **operations))

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert said in done.stderr
    assert "as it was before" in done.stderr
    assert told(sealed_city, TABLES) == before
    assert migrations_of(sealed_city) == applied
    assert triggers_in_place(sealed_city)
    assert sealed_city.run("prepare", "--scale", "tiny").returncode == 0
    assert sealed_city.run("journal", "verify").returncode == 0


@sqlite_only
@pytest.mark.slow
def test_an_upgrade_killed_in_the_middle_goes_on_at_the_next_start(sealed_city, tmp_path):
    newer = release(tmp_path / "release", dossiers=NOTE)
    before = _count(sealed_city.home / "city.sqlite3", "dossiers_dossier")

    killed = sealed_city.run("prepare", HOAPHUONG_DIE_AT="upgrade.migrated", **newer)
    assert killed.returncode == -signal.SIGKILL

    again = sealed_city.run("prepare", "--scale", "tiny", **newer)
    assert again.returncode == 0, again.stderr
    assert _count(sealed_city.home / "city.sqlite3", "dossiers_dossier") == before
    assert sealed_city.run("journal", "verify", **newer).returncode == 0


@sqlite_only
@pytest.mark.slow
def test_the_last_two_copies_are_kept(sealed_city, tmp_path):
    newer = release(tmp_path / "release", dossiers=f"{NOTE}, {FAILS}")
    for _ in range(3):
        assert sealed_city.run("prepare", **newer).returncode == 1

    assert len(list((sealed_city.home / "before-upgrade").iterdir())) == 2


def test_a_city_in_use_is_not_upgraded(sealed_city, tmp_path):
    occupancy.share(sealed_city.home)  # as web and worker do

    done = sealed_city.run("prepare", **release(tmp_path / "release", dossiers=NOTE))

    assert done.returncode == 1
    assert "stop the running city first" in done.stderr
    assert sealed_city.run("journal", "verify").returncode == 0


def test_a_city_of_the_first_schema_is_upgraded(city_template, tmp_path):
    """Every app at its first migration, as the first installation had it, with rows in it."""
    with city_template.empty(tmp_path / "old") as city:
        city.home.mkdir()
        done = city.python(
            "from django.core.management import call_command\n"
            "from django.db.migrations.loader import MigrationLoader\n"
            "apps = sorted({app for app, _ in MigrationLoader(None).disk_migrations})\n"
            "from django.apps import apps as installed\n"
            "ours = [a for a in apps"
            " if installed.get_app_config(a).name.startswith('hoaphuong')]\n"
            "for app in ours:\n"
            "    call_command('migrate', app, '0001', verbosity=0)\n"
            "from hoaphuong.kernel.models import JournalEntry, JournalPending\n"
            "from django.utils import timezone\n"
            "for n in range(5):\n"
            "    entry = JournalEntry.objects.create(name='kernel.invented', subject=str(n),"
            " by='old', body='{}', occurred_at=timezone.now())\n"
            "    JournalPending.objects.create(entry=entry)\n"
        )
        assert done.returncode == 0, done.stderr
        assert not triggers_in_place(city)

        done = city.run("prepare", "--scale", "tiny")

        assert done.returncode == 0, done.stderr
        assert triggers_in_place(city)
        assert city.python(SEAL).returncode == 0
        verdict = city.run_json("journal", "verify")["journal"]
        assert verdict["intact"]
        assert verdict["sealed"] > 5
        kept = told(
            city,
            "import json\nfrom hoaphuong.kernel.models import JournalEntry\n"
            "print(json.dumps(JournalEntry.objects.filter(by='old').count()))",
        )
        assert kept == 5
