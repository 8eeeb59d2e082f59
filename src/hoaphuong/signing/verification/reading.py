"""The waiting process of ``aside``: holds the libraries ready, and forks once for each file."""

import contextlib
import gc
import json
import os
import resource
import select
import signal
import socket
import sys
import time
from datetime import datetime
from importlib import import_module
from pathlib import Path

from hoaphuong.signing.providers.base import RevocationAnswers
from hoaphuong.signing.verification import MOST_BYTES, verify, wire
from hoaphuong.signing.verification.trust import Anchors

_MESSAGE = 65_536
_LENGTH = 8
MOST_HEADER = 100_000


def main(door_fd: int, cpu: int, seconds: int, memory: int, idle: int) -> None:
    """Serve until the other end closes, or nothing was asked for ``idle`` seconds."""
    for name in ("pdf", "xml", "asic"):
        import_module(f"hoaphuong.signing.verification.{name}")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the asker ends us, not the keyboard
    door = socket.socket(fileno=door_fd)
    trusted = Trusted()
    gc.freeze()
    while select.select([door], [], [], idle)[0]:
        message, given, _flags, _address = socket.recv_fds(door, _MESSAGE, 1)
        if not message:
            return
        anchors = trusted.of(json.loads(message)["trust"])
        with socket.socket(fileno=given[0]) as asker:
            if os.fork() == 0:
                door.close()
                gc.disable()  # it ends with this file; its memory has a limit of its own
                _limit(cpu, seconds, memory)
                with contextlib.suppress(BaseException):
                    _answer(asker, anchors)
                os._exit(0)


class Trusted:
    """Anchors of the folder asked for last, read again when a file of it changed."""

    def __init__(self) -> None:
        self._seen: object = None
        self._anchors = Anchors()

    def of(self, folder: str) -> Anchors:
        if not folder:
            return Anchors()
        try:
            listed = sorted(Path(folder).iterdir())
            seen = (folder, [(str(f), f.stat().st_mtime_ns, f.stat().st_size) for f in listed])
            if seen != self._seen:
                self._anchors, self._seen = Anchors.from_folder(Path(folder)), seen
        except OSError:
            return Anchors()  # no folder: nobody is trusted
        return self._anchors


def _limit(cpu: int, seconds: int, memory: int) -> None:
    """Limits that the kernel keeps, whatever the reader is doing."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(asker: socket.socket, anchors: Anchors) -> None:
    with asker.makefile("rb") as sent:
        length = int.from_bytes(sent.read(_LENGTH))
        asked = json.loads(sent.read(min(length, MOST_HEADER)))
        content = sent.read(min(asked["size"], MOST_BYTES + 1))
    if asked["hold"]:
        _work_until(time.monotonic() + asked["hold"])
    report = verify(
        content,
        name=asked["name"],
        anchors=anchors,
        answers=_answers(asked["origins"]),
        at=datetime.fromisoformat(asked["at"]),
    )
    asker.sendall(json.dumps(wire.packed(report)).encode())


def _answers(origins: list[str]) -> RevocationAnswers | None:
    if not origins:
        return None
    from hoaphuong.kernel.outside import Outside
    from hoaphuong.signing.verification.asking import Asked

    return Asked(Outside.of(origins, seconds=5.0))


def _work_until(moment: float) -> None:
    while time.monotonic() < moment:
        pass


if __name__ == "__main__":
    main(*map(int, sys.argv[1:6]))
