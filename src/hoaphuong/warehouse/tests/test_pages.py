"""The scoreboard for leaders, the tables for everyone."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date
from urllib.parse import quote

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone, translation

from hoaphuong.kernel.access import EVERYWHERE
from hoaphuong.warehouse import pages, place, queries, wording
from hoaphuong.warehouse.contracts import Indicator
from hoaphuong.warehouse.tests.factories import decided, publish, received


class Leader:
    """Someone who may see the scoreboard."""

    key, person, signed_in = "k", "", True

    def __init__(self, *held: str) -> None:
        self.held = held

    def agencies(self, permission: str) -> frozenset[str]:
        return frozenset({EVERYWHERE}) if permission in self.held else frozenset()


@pytest.fixture
def ask(rf):
    """Call a page as somebody who holds some permissions."""

    def call(view, path="/", *held, language="en", **arguments):
        request = rf.get(path)
        request.actor = Leader(*held)
        request.user = None
        with translation.override(language):
            return view(request, **arguments)

    return call


@pytest.fixture(scope="module")
def counted_home(django_db_setup, django_db_blocker, tmp_path_factory):
    """A data folder with published figures, which these tests only read."""
    today = timezone.localdate()
    events = received("a", today) + received("b", date(2023, 5, 2), due_on=date(2023, 5, 9))
    events += decided("b", date(2023, 5, 8), due_on=date(2023, 5, 9), used=4)
    for number in range(6):
        events += received(f"c{number}", date(2023, 6, 1), channel="direct")
        events += decided(f"c{number}", date(2023, 6, 2), due_on=date(2023, 6, 9), used=1)
    home = tmp_path_factory.mktemp("counted")
    with django_db_blocker.unblock():
        publish(home, events, today=today)
    return home


@pytest.fixture
def counted(db, counted_home, settings):
    settings.HOME = counted_home


SEE = "warehouse.view_scoreboard"


def test_the_scoreboard_shows_announced_beside_computed_and_multiplies_nothing(counted, ask):
    page = ask(pages.scoreboard, "/dieu-hanh?nam=2023", SEE).content.decode()
    assert "over 956,000" in page
    assert "nearly 400 billion VND" in page
    assert "1 of 7" in page
    assert "14.3%" in page


def test_the_scoreboard_in_vietnamese(counted, ask):
    page = ask(pages.scoreboard, "/dieu-hanh?nam=2023", SEE, language="vi").content.decode()
    assert "hơn 956.000" in page
    assert "gần 400 tỷ đồng" in page
    assert "14,3%" in page


def test_another_year_has_nothing_announced(counted, ask):
    page = ask(pages.scoreboard, "/dieu-hanh?nam=2024", SEE).content.decode()
    assert "956" not in page


def test_the_scoreboard_is_not_for_everyone(counted, ask):
    with pytest.raises(PermissionDenied):
        ask(pages.scoreboard, "/dieu-hanh")
    with pytest.raises(PermissionDenied):
        ask(pages.scoreboard_now, "/dieu-hanh/so-lieu")


def test_a_page_that_shows_the_newest_is_left_as_it_is(counted, ask):
    seen = queries.freshness().computed_at.isoformat()
    seen = quote(seen, safe="")
    path = "/dieu-hanh/so-lieu?da-xem="
    assert ask(pages.scoreboard_now, path + seen, SEE).status_code == 204
    older = ask(pages.scoreboard_now, path + "2020-01-01T00:00:00", SEE)
    assert older.status_code == 200
    assert 'hx-trigger="every 1s"' in older.content.decode()
    assert seen in older.content.decode()


def test_an_empty_city_has_pages_too(db, home, ask):
    assert "Nothing has been counted yet" in ask(pages.scoreboard, "/", SEE).content.decode()
    assert "No table has been published yet" in ask(pages.tables).content.decode()


@pytest.mark.parametrize(
    "stale",
    [
        f"DROP TABLE {queries.MONEY}",
        f"ALTER TABLE {queries.PAID_ONLINE} RENAME COLUMN paid_online TO was_paid_online",
    ],
)
def test_figures_of_the_version_before_are_awaited(
    db, counted_home, settings, tmp_path, ask, stale
):
    settings.HOME = tmp_path
    path = place.published(tmp_path)
    path.parent.mkdir(parents=True)
    shutil.copy(place.published(counted_home), path)
    with closing(sqlite3.connect(path)) as rows:
        rows.execute(f"DROP INDEX {queries.PAID_ONLINE}_by")
        rows.execute(stale)
        rows.commit()
    for view in (pages.scoreboard, pages.scoreboard_now):
        answer = ask(view, "/dieu-hanh", SEE)
        assert answer.status_code == 200
        assert "The figures are being computed anew" in answer.content.decode()
    shutil.copy(place.published(counted_home), tmp_path / "new")
    (tmp_path / "new").replace(path)
    assert "computed anew" not in ask(pages.scoreboard, "/dieu-hanh", SEE).content.decode()


def test_tables_are_listed_with_their_definitions_and_public_ones_downloaded(counted, ask):
    page = ask(pages.tables).content.decode()
    for found in queries.definitions():
        assert found.table in page
    assert "/du-lieu/out_dossiers__received.csv" in page
    assert "/du-lieu/out_dossiers__overdue.csv" not in page


def test_a_table_is_downloaded_line_by_line(counted, client):
    answer = client.get("/du-lieu/out_dossiers__received.csv")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert lines[0] == "month,level,agency,agency_name,dossiers,suppressed"
    assert len(lines) > 1
    assert client.get("/du-lieu/out_dossiers__overdue.csv").status_code == 404
    assert client.get("/du-lieu/out_unheard__of.csv").status_code == 404


def test_figures_by_agency(counted):
    [row] = queries.by_agency(2023)
    assert (row.received, row.decided, row.on_time_share) == (7, 7, 1.0)
    assert row.online_share == pytest.approx(1 / 7)
    assert row.mean_working_days == pytest.approx(10 / 7)


def test_indicators_of_today(counted):
    found = {i.code: i for i in queries.indicators(today=timezone.localdate(), year=2023)}
    assert found["received_today"].value == 1
    assert found["received_this_month"].value == 1
    assert (found["on_time_share"].numerator, found["on_time_share"].denominator) == (7, 7)
    assert (found["overdue"].value, found["overdue"].denominator) == (0, 1)


def test_what_cannot_be_counted_has_no_value(counted):
    rows = {row["code"]: row for row in queries.scoreboard(2023)}
    assert rows["hospitals_connected_share"]["computed"] is None
    assert rows["dossiers_online"]["computed"] == 1
    assert {row["computed"] for row in queries.scoreboard(1999)} == {None}


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [(0.9, "share", "90%"), (0.931, "share", "93.1%"), (956000, "count", "956,000")],
)
def test_figures_in_words(value, unit, expected):
    with translation.override("en"):
        assert wording.figure(value, unit) == expected


def test_a_mean_says_over_how_many_decisions():
    with translation.override("en"):
        tile = wording.tile(Indicator("mean_working_days", "t", 3.25, 13, 4), None, year=2023)
    assert (tile.value, tile.unit, tile.parts) == ("3.3", "working days", "over 4 decisions")


def test_asking_for_an_unknown_table_or_column_is_refused(counted):
    with pytest.raises(queries.UnknownTable):
        queries.rows("sqlite_master")
    with pytest.raises(LookupError):
        queries.rows("out_dossiers__received", order=['month" --'])
    with pytest.raises(LookupError):
        queries.totals("out_dossiers__received", ["dossiers); --"])


def test_a_between_and_an_equal_condition(counted):
    months = {"month": (date(2023, 5, 1), date(2023, 5, 31)), "channel": "online"}
    [row] = queries.rows("out_dossiers__received", months, limit=5)
    assert (row["month"], row["dossiers"]) == ("2023-05-01", 1)


def test_web_processes_import_no_engine(tmp_path):
    script = (
        "import django, sys; django.setup();"
        "import hoaphuong.web.urls, hoaphuong.web.wsgi, hoaphuong.warehouse.jobs;"
        "print([m for m in ('ibis','pyiceberg','pyarrow','duckdb','pandas') if m in sys.modules])"
    )
    import os

    import hoaphuong

    source = os.path.dirname(os.path.dirname(hoaphuong.__file__))
    environment = {
        **os.environ,
        "HOAPHUONG_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "hoaphuong.web.settings",
        "PYTHONPATH": source,
    }
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "[]", done.stderr
