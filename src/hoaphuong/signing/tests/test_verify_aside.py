"""A stranger's file harms one process only, and whoever asks has an answer in time."""

import os
import subprocess
import sys
import threading
import time

import pytest

from hoaphuong.signing.tests.verify_makers import Authority, day, paper, signed
from hoaphuong.signing.verification.aside import Aside, Limits

NOW = day("2026-06-01")


@pytest.fixture(scope="module")
def content():
    authority = Authority()
    return signed(paper(), authority.signer, authority)


@pytest.fixture
def aside():
    made = Aside(Limits(cpu_seconds=2, seconds=6, at_once=2))
    yield made
    made.close()


def test_a_file_is_read_in_a_process_that_ends_with_it(aside, content):
    said = aside.verify(content, name="a.pdf", trust=None, at=NOW)
    assert (said.reason, said.file, len(said.sha256)) == ("anchor_unknown", "a.pdf", 64)
    assert said.signatures[0].signer == "Nguyễn Giả Định"


def test_the_anchors_of_a_folder_are_read_again_when_it_changes(aside, tmp_path):
    authority = Authority()
    content = signed(paper(), authority.signer, authority)
    assert aside.verify(content, name="", trust=tmp_path, at=NOW).reason == "anchor_unknown"
    (tmp_path / "root.der").write_bytes(authority.root.der)
    assert aside.verify(content, name="", trust=tmp_path, at=NOW).reason == "revocation_unknown"


def test_one_that_hangs_is_ended_while_others_are_answered(aside, content):
    found = {}

    def hang():
        found["hung"] = aside.verify(content, name="", trust=None, at=NOW, hold=3600)

    stuck = threading.Thread(target=hang)
    stuck.start()
    said = aside.verify(content, name="", trust=None, at=NOW)
    answered_first = stuck.is_alive()
    stuck.join(60)
    assert said.reason == "anchor_unknown"
    assert answered_first
    assert (found["hung"].verdict.value, found["hung"].reason) == ("unreadable", "too_hard")
    assert aside.verify(content, name="", trust=None, at=NOW).reason == "anchor_unknown"


def test_more_than_there_is_room_for_hear_that_it_is_busy(content):
    narrow = Aside(Limits(cpu_seconds=4, seconds=4, at_once=1))
    narrow.verify(content, name="", trust=None, at=NOW)
    first = threading.Thread(
        target=narrow.verify, args=(content,), kwargs={"name": "", "trust": None, "hold": 3600}
    )
    first.start()
    while narrow._places._value:
        time.sleep(0.01)
    said = narrow.verify(content, name="", trust=None, at=NOW)
    first.join(60)
    narrow.close()
    assert said.reason == "busy"


def test_a_waiting_process_that_died_is_started_again(aside, content):
    aside.verify(content, name="", trust=None, at=NOW)
    first = aside.pid
    os.kill(first, 9)
    assert aside.verify(content, name="", trust=None, at=NOW).reason == "anchor_unknown"
    assert aside.pid != first


def test_nobody_asking_lets_the_waiting_process_end(content):
    short = Aside(Limits(idle_seconds=1))
    short.verify(content, name="", trust=None, at=NOW)
    waiting = short._process
    assert waiting is not None
    assert waiting.wait(timeout=60) == 0
    assert short.verify(content, name="", trust=None, at=NOW).reason == "anchor_unknown"
    short.close()


def test_the_child_may_not_write_a_file_nor_take_all_memory(content):
    tight = Aside(Limits(memory=1))
    assert tight.verify(content, name="", trust=None, at=NOW).reason == "too_hard"
    tight.close()


def test_whoever_asks_loads_no_library_that_reads_files(tmp_path, content):
    file = tmp_path / "a.pdf"
    file.write_bytes(content)
    asks = (
        "import sys\n"
        "from pathlib import Path\n"
        "from hoaphuong.signing.verification.aside import Aside\n"
        "aside = Aside()\n"
        f"said = aside.verify(Path({str(file)!r}).read_bytes(), name='', trust=None)\n"
        "aside.close()\n"
        "heavy = ('pyhanko', 'lxml', 'cryptography', 'asn1crypto', 'signxml')\n"
        "print(said.verdict.value, [m for m in heavy if m in sys.modules])\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", asks], capture_output=True, text=True, timeout=120, check=True
    )
    assert ran.stdout.split() == ["indeterminate", "[]"]
