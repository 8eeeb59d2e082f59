"""What goes on by itself: scans are read, and the chain's head of each day is published."""

import json
import logging
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import IO, Any

from django.utils import timezone

from hoaphuong.documents import actions, queries
from hoaphuong.files.queries import NoSuchFile, place_of_file
from hoaphuong.kernel.jobs import Job

log = logging.getLogger("hoaphuong.documents")
PATIENCE = 900.0  # seconds for one scan
GRACE = 5.0  # seconds to end when asked


@dataclass
class _Reading:
    """The one scan that is being read, by a process of its own."""

    key: str
    child: "subprocess.Popen[bytes]"
    said: IO[bytes]  # a file: a pipe would be full after a few pages
    until: float


_now: list[_Reading] = []


def read_scans() -> bool:
    """Begin with the next scan, or take what its process has read; never waits for it."""
    if _now:
        return _take(_now[0])
    waiting = queries.next_to_read()
    if waiting is None:
        return False
    key, file_key, media_type = waiting
    try:
        path = place_of_file(file_key)
    except NoSuchFile:
        actions.keep_text(key=key, text="", pages=0, state="failed")
        return True
    words = [sys.executable, "-m", "hoaphuong.documents.reading", str(path), media_type]
    said = tempfile.TemporaryFile()  # noqa: SIM115 - closed when its words are taken
    child = subprocess.Popen(words, stdout=said)
    _now.append(_Reading(key, child, said, time.monotonic() + PATIENCE))
    return False


def _take(reading: _Reading) -> bool:
    child = reading.child
    if child.poll() is None:
        if time.monotonic() < reading.until:
            return False
        _end(child)
    _now.clear()
    with reading.said as said:
        said.seek(0)
        found = _understood(said.read()) if child.returncode == 0 else {}
    if found.get("fault") == "no_reader":
        log.warning("no scan can be read: install tesseract-ocr and tesseract-ocr-vie")
    state = "read" if "text" in found else "failed"
    text, pages = str(found.get("text", "")), int(found.get("pages", 0))
    actions.keep_text(key=reading.key, text=text, pages=pages, state=state)
    return True


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Ask it to end, together with what it started; end it when it does not."""
    child.terminate()
    try:
        child.wait(GRACE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _understood(said: bytes) -> dict[str, Any]:
    try:
        found = json.loads(said)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def publish_heads() -> bool:
    """Publish the heads of days that are over, each with a time stamp when one can be had."""
    days = actions.days_to_publish(today=timezone.localdate())
    for day in days:
        last = queries.last_hash(day)
        actions.publish_head(day=day, stamp=queries.stamped(last), at=timezone.now())
    return bool(days)


JOBS = [
    Job("documents.read_scans", every=1.0, run=read_scans),
    Job("documents.publish_heads", every=600.0, run=publish_heads),
]
