"""Work that goes on by itself: each app's ``jobs.py`` lists its jobs, one worker runs them."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial

from django.db import close_old_connections, connections
from django.utils import timezone

from hoaphuong.kernel.discovery import modules
from hoaphuong.kernel.outgoing import due_kinds, make_calls
from hoaphuong.kernel.reactions import react
from hoaphuong.kernel.sealing import ACCESS, JOURNAL, seal

log = logging.getLogger("hoaphuong.worker")


@dataclass
class Job:
    """``run`` answers whether it did anything; it is called again at once while it does."""

    name: str
    every: float
    run: Callable[[], bool]
    due_at: float = 0.0
    failures: int = field(default=0)


def jobs() -> list[Job]:
    return [job for module in modules("jobs") for job in module.JOBS]


def aside(name: str, run: Callable[[], object]) -> Callable[[], bool]:
    """A job that waits for other machines, in a thread of its own: it holds up no other job.

    A turn that goes on is not begun twice; one that fails is begun again at the next time.
    """
    running: list[threading.Thread] = []

    def turn() -> None:
        try:
            run()
        except Exception:
            log.exception("job failed", extra={"job": name})
        finally:
            connections.close_all()  # of this thread

    def start() -> bool:
        if not (running and running[0].is_alive()):
            running[:] = [threading.Thread(target=turn, name=name, daemon=True)]
            running[0].start()
        return False

    return start


def run_due(todo: list[Job], *, now: float) -> bool:
    """Run what is due once; a failing job waits longer each time and holds up no other."""
    busy = False
    for job in todo:
        if job.due_at > now:
            continue
        try:
            worked = job.run()
            job.failures = 0
            busy |= worked
            job.due_at = now if worked else now + job.every
        except Exception:
            job.failures += 1
            wait = min(60.0, job.every * 2**job.failures)
            job.due_at = now + wait
            log.exception("job failed", extra={"job": job.name, "wait_s": wait})
            close_old_connections()
    return busy


def run_forever(*, stopped: Callable[[], bool], pause: float = 0.1) -> None:
    """The worker's loop, until ``stopped`` says so."""
    todo = jobs()
    while not stopped():
        if not run_due(todo, now=time.monotonic()):
            time.sleep(pause)


def _seal_journal() -> bool:
    return seal(JOURNAL) > 0


def _seal_access_lines() -> bool:
    return seal(ACCESS) > 0


@cache
def _lane(kind: str) -> Callable[[], bool]:
    return aside(f"kernel.make_calls.{kind}", partial(make_calls, kind=kind))


def _make_calls() -> bool:
    """Each kind of call has a lane of its own: another side that hangs holds up no other kind."""
    for kind in due_kinds(now=timezone.now()):
        _lane(kind)()
    return False


JOBS = [
    Job("kernel.seal_journal", every=0.1, run=_seal_journal),
    Job("kernel.react", every=0.2, run=react),
    Job("kernel.seal_access_lines", every=2.0, run=_seal_access_lines),
    Job("kernel.make_calls", every=1.0, run=_make_calls),
]
