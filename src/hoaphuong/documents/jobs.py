"""What goes on by itself: scans are read, and the chain's head of each day is published."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from hoaphuong.documents import actions, queries
from hoaphuong.files.queries import NoSuchFile, place_of_file
from hoaphuong.kernel.jobs import Job

PATIENCE = 900.0  # seconds for one scan


@dataclass
class _Reading:
    """The one scan that is being read, by a process of its own."""

    key: str
    child: "subprocess.Popen[str]"
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
    child = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    _now.append(_Reading(key, child, time.monotonic() + PATIENCE))
    return False


def _take(reading: _Reading) -> bool:
    child = reading.child
    if child.poll() is None:
        if time.monotonic() < reading.until:
            return False
        child.kill()
    said, _ = child.communicate()
    _now.clear()
    found = _understood(said) if child.returncode == 0 else {}
    state = "read" if "text" in found else "failed"
    text, pages = str(found.get("text", "")), int(found.get("pages", 0))
    actions.keep_text(key=reading.key, text=text, pages=pages, state=state)
    return True


def _understood(said: str) -> dict[str, Any]:
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
