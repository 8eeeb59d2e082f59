"""The worker starts signers when papers wait; it never signs itself and stays small."""

import atexit
import logging
import os
import subprocess
import sys
import time

from django.utils import timezone

from hoaphuong.kernel.jobs import Job
from hoaphuong.signing import actions, queries
from hoaphuong.signing.parameters import LINGER
from hoaphuong.signing.signer import hold, name_of, slots

STOP_WITHIN_S = 8.0
REST_S = 1.0
_children: dict[int, subprocess.Popen[bytes]] = {}
_rest_until = 0.0
log = logging.getLogger("hoaphuong.signing")


def start_signers() -> bool:
    """Start what signers are missing while papers wait; at most one runs in each slot.

    What a signer that is gone had in hand waits again from here on.
    """
    if _reap():
        return False
    _put_back()
    wanted = queries.signers_wanted(timezone.now(), most=slots())
    started = False
    for slot in range(1, wanted + 1):
        if slot in _children or _is_held(slot):
            continue
        words = [sys.executable, "-m", "hoaphuong", "signer", str(slot)]
        linger_s = LINGER.total_seconds() if slot == 1 else 0.0  # the next single one needs one
        words += ["--parent", str(os.getpid()), "--linger", str(linger_s)]
        if not _children:
            atexit.register(stop_signers)
        _children[slot] = subprocess.Popen(words)
        started = True
    return started


def _reap() -> bool:
    """Whether a signer failed a moment ago: one that cannot even start is not started at once."""
    global _rest_until
    for slot, child in list(_children.items()):
        if child.poll() is not None:
            if child.returncode:
                log.warning("a signer ended", extra={"status": child.returncode})
                _rest_until = time.monotonic() + REST_S
            del _children[slot]
    return time.monotonic() < _rest_until


def _is_held(slot: int) -> bool:
    lock = hold(slot)
    if lock is None:
        return True
    lock.close()
    return False


def _put_back() -> None:
    for slot in range(slots() + 1):  # in slot 0 a preparation signs, without a worker
        if not queries.has_in_hand(name_of(slot)):
            continue
        lock = hold(slot)
        if lock is not None:
            with lock:
                actions.put_back_of(signer=name_of(slot))


def stop_signers() -> None:
    """Let every signer finish its paper and end; what has not ended in time is ended."""
    atexit.unregister(stop_signers)
    for child in _children.values():
        child.terminate()
    until = time.monotonic() + STOP_WITHIN_S
    for child in _children.values():
        try:
            child.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    _children.clear()


def forget_prepared() -> bool:
    """Drop what was prepared for tokens and never signed."""
    return actions.forget_prepared(at=timezone.now()) > 0


JOBS = [
    Job("signing.start_signers", every=0.5, run=start_signers),
    Job("signing.forget_prepared", every=3_600, run=forget_prepared),
]
