"""Signers are processes: killed anywhere, every paper is signed once; none outlives its worker."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from tests.processes import City

DESK = {"DJANGO_SETTINGS_MODULE": "hoaphuong.signing.tests.desk_settings"}
POINTS = [
    "signing.claimed",
    "signing.prepared",
    "signing.signed",
    "signing.kept",
    "desk.signed",
    "signing.effect",
    "signing.closing",
    "signing.closed",
]

ORDER = """
import io
from pathlib import Path
from django.conf import settings
from django.db import connection
from pypdf import PdfWriter
from hoaphuong.signing import actions
from hoaphuong.signing.providers.demo import DemoKeys
from hoaphuong.signing.tests.desk.models import Paper
from hoaphuong.signing.tests.factories import NOON, YEAR, key_and_certificate
from django.utils import timezone
with connection.schema_editor() as editor:
    editor.create_model(Paper)
now = timezone.now()
key, der = key_and_certificate(begins=now - YEAR, ends=now + YEAR)
DemoKeys(Path(settings.HOME) / "desk-keys", None)._store("desk", key, der, ())
(settings.HOME / "desk.cer").write_bytes(der)
held = actions.record_certificate(
    provider="tests", reference="desk", certificate=der, by="t", at=now, account="an")
papers = []
for number in range(COUNT):
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_metadata({"/Title": f"Paper {number}"})
    out = io.BytesIO()
    writer.write(out)
    papers.append(Paper(key=f"paper{number}", content=out.getvalue()))
Paper.objects.bulk_create(papers)
print(actions.order_batch(kind="desk.person", subjects=[one.key for one in papers],
    certificate=held.key, by="an", second_factor_at=now, at=now))
"""

LOOK = """
import hashlib, json
from collections import Counter
from django.conf import settings
from django.utils import timezone
from hoaphuong.files import queries as files
from hoaphuong.files.models import StoredFile
from hoaphuong.kernel.models import JournalEntry
from hoaphuong.signing.models import BatchItem, PaperSignature
from hoaphuong.signing.tests.desk.models import Paper
from hoaphuong.signing.verification.pdf import verify_pdf
from hoaphuong.signing.verification.trust import Anchors
anchors = Anchors.of([(settings.HOME / "desk.cer").read_bytes()])
facts = Counter(json.loads(one)["paper"] for one in JournalEntry.objects.filter(
    name="signing.paper_signed", body__contains="desk.person").values_list("body", flat=True))
made = PaperSignature.objects.filter(kind="desk.person")
rows = {row.paper: row for row in made}
wrong = []
for paper in Paper.objects.all():
    row = rows.get(paper.key)
    if row is None or row.file_key != paper.file_key:
        wrong.append((paper.key, "no signature"))
        continue
    content = files.open_file(row.file_key).read()
    if hashlib.sha256(content).hexdigest() != row.after_sha256:
        wrong.append((paper.key, "another file"))
    if not content.startswith(bytes(paper.content)):
        wrong.append((paper.key, "not this paper"))
    if len(rows) <= 40 or row.pk % 10 == 0:
        found = verify_pdf(content, anchors=anchors, answers=None, at=timezone.now())
        if [(one.intact, one.changed_after) for one in found] != [(True, False)]:
            wrong.append((paper.key, repr(found)[:300]))
print(json.dumps({
    "states": dict(Counter(
        BatchItem.objects.filter(kind="desk.person").values_list("state", flat=True))),
    "told": dict(Counter(Paper.objects.values_list("signatures", flat=True))),
    "facts": dict(Counter(facts.values())),
    "signatures": made.count(),
    "files": StoredFile.objects.filter(name__startswith="paper").count(),
    "wrong": wrong,
}))
"""


def ordered(city: City, count: int) -> str:
    done = city.python(ORDER.replace("COUNT", str(count)), **DESK)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[-1]


def looked(city: City) -> dict:
    done = city.python(LOOK, **DESK)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def signed(city: City) -> int:
    # The demonstration has signed papers too.
    return city.count("signing_batchitem", "state = 'signed' AND kind = 'desk.person'")


def assert_signed_once(city: City, count: int) -> None:
    found = looked(city)
    assert found["states"] == {"signed": count}
    assert found["told"] == {"1": count}
    assert found["facts"] == {"1": count}
    assert found["signatures"] == found["files"] == count
    assert found["wrong"] == []


def children_of(pid: int) -> list[int]:
    """Signers that a process started, by the system's own table."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            try:
                with open(f"/proc/{entry}/stat") as stat, open(f"/proc/{entry}/cmdline") as words:
                    parent = int(stat.read().rpartition(")")[2].split()[1])
                    if parent == pid and "signer" in words.read().split("\0"):
                        found.append(int(entry))
            except (FileNotFoundError, ProcessLookupError):
                continue
    return found


def is_there(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_signer_killed_at_any_point_loses_no_paper_and_signs_none_twice(real_city):
    count = 30
    ordered(real_city, count)
    for point in POINTS:
        killed = real_city.run(
            "signer", "1", "--linger", "0", HOAPHUONG_DIE_AT=f"{point}:2", **DESK
        )
        assert killed.returncode == -signal.SIGKILL, killed.stderr
    done = real_city.run("signer", "1", "--linger", "0", **DESK)
    assert done.returncode == 0, done.stderr
    assert_signed_once(real_city, count)


@pytest.mark.slow
def test_two_signers_killed_at_random_sign_every_paper_of_a_large_batch_once(real_city):
    count = 200
    ordered(real_city, count)
    worker = real_city._start("hoaphuong", "worker", **DESK, HOAPHUONG_SIGNERS="2")
    rng = random.Random(7)
    for _ in range(6):
        real_city.wait(lambda: children_of(worker.pid))
        time.sleep(rng.uniform(0.6, 2.0))
        alive = children_of(worker.pid)
        if alive:
            os.kill(rng.choice(alive), signal.SIGKILL)
    real_city.wait(lambda: signed(real_city) == count, patience=120)
    assert_signed_once(real_city, count)


@pytest.mark.one_database
def test_the_worker_starts_signers_that_end_with_it(real_city):
    ordered(real_city, 24)
    env = DESK | {"HOAPHUONG_SIGNERS": "2", "HOAPHUONG_DIE_AT": "signing.closed:7"}
    worker = real_city._start("hoaphuong", "worker", **env)
    # Each signer dies over its seventh paper; the worker starts others until all are signed.
    real_city.wait(lambda: signed(real_city) == 24, patience=90)
    signers = children_of(worker.pid)
    assert 1 <= len(signers) <= 2
    worker.terminate()
    assert worker.wait(20) == 0
    assert not any(is_there(pid) for pid in signers)
    assert_signed_once(real_city, 24)


@pytest.mark.one_database
def test_the_worker_loads_no_signing_library(real_city):
    script = (
        "import sys\nfrom hoaphuong.kernel.jobs import jobs\nfrom hoaphuong.signing.jobs import"
        " start_signers\njobs(); start_signers()\n"
        "print(sorted({'pyhanko', 'signxml', 'pypdfium2'} & set(sys.modules)))"
    )
    done = real_city.python(script, **DESK)
    assert done.stdout.splitlines()[-1:] == ["[]"], done.stderr


@pytest.mark.one_database
def test_a_signer_sees_that_its_worker_was_killed_and_ends(real_city):
    ordered(real_city, 4)
    worker = real_city._start("hoaphuong", "worker", **DESK)
    real_city.wait(lambda: signed(real_city) == 4)
    signers = children_of(worker.pid)
    assert signers  # they stay for the next paper
    worker.kill()
    worker.wait()
    real_city.wait(lambda: not any(is_there(pid) for pid in signers), patience=10)


@pytest.mark.one_database
def test_no_slot_has_two_signers(real_city):
    ordered(real_city, 1)
    words = [sys.executable, "-m", "hoaphuong", "signer", "1", "--linger", "30"]
    first = subprocess.Popen(words, env=real_city.environment(**DESK))
    try:
        real_city.wait(lambda: signed(real_city) == 1)
        second = real_city.run("signer", "1", "--linger", "30", timeout=20, **DESK)
        assert second.returncode == 0  # at once: the slot is taken
    finally:
        first.terminate()
        assert first.wait(10) == 0
