"""What an installation cannot do it says in one sentence, with an exit code and without a trace."""

import http.cookiejar
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from tests.processes import SOURCE

ON_POSTGRESQL = bool(os.environ.get("DATABASE_URL"))
LAUNCHER = SOURCE.parent / "hoaphuong"
sqlite_only = pytest.mark.skipif(ON_POSTGRESQL, reason="the database is not a file of ours")


def refused(done: subprocess.CompletedProcess[str], *words: str) -> str:
    """The one sentence that the process said."""
    assert done.returncode not in (0, -6, -9, -11), done.stdout
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    # What is being done, and how far, may be said before.
    lines = [
        line
        for line in done.stderr.splitlines()
        if line.strip() and not line.endswith("…") and "━" not in line
    ]
    assert len(lines) == 1, done.stderr
    for word in words:
        assert word in lines[0], lines[0]
    return lines[0]


# The launcher


def stub(folder: Path, name: str, script: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def launched(**env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(LAUNCHER), "up"], env=env, capture_output=True, text=True, timeout=60
    )


def test_without_a_python_that_is_new_enough_the_launcher_says_which_are(tmp_path):
    tools = tmp_path / "bin"
    stub(tools, "python3", "exit 1")
    (tools / "dirname").symlink_to(shutil.which("dirname"))

    refused(launched(PATH=str(tools)), "Python 3.11, 3.12 or 3.13")


def test_a_python_that_was_named_and_is_too_old_is_refused(tmp_path):
    names = ("python3.10", "python3.9", "python3.8", "python3.7", "python2.7")
    old = next(filter(None, map(shutil.which, names)), None) or stub(tmp_path, "old", "exit 1")

    done = launched(PATH=os.environ["PATH"], HOAPHUONG_PYTHON=str(old))

    refused(done, str(old), "is not Python 3.11")


def test_a_python_without_venv_is_refused(tmp_path):
    without = stub(tmp_path, "python", 'case "$2" in *venv*) exit 1;; esac; exit 0')

    refused(
        launched(PATH=os.environ["PATH"], HOAPHUONG_PYTHON=str(without)),
        "no venv module", "python3-venv",
    )  # fmt: skip


def fresh_clone(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for name in ("requirements.lock", "requirements-test.lock", "bootstrap.lock"):
        shutil.copy(SOURCE.parent / name, folder / name)
    return folder


def test_a_clone_that_cannot_be_written_is_refused(tmp_path):
    clone = fresh_clone(tmp_path / "clone")
    (clone / ".venv").write_text("a file where the folder should be")

    done = subprocess.run(
        [sys.executable, "-m", "hoaphuong.bootstrap", str(clone), "up"],
        env={**os.environ, "PYTHONPATH": str(SOURCE)}, capture_output=True, text=True,
    )  # fmt: skip

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "virtual environment could not be made" in done.stderr.splitlines()[-1]


@pytest.fixture
def small_disk(tmp_path):
    """Runs a command where ``tmp_path/small`` is a disk of a few hundred kB."""
    small = tmp_path / "small"
    small.mkdir()

    def run(size: str, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        mounted = f'mount -t tmpfs -o size={size} none "$0" && exec "$@"'
        inside = ["unshare", "-m", "sh", "-c", mounted, str(small), *words]
        return subprocess.run(
            inside, env={**os.environ, **env}, capture_output=True, text=True, timeout=120
        )

    try:
        possible = run("1m", "true").returncode == 0
    except FileNotFoundError:
        possible = False
    if not possible:
        pytest.skip("a small disk cannot be mounted here")
    return run


def test_a_disk_that_is_full_at_set_up_is_told(small_disk, tmp_path):
    small = tmp_path / "small"
    script = f'cp {SOURCE.parent}/*.lock "{small}" && exec "$0" -m hoaphuong.bootstrap {small} up'

    done = small_disk("900k", "sh", "-c", script, sys.executable, PYTHONPATH=str(SOURCE))

    refused(done, "disk is full")


@sqlite_only
@pytest.mark.parametrize("size", ["200k", "900k"])
def test_a_disk_that_is_full_at_the_first_start_is_told(small_disk, tmp_path, real_city, size):
    environment = real_city.environment(HOAPHUONG_HOME=str(tmp_path / "small"))

    done = small_disk(size, sys.executable, "-m", "hoaphuong", "prepare", **environment)

    refused(done, "disk is full")


@sqlite_only
def test_a_backup_onto_a_full_disk_is_told(small_disk, tmp_path, real_city):
    words = [sys.executable, "-m", "hoaphuong", "backup", str(tmp_path / "small")]

    refused(small_disk("900k", *words, **real_city.environment()), "MB are needed", "are free")


# The command line


@pytest.mark.one_database
def test_a_port_that_is_taken_is_told(real_city):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused(real_city.run("up", "--port", port), port, "--port", "Address already in use")
    refused(real_city.run("up", "--port", "99999999"), "cannot be used")


@pytest.mark.one_database
@pytest.mark.parametrize("words", [("up", "--port", "0"), ("prepare",), ("worker",), ("backup",)])
def test_a_data_folder_that_cannot_be_made_is_told(real_city, tmp_path, words):
    (tmp_path / "file").write_text("not a folder")

    done = real_city.run(*words, HOAPHUONG_HOME=str(tmp_path / "file" / "var"))

    refused(done, str(tmp_path / "file"), "cannot be written")


@pytest.mark.parametrize("words", [("up", "--port", "0"), ("backup",)])
def test_a_database_newer_than_the_program_is_told(real_city, words):
    newer = (
        "from django.db.migrations.recorder import MigrationRecorder\n"
        "from django.db import connection\n"
        "MigrationRecorder(connection).record_applied('dossiers', '9999_of_tomorrow')"
    )
    assert real_city.python(newer).returncode == 0

    refused(real_city.run(*words), "newer than this program", "dossiers 9999_of_tomorrow")


@sqlite_only
@pytest.mark.parametrize("words", [("up", "--port", "0"), ("backup",)])
def test_a_damaged_database_is_told(real_city, words):
    (real_city.home / "city.sqlite3").write_bytes(b"SQLite no more" * 5_000)

    refused(real_city.run(*words), "database file is damaged", "restore a backup")


@sqlite_only
def test_a_database_damaged_in_the_middle_is_not_backed_up(real_city, tmp_path):
    path = real_city.home / "city.sqlite3"
    with closing(sqlite3.connect(path)) as city:
        find = "SELECT rootpage FROM sqlite_master WHERE name = 'kernel_journal'"
        [page] = city.execute(find).fetchone()
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4_096 : page * 4_096] = b"\xff" * 4_096
    path.write_bytes(content)

    refused(real_city.run("backup", str(tmp_path / "city.tar")), "damaged")
    assert not (tmp_path / "city.tar").exists()
    one = tmp_path / "one.json"
    one.write_text('[{"MaTTHC": "9.000001", "TenTTHC": "Thủ tục hư cấu"}]')
    refused(real_city.run("import", "procedures", str(one)), "database is damaged")


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://127.0.0.1:1/city", "does not answer"),
        ("postgresql://127.0.0.1:none/city", "does not answer"),
        ("postgresql://city?nonsense=1", "DATABASE_URL cannot be read"),
        ("mysql://127.0.0.1/city", "DATABASE_URL must begin with postgresql://"),
    ],
)
def test_a_postgresql_that_cannot_be_reached_is_told(real_city, url, words):
    for command in (("up", "--port", "0"), ("worker",)):
        refused(real_city.run(*command, DATABASE_URL=url), words)


@pytest.mark.one_database
def test_a_configuration_that_is_not_there_or_broken_is_told(real_city, tmp_path):
    broken = tmp_path / "city.toml"
    command = ("up", "--port", "0")
    refused(real_city.run(*command, HOAPHUONG_CONFIG=str(broken)), str(broken), "is not there")
    refused(real_city.run("scoreboard", HOAPHUONG_CONFIG=str(broken)), "is not there")
    broken.write_text("name = Hải Phòng")
    refused(real_city.run(*command, HOAPHUONG_CONFIG=str(broken)), "cannot be read", "line 1")
    broken.write_bytes(b"\xff\xfe")
    refused(real_city.run(*command, HOAPHUONG_CONFIG=str(broken)), "cannot be read")


@pytest.mark.one_database
def test_a_configuration_that_lacks_something_is_told(real_city, tmp_path):
    poor = tmp_path / "city.toml"
    poor.write_text('name = "Khác"')

    done = real_city.run("up", "--port", "0", HOAPHUONG_CONFIG=str(poor))

    refused(done, "is not complete", "agency")


# The disk fills, or the database goes, while the city runs

FULL = """
import hoaphuong.web.databases as databases
databases.PRAGMAS += ";PRAGMA max_page_count=1"
"""
ROWS = """
import json
from django.db import connection
with connection.cursor() as cursor:
    rows = {}
    for table in connection.introspection.table_names():
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        rows[table] = cursor.fetchone()[0]
print(json.dumps(rows))
"""


@pytest.fixture
def without_room(tmp_path) -> dict[str, str]:
    """The environment of a process whose database cannot grow by a page."""
    folder = tmp_path / "full"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(FULL)
    return {"PYTHONPATH": f"{folder}{os.pathsep}{SOURCE}"}


@sqlite_only
def test_a_full_disk_is_told_on_the_command_line_and_nothing_is_stored_by_half(
    real_city, without_room, tmp_path
):
    before = real_city.python(ROWS).stdout
    listed = tmp_path / "list.json"
    wanted = [{"MaTTHC": f"9.{n:06}", "TenTTHC": f"Thủ tục hư cấu {n}"} for n in range(400)]
    listed.write_text(json.dumps(wanted))

    done = real_city.run("import", "procedures", str(listed), "--json", **without_room)

    assert done.stdout == ""
    refused(done, "disk is full")
    assert real_city.python(ROWS).stdout == before
    worker = real_city.run("journal", "verify", "--json", **without_room)
    assert worker.returncode == 0


def become_someone(address: str) -> tuple[int, str]:
    """Sign in as a persona with a new browser; status and page."""
    cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    browser = urllib.request.build_opener(cookies)
    page = browser.open(f"{address}/nhan-vat").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    form = re.search(r'action="(/nhan-vat/[^"]+)"', page)[1]
    fields = urllib.parse.urlencode({"csrfmiddlewaretoken": token}).encode()
    try:
        with browser.open(f"{address}{form}", fields) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@sqlite_only
def test_a_full_disk_gives_a_page_that_says_so_and_reading_goes_on(real_city, without_room):
    before = json.loads(real_city.python(ROWS).stdout)
    real_city.start_web(**without_room)

    for _ in range(60):  # a few rows still fit into pages that are there
        status, said = become_someone(real_city.address)
        if status != 200:
            break
    assert status == 507
    assert "hết chỗ lưu trữ" in said
    assert "no room left" in said
    assert urllib.request.urlopen(f"{real_city.address}/thu-tuc").status == 200
    after = json.loads(real_city.python(ROWS).stdout)
    assert {table for table in before if before[table] != after[table]} <= {"django_session"}


def test_a_database_that_goes_away_gives_a_page_that_says_so(client, monkeypatch):
    def gone():
        raise OperationalError("connection to server was lost")

    monkeypatch.setattr(connection, "cursor", gone)
    client.raise_request_exception = False

    page = client.get("/healthz")

    assert page.status_code == 503
    assert page.headers["Retry-After"]
    assert "tạm ngừng phục vụ" in page.content.decode()
    assert client.get("/api/procedures").json()["detail"].startswith("Cơ sở dữ liệu tạm ngừng")
