"""An axis for a test: the real stand-in, in a thread or as a process of its own."""

import json
import sqlite3
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hoaphuong.exchange import jobs
from hoaphuong.exchange.axis.process import FIRST_SYSTEM, Server
from hoaphuong.exchange.providers.vxp import VxpAxis

MINISTRY, PROVINCE = "000.00.00.G98", "000.00.00.H97"
CITY, JUSTICE = "000.00.00.H24", "000.00.02.H24"


class Running:
    """What a test says to the axis beside the product's own door."""

    def __init__(self, address: str, folder: Path) -> None:
        self.address, self.folder = address, folder
        self.secret = json.loads((folder / "systems.json").read_text())[FIRST_SYSTEM]

    def environment(self) -> dict[str, str]:
        return {
            "HOAPHUONG_AXIS": self.address,
            "HOAPHUONG_AXIS_SYSTEM": FIRST_SYSTEM,
            "HOAPHUONG_AXIS_SECRET": self.secret,
        }

    def client(self, **more: Any) -> VxpAxis:
        return VxpAxis(
            **{"address": self.address, "system": FIRST_SYSTEM, "secret": self.secret}, **more
        )

    def tell(self, path: str, **asked: Any) -> Any:
        request = urllib.request.Request(
            self.address + path, json.dumps(asked).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())

    def letter(self, **asked: Any) -> str:
        told = {"from": MINISTRY, "to": CITY, "number": "5", "subject": "V/v thử liên thông"}
        return str(self.tell("/_partners/send", **(told | asked))["id"])

    def rows(self, words: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.folder / "axis.sqlite3") as rows:
            return rows.execute(words).fetchall()


@contextmanager
def connected(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """The city connected to an axis of its own."""
    with in_a_thread(folder) as running:
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        jobs._book_read_at.clear()
        yield running
        jobs._book_read_at.clear()


@contextmanager
def in_a_thread(folder: Path) -> Iterator[Running]:
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(folder, 0)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Running(f"http://127.0.0.1:{server.server_address[1]}", folder)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
