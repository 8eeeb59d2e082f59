"""The demonstration authority as a process of a test, on a port of its own."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hoaphuong.command.benching.city import free_port
from hoaphuong.kernel.outside import Outside
from hoaphuong.signing import authority

SOURCE = Path(__file__).resolve().parents[3]
PATIENCE_S = 30.0


class Running:
    """``folder`` for ``authority.issue`` and the like, ``address`` to ask it."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder, self.address = folder, address

    @property
    def root(self) -> bytes:
        """The anchor, DER."""
        return (self.folder / "ca" / "root.cer").read_bytes()

    @property
    def issuing(self) -> bytes:
        """The issuing CA, DER."""
        return (self.folder / "ca" / "issuing.cer").read_bytes()

    @property
    def tsa(self) -> str:
        return f"{self.address}/tsa"

    @property
    def outside(self) -> Outside:
        """Allowed to ask this authority, for one second a call."""
        return Outside.of([self.address], seconds=1.0)

    def faults(self, part: str = "", **told: Any) -> None:
        """``faults("tsa", hang=3)``; ``faults()`` ends all. See ``authority/faults.py``."""
        body = json.dumps({"part": part, **told} if part else {}).encode()
        with urllib.request.urlopen(f"{self.address}/_faults", body, timeout=10) as answer:
            assert answer.status == 200

    def requests(self) -> list[dict[str, Any]]:
        """What it was asked so far, in order."""
        lines = (self.folder / "requests.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


@contextmanager
def running(folder: Path, port: int = 0) -> Iterator[Running]:
    """Make (when it is not there) and run the authority of a folder."""
    port = port or free_port()
    authority.ceremony(folder, f"http://127.0.0.1:{port}", at=datetime.now(UTC))
    words = ["stand-in", "authority", "--port", str(port), "--folder", str(folder)]
    log = (folder / "process.log").open("ab")
    child = subprocess.Popen(
        [sys.executable, "-m", "hoaphuong", *words],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        stdout=log,
        stderr=log,
    )
    try:
        here = Running(folder, f"http://127.0.0.1:{port}")
        deadline = time.monotonic() + PATIENCE_S
        while not here.answers():
            said = (folder / "process.log").read_text()
            assert child.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.05)
        yield here
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
