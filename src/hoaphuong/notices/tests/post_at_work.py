"""A post for a test: the real stand-in in a thread, and a city connected to it."""

import json
import sqlite3
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hoaphuong.notices.configuration import Channels, demonstration
from hoaphuong.notices.post.process import Post

SENDER = "Thành phố <thongbao@haiphong.example>"


class Running:
    """What a test says to the post beside the product's own door."""

    def __init__(self, folder: Path, port: int, mail_port: int) -> None:
        self.folder, self.mail_port = folder, mail_port
        self.address = f"http://127.0.0.1:{port}"

    def channels(self) -> Channels:
        return demonstration(
            post=self.address, mail=f"http://127.0.0.1:{self.mail_port}", folder=self.folder,
            sender=SENDER,
        )  # fmt: skip

    def secret(self, name: str) -> str:
        return (self.folder / name).read_text()

    def faults(self, **by_channel: Any) -> None:
        body = json.dumps(by_channel).encode()
        with urllib.request.urlopen(f"{self.address}/_faults", body, timeout=10) as answer:
            assert answer.status == 200

    def page(self) -> str:
        with urllib.request.urlopen(f"{self.address}/", timeout=10) as answer:
            return str(answer.read().decode())

    def rows(self, words: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.folder / "post.sqlite3") as rows:
            return rows.execute(words).fetchall()

    def messages(self) -> list[tuple[Any, ...]]:
        """(channel, recipient) of every message, in the order of channels."""
        return self.rows("select channel, recipient from message order by channel, rowid")


@contextmanager
def in_a_thread(folder: Path, **more: Any) -> Iterator[Running]:
    server = Post(folder, 0, 0, **more)
    for one in (server,):
        threading.Thread(target=one.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield Running(folder, server.server_address[1], server.mail.server_address[1])
    finally:
        for one in (server,):
            one.shutdown()
            one.server_close()
