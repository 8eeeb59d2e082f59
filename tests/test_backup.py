"""A backup restores to the same city, wherever anything was killed: real processes and files."""

import hashlib
import io
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from hoaphuong.command.backups.archive import MANIFEST, read_manifest
from hoaphuong.command.backups.backup import _lines, room
from hoaphuong.command.refusal import Refusal
from hoaphuong.kernel.occupancy import in_use

ON_POSTGRESQL = bool(os.environ.get("DATABASE_URL"))

RECORD = """
import random, time
from django.utils import timezone
from hoaphuong.dossiers import actions
from hoaphuong.dossiers.demo import _Cast
from hoaphuong.files import actions as files, rules
from hoaphuong.files.tests.factories import pdf, upload
cast, rng = _Cast(), random.Random()

def record(number):
    actions.carry_through(histories=[cast.closed(rng) for _ in range(3)])
    files.store(upload=upload(pdf() + str(number).encode()), name=f"{number}.pdf", by="a" * 32,
                at=timezone.now(), retention="dossier", allowed=rules.KNOWN)
"""
ONCE = RECORD + "record(rng.random())"
WITHOUT_END = RECORD + "while True: record(rng.random()); print('.', flush=True); time.sleep(0.1)"

TABLES = """
import hashlib, json
from django.db import connection
told = {}
with connection.cursor() as cursor:
    for table in connection.introspection.table_names():
        cursor.execute(f'SELECT * FROM "{table}"')
        rows = sorted(repr(row) for row in cursor.fetchall())
        told[table] = [len(rows), hashlib.sha256("\\n".join(rows).encode()).hexdigest()]
print(json.dumps(told))
"""

CARRY = """
from django.conf import settings
from django.utils.timezone import localdate
from hoaphuong.kernel.sealing import CHAINS, seal
from hoaphuong.warehouse.tests.factories import turn_until_quiet, warehouse_in
while any([seal(chain) for chain in CHAINS]):
    pass
with warehouse_in(settings.HOME) as warehouse:
    turn_until_quiet(warehouse, today=localdate())
"""

SIGN = """
from hoaphuong.documents import queries
from hoaphuong.documents.demo import _Cast
from hoaphuong.documents.signables import PERSON
cast = _Cast()
cast.sign(PERSON, lambda: {"lan": [d.key for d in queries.to_sign(cast.key["lan"])]})
"""
SIGNED_FILES = """
import json
from hoaphuong.documents.models import DocumentFile
from hoaphuong.files.queries import place_of_file
files = DocumentFile.objects.filter(state__in=["signed", "sealed"])
print(json.dumps([str(place_of_file(one.file_key)) for one in files]))
"""

# The raw tables alone: computing figures from them is tried elsewhere.
FILL_LAKE = """
from django.conf import settings
from hoaphuong.kernel.sealing import CHAINS, seal
from hoaphuong.warehouse.drain import drain
from hoaphuong.warehouse.tests.factories import lake_in
while any([seal(chain) for chain in CHAINS]):
    pass
with lake_in(settings.HOME) as lake:
    assert lake.hold()
    while drain(lake):
        pass
"""

AGREES = (
    FILL_LAKE
    + """
import hashlib, json
from django.conf import settings
from hoaphuong.files.models import StoredFile
from hoaphuong.files.shelf import path_of
from hoaphuong.kernel.models import JournalEntry, JournalPending
from hoaphuong.warehouse.tests.factories import in_journal, in_lake, lake_in
with lake_in(settings.HOME) as lake:
    same = in_lake(lake) == in_journal()
broken = [f.sha256 for f in StoredFile.objects.all()
          if hashlib.sha256(path_of(f.sha256).read_bytes()).hexdigest() != f.sha256]
entries = [[str(e.uuid), e.body] for e in JournalEntry.objects.order_by("id")]
print(json.dumps([same, broken, StoredFile.objects.count(), JournalPending.objects.count(),
                  entries]))
"""
)

ENTRIES = """
import json
from hoaphuong.kernel.models import JournalEntry
print(json.dumps([[str(e.uuid), e.body] for e in JournalEntry.objects.order_by("id")]))
"""


def told(city, script):
    done = city.python(script)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def bytes_below(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "aside" not in path.parts
    }


def carried(city):
    """Do what the worker does until nothing is left to do."""
    done = city.python(CARRY)
    assert done.returncode == 0, done.stderr


def backed_up(city, target):
    done = city.run("backup", str(target), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["archive"] == str(target)
    return target


@pytest.fixture
def elsewhere(city_template, tmp_path):
    """An installation without a city, to restore into."""
    with city_template.empty(tmp_path / "elsewhere") as city:
        yield city


@pytest.fixture(scope="module")
def archive(city_template, tmp_path_factory):
    """A backup of a city with a stored file, made once."""
    folder = tmp_path_factory.mktemp("archive")
    with city_template.copied(folder / "home") as city:
        assert city.python(ONCE).returncode == 0
        yield backed_up(city, folder / "city.tar")


def test_a_city_restored_elsewhere_is_the_same_row_by_row(real_city, elsewhere, tmp_path):
    assert real_city.python(ONCE).returncode == 0
    carried(real_city)

    target = backed_up(real_city, tmp_path / "city.tar")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    restored = elsewhere.run("restore", str(target), "--json")

    assert restored.returncode == 0, restored.stderr
    facts = json.loads(restored.stdout)
    assert facts["intact"]
    shelf = list(real_city.home.glob("files/*/*/*"))
    assert facts["files"] == len(shelf) > 1
    assert facts["kept"] == []
    assert facts["verified"]["journal"]["sealed"] > 800
    assert told(elsewhere, TABLES) == told(real_city, TABLES)
    for part in ("files", "heads", "keys", "lake/out"):
        there = bytes_below(real_city.home / part)
        assert there, part
        assert bytes_below(elsewhere.home / part) == there, part

    elsewhere.start_web()
    assert elsewhere.run_json("scoreboard") == real_city.run_json("scoreboard")
    same, broken, files, pending, _entries = told(elsewhere, AGREES)
    assert same
    assert broken == []
    assert files >= len(shelf)
    assert pending == 0


@pytest.mark.slow
@pytest.mark.one_database
def test_a_restored_demonstration_signs_and_verifies_again(real_city, elsewhere, tmp_path):
    own = real_city.home / "trust" / "of our province" / "Cơ quan khác.cer"
    own.parent.mkdir()
    shutil.copyfile(real_city.home / "trust" / "demonstration-root.cer", own)
    authority = real_city.start_authority()
    target = backed_up(real_city, tmp_path / "city.tar")
    authority.terminate()
    authority.wait(15)
    restored = elsewhere.run("restore", str(target))
    assert restored.returncode == 0, restored.stderr
    for part in ("keys", "trust", "demo/authority/ca"):
        there = bytes_below(real_city.home / part)
        assert there, part
        assert bytes_below(elsewhere.home / part) == there, part
    assert len(bytes_below(elsewhere.home / "keys" / "signing")) > 2

    elsewhere.start_authority()
    before = told(elsewhere, SIGNED_FILES)
    done = elsewhere.python(SIGN)
    assert done.returncode == 0, done.stderr
    signed = told(elsewhere, SIGNED_FILES)
    assert len(signed) > len(before) > 0
    done = elsewhere.run("verify", *signed, "--json")
    assert [one["verdict"] for one in json.loads(done.stdout)] == ["valid"] * len(signed)


@pytest.mark.slow
def test_a_backup_made_while_dossiers_come_in_agrees_with_itself(real_city, elsewhere, tmp_path):
    already = len(list(real_city.home.glob("files/*/*/*")))
    worker = real_city.start_worker()
    writer = subprocess.Popen(
        [sys.executable, "-c", "import django; django.setup()\n" + WITHOUT_END],
        env=real_city.environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    real_city.children.append(writer)
    heads = real_city.home / "heads" / "journal.jsonl"
    real_city.wait(lambda: heads.exists() and len(heads.read_text().splitlines()) > 2)

    target = backed_up(real_city, tmp_path / "city.tar")
    assert writer.poll() is None
    assert worker.poll() is None
    assert writer.stdout.readline()  # it went on
    real_city.end()
    restored = elsewhere.run("restore", str(target))
    assert restored.returncode == 0, restored.stderr

    sealed = read_manifest(target).sealed["journal"]
    kept = (elsewhere.home / "heads" / "journal.jsonl").read_text().splitlines()
    assert sealed - 1 <= max(json.loads(line)["batch"] for line in kept) <= sealed
    same, broken, files, _pending, entries = told(elsewhere, AGREES)
    assert all(chain["intact"] for chain in elsewhere.run_json("journal", "verify").values())
    assert same
    assert broken == []
    assert files >= already + 3
    original = {uuid: body for uuid, body in told(real_city, ENTRIES)}
    recorded = [(uuid, body) for uuid, body in entries if uuid in original]
    assert recorded
    assert all(original[uuid] == body for uuid, body in recorded)
    assert len(entries) == len(recorded) < len(original)


@pytest.mark.parametrize(
    "point", [pytest.param("backup.snapshot_taken", marks=pytest.mark.slow), "backup.written"]
)
def test_a_backup_killed_in_the_middle_leaves_no_file_that_looks_whole(real_city, tmp_path, point):
    target = tmp_path / "city.tar"
    killed = real_city.run("backup", str(target), HOAPHUONG_DIE_AT=point)

    assert killed.returncode == -signal.SIGKILL
    assert list(tmp_path.glob("*.tar")) == []
    assert list(tmp_path.glob(".hoaphuong-backup-*")) != []
    backed_up(real_city, target)
    assert list(tmp_path.glob(".hoaphuong-backup-*")) == []


# The most telling point of each database runs every time, all of them with --all.
EVERY_TIME = "restore.database_replaced" if ON_POSTGRESQL else "swap.moved:2"
KILLS = [
    EVERY_TIME,
    *(
        pytest.param(point, marks=pytest.mark.slow)
        for point in ("restore.unpacked", "swap.begun", "swap.moved:2", "swap.placed", "swap.done")
        if point != EVERY_TIME
    ),
]


@pytest.mark.parametrize("point", KILLS)
def test_a_restore_killed_anywhere_loses_neither_city(real_city, archive, point):
    before = told(real_city, ENTRIES)
    words = ("restore", str(archive), "--replace")
    killed = real_city.run(*words, HOAPHUONG_DIE_AT=point)
    assert killed.returncode == -signal.SIGKILL

    opened = real_city.run("journal", "verify")
    if point == "restore.unpacked":  # nothing was touched yet
        assert opened.returncode == 0
        assert told(real_city, ENTRIES) == before
    else:
        assert opened.returncode == 1
        assert "interrupted" in opened.stderr
        assert "Traceback" not in opened.stderr

    again = real_city.run(*words)
    assert again.returncode == 0, again.stderr
    after = told(real_city, ENTRIES)
    assert len(after) > len(before)
    if not ON_POSTGRESQL:
        kept = [path for path in real_city.home.glob("before-restore/*/city.sqlite3")]
        assert any(str(path.parent) in again.stdout for path in kept)
        counts = sorted(_entries_in(path) for path in kept)
        assert counts[0] == len(before)
    assert not (real_city.home / ".restore").exists()


def _entries_in(database):
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(database)) as city:
        return city.execute("SELECT count(*) FROM kernel_journal").fetchone()[0]


def test_restoring_needs_a_word_to_replace_a_city_and_keeps_it(real_city, archive):
    before = told(real_city, TABLES)
    refused = real_city.run("restore", str(archive))
    assert refused.returncode == 1
    assert "--replace" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert told(real_city, TABLES) == before

    done = real_city.run("restore", str(archive), "--replace", "--json")
    assert done.returncode == 0, done.stderr
    files = before["files_storedfile"][0]
    assert told(real_city, TABLES)["files_storedfile"][0] == files + 1
    assert json.loads(done.stdout)["kept"]
    twice = real_city.run("restore", str(archive), "--replace")
    assert twice.returncode == 0, twice.stderr


def test_nothing_is_restored_under_a_running_city(real_city, archive):
    worker = real_city.start_worker()
    real_city.wait(lambda: in_use(real_city.home))

    refused = real_city.run("restore", str(archive), "--replace")
    assert refused.returncode == 1
    assert "stop web and worker" in refused.stderr
    worker.terminate()
    worker.wait(15)

    web = real_city.start_web()
    refused = real_city.run("restore", str(archive), "--replace")
    assert refused.returncode == 1
    assert "stop web and worker" in refused.stderr
    web.terminate()
    web.wait(15)
    assert real_city.run("restore", str(archive), "--replace").returncode == 0


def rewritten(archive: Path, target: Path, change) -> Path:
    """The archive with its members and manifest changed by ``change(members, manifest)``."""
    with tarfile.open(archive) as tar:
        members = [(info, tar.extractfile(info).read()) for info in tar.getmembers()]
    manifest = json.loads(members.pop()[1])
    change(members, manifest)
    text = json.dumps(manifest).encode()
    members.append((tarfile.TarInfo(MANIFEST), text))
    with tarfile.open(target, "w:") as tar:
        for info, content in members:
            info.size = len(content) if info.isreg() else 0
            tar.addfile(info, io.BytesIO(content))
    return target


def _named(name, content=b"x"):
    def change(members, manifest):
        members.append((tarfile.TarInfo(name), content))
        manifest["members"][name] = [len(content), hashlib.sha256(content).hexdigest()]

    return change


def _link(members, manifest):
    info = tarfile.TarInfo("keys/link")
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
    members.append((info, b""))
    manifest["members"]["keys/link"] = [0, hashlib.sha256(b"").hexdigest()]


def _without_last(members, manifest):
    members.pop()


def _newer(members, manifest):
    manifest["migrations"].append(["dossiers", "9999_of_tomorrow"])


def _newer_version(members, manifest):
    manifest["version"] = "99.0"


def _newer_format(members, manifest):
    manifest["format"] = 99


REFUSED = {
    "a name that climbs out": (_named("../outside"), "does not belong"),
    "a name that climbs out of a part": (_named("keys/../../outside"), "does not belong"),
    "a name that climbs out of a folder of a part": (
        _named("demo/ca/../../../x"),
        "does not belong",
    ),
    "a hidden name": (_named("trust/.part"), "does not belong"),
    "an absolute name": (_named("/outside"), "does not belong"),
    "a link": (_link, "does not belong"),
    "a member twice": (_named("mode"), "does not belong"),
    "a member less": (_without_last, "members are not those"),
    "a newer schema": (_newer, "newer than this program"),
    "a newer version": (_newer_version, "newer program"),
    "a newer format": (_newer_format, "newer program"),
    "a manifest that says nothing": (lambda members, manifest: manifest.clear(), "cannot be read"),
}


@pytest.mark.one_database
@pytest.mark.parametrize("what", REFUSED)
def test_an_archive_is_refused_with_one_sentence_before_anything_is_touched(
    elsewhere, archive, tmp_path, what
):
    change, words = REFUSED[what]
    bad = rewritten(archive, tmp_path / "bad.tar", change)

    _refuses(elsewhere, bad, words)
    assert not (tmp_path / "outside").exists()


def _refuses(city, archive, words):
    done = city.run("restore", str(archive), "--json")
    assert done.returncode == 1
    assert done.stdout == ""
    [sentence] = done.stderr.splitlines()
    assert sentence.startswith("hoaphuong: ")
    assert words in sentence
    left = {path.name for path in city.home.rglob("*")}
    assert left <= {"run", "in-use.lock", ".restore"}, left
    return sentence


@pytest.mark.one_database
def test_a_cut_or_altered_archive_is_refused(elsewhere, archive, tmp_path):
    whole = archive.read_bytes()
    bad = tmp_path / "bad.tar"
    for content in (whole[: len(whole) // 2], whole[:-12_000], b"", b"nothing of the kind" * 99):
        bad.write_bytes(content)
        _refuses(elsewhere, bad, "not a whole backup")
    with tarfile.open(archive) as tar:
        info = next(member for member in tar.getmembers() if member.name.startswith("files/"))
    altered = bytearray(whole)
    altered[info.offset_data + 10] ^= 1
    bad.write_bytes(altered)
    done = elsewhere.run("restore", str(bad))
    assert done.returncode == 1
    assert info.name in done.stderr
    assert "Traceback" not in done.stderr
    assert not (elsewhere.home / "files").exists()


@pytest.mark.one_database
def test_a_backup_is_never_written_over_a_file(real_city, tmp_path):
    there = tmp_path / "there.tar"
    there.write_text("somebody's")

    done = real_city.run("backup", str(there))

    assert done.returncode == 1
    assert "is there already" in done.stderr
    assert there.read_text() == "somebody's"
    assert real_city.run("backup", str(tmp_path / "no" / "folder.tar")).returncode == 1


@pytest.mark.one_database
def test_a_lost_or_damaged_file_is_told_and_the_rest_is_saved(real_city, tmp_path):
    assert real_city.python(RECORD + "for number in range(3): record(number)").returncode == 0
    lost, damaged, *good = sorted(real_city.home.glob("files/*/*/*"))
    lost.unlink()
    damaged.write_bytes(b"something else")

    done = real_city.run("backup", str(tmp_path / "city.tar"), "--json")

    assert done.returncode == 1
    facts = json.loads(done.stdout)
    assert (facts["files"], facts["missing_files"], facts["damaged_files"]) == (len(good) + 1, 1, 1)
    manifest = read_manifest(tmp_path / "city.tar")
    assert manifest.missing_files == [lost.name]
    assert manifest.damaged_files == [damaged.name]


def test_heads_of_batches_after_the_snapshot_are_left_out_and_older_ones_never(tmp_path):
    lines = [
        json.dumps({"batch": number, "head": "f" * 64}).encode() + b"\n" for number in range(6)
    ]
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b"".join(lines) + b'{"batch": 3, "he')

    before = sum(map(len, lines[:2]))
    assert _lines(path, before, 3) == b"".join(lines[:4])
    # A head that was there before and has no batch is what shows a cut tail.
    assert _lines(path, sum(map(len, lines)), 3) == b"".join(lines)


def test_too_little_room_is_told_before_anything_is_written(tmp_path):
    with pytest.raises(Refusal, match="are free"):
        room(tmp_path, 1 << 60)
    room(tmp_path, 0)
