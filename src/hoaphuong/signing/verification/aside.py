"""Verification of strangers' files in processes that may die: one file, one process.

``Aside`` starts a waiting process that has loaded what reading needs. For each file it forks; the
child reads that one file within its limits and ends. Whoever asks never loads a PDF or XML library,
and gets an answer whatever the file does to the child.
"""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hoaphuong.signing.contracts import Report, Verdict
from hoaphuong.signing.verification import wire

PACKAGES = Path(__file__).resolve().parents[3]
MOST_ANSWER = 4_000_000
_MESSAGE = 65_536
_LENGTH = 8


@dataclass(frozen=True)
class Limits:
    """Of one file: processor and wall seconds, bytes of memory. ``at_once`` files at a time."""

    cpu_seconds: int = 15
    seconds: int = 30
    memory: int = 1_500_000_000
    at_once: int = 2
    idle_seconds: int = 300


class Aside:
    """The waiting process of this process: started when first asked, gone when nobody asks."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._door: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(self.limits.at_once)

    def verify(
        self,
        content: bytes,
        *,
        name: str,
        trust: Path | None,
        at: datetime | None = None,
        origins: Iterable[str] = (),
        hold: float = 0.0,
    ) -> Report:
        """What ``verification.verify`` says; ``too_hard`` when the child did not live to say it.

        ``trust`` is the folder of anchors, ``origins`` those that may be asked about revocation.
        ``hold`` makes the child work for so many seconds first: tests of the limits use it.
        """
        asked = {
            "name": name,
            "at": (at or datetime.now(UTC)).isoformat(),
            "origins": sorted(origins),
            "hold": hold,
        }
        until = time.monotonic() + self.limits.seconds
        if not self._places.acquire(timeout=self.limits.seconds / 2):
            return _nothing(name, content, "busy")
        try:
            for _attempt in range(2):  # a waiting process may end just when it is asked
                answer = self._ask(content, asked, trust, until)
                if answer or not self._ended():
                    break
        finally:
            self._places.release()
        try:
            return wire.unpacked(json.loads(answer))
        except (ValueError, KeyError, TypeError):
            return _nothing(name, content, "too_hard")

    def _ended(self) -> bool:
        """Whether the waiting process is gone, or just going."""
        if self._process is None:
            return True
        try:
            self._process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            return False
        return True

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Of the waiting process; 0 when there is none."""
        return self._process.pid if self._process and self.running else 0

    def close(self) -> None:
        """Let the waiting process end."""
        with self._lock:
            if self._door is not None:
                self._door.close()
            if self._process is not None:
                self._process.wait(timeout=10)
            self._door = self._process = None

    def _ask(
        self, content: bytes, asked: dict[str, Any], trust: Path | None, until: float
    ) -> bytes:
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                if not self._hand_over(theirs, trust):
                    return b""
            ours.settimeout(max(0.1, until - time.monotonic()))
            try:
                header = json.dumps({**asked, "size": len(content)}).encode()
                ours.sendall(len(header).to_bytes(_LENGTH) + header)
                ours.sendall(content)
                return _all(ours, until)
            except OSError:
                return b""

    def _hand_over(self, theirs: socket.socket, trust: Path | None) -> bool:
        message = json.dumps({"trust": str(trust) if trust else ""}).encode()
        with self._lock:
            for _attempt in range(2):
                if self._door is None or not self.running:
                    self._start()
                assert self._door is not None
                try:
                    socket.send_fds(self._door, [message], [theirs.fileno()])
                    return True
                except OSError:
                    self._door.close()
                    self._door = None
        return False

    def _start(self) -> None:
        if self._door is not None:
            self._door.close()
        self._door, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            limits = self.limits
            given = [theirs.fileno(), limits.cpu_seconds, limits.seconds, limits.memory]
            self._process = subprocess.Popen(
                [
                    sys.executable, "-m", "hoaphuong.signing.verification.reading",
                    *map(str, [*given, limits.idle_seconds]),
                ],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                # Nothing of the city's: a hostile file might read its own environment.
                env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(PACKAGES)},
            )  # fmt: skip


def _all(ours: socket.socket, until: float) -> bytes:
    got = bytearray()
    while len(got) <= MOST_ANSWER:
        left = until - time.monotonic()
        if left <= 0:
            return b""
        ours.settimeout(left)
        piece = ours.recv(65_536)
        if not piece:
            return bytes(got)
        got += piece
    return b""


def _nothing(name: str, content: bytes, reason: str) -> Report:
    return Report(file=name, verdict=Verdict.UNREADABLE, reason=reason, size=len(content))
