"""A start that finds everything as it was left does not prepare again; anything else does."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from hoaphuong.command.prepared import is_prepared

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("DATABASE_URL")), reason="a PostgreSQL is always looked at again"
)


@pytest.fixture(scope="module")
def prepared(city_template, tmp_path_factory):
    with city_template.copied(tmp_path_factory.mktemp("second") / "home") as city:
        assert not is_prepared(city.home, city.environment(), scale="tiny")
        assert city.run("prepare", "--scale", "tiny").returncode == 0
        yield city


def test_a_folder_just_prepared_is_not_prepared_again(prepared):
    assert is_prepared(prepared.home, prepared.environment(), scale="tiny")


def test_another_scale_mode_or_configuration_is_prepared_anew(prepared, tmp_path):
    own = tmp_path / "city.toml"
    own.write_text('name = "Khác"\n')
    assert not is_prepared(prepared.home, prepared.environment(), scale="small")
    for change in ({"HOAPHUONG_DEMO": "0"}, {"HOAPHUONG_CONFIG": str(own)}):
        assert not is_prepared(prepared.home, prepared.environment(**change), scale="tiny")


def test_another_database_or_migration_is_prepared_anew(prepared):
    database = prepared.home / "city.sqlite3"
    kept = database.read_bytes()
    with closing(sqlite3.connect(database)) as city, city:
        city.execute(
            "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations)"
        )
    assert not is_prepared(prepared.home, prepared.environment(), scale="tiny")

    other = prepared.home / "other.sqlite3"
    other.write_bytes(kept)
    other.replace(database)
    assert not is_prepared(prepared.home, prepared.environment(), scale="tiny")


# Each is loaded where it works: with the first upload, form, slip, picture, page or signature.
LATER = (
    "PIL", "duckdb", "fido2", "ibis", "jsonschema", "pandas", "pillow_heif", "pyarrow", "pyhanko",
    "pyhanko_certvalidator", "pypdf", "pypdfium2", "segno", "signxml", "typst",
)  # fmt: skip


def test_the_web_server_starts_without_what_only_some_pages_need(prepared):
    asked = "import sys, hoaphuong.web.wsgi; print(*sys.modules, sep='\\n')"
    started = subprocess.run(
        [sys.executable, "-c", asked], env=prepared.environment(), capture_output=True, text=True
    )
    loaded = set(started.stdout.split())
    assert "hoaphuong.documents.pages.drafting" in loaded, started.stderr
    assert loaded.isdisjoint(LATER), loaded.intersection(LATER)
