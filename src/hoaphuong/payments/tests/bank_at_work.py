"""A bank for a test: the real stand-in, in a thread or as a process of its own."""

import http.client
import json
import re
import sqlite3
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hoaphuong.payments.bank import pages
from hoaphuong.payments.bank.merchants import Merchants, merchants
from hoaphuong.payments.bank.process import Server

NOWHERE = "http://127.0.0.1:9"  # nobody listens there


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


OPENER = urllib.request.build_opener(NoRedirect, urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    location: str

    @property
    def action(self) -> str:
        """Where the page's form goes."""
        return re.search(r'action="([^"]+)"', self.body)[1]

    def field(self, name: str) -> str:
        return re.search(rf'name="{name}" value="([^"]*)"', self.body)[1]


class Running:
    """What a payer's browser, a test and an accountant say to the bank."""

    def __init__(self, address: str, folder: Path) -> None:
        self.address, self.folder = address, folder

    @property
    def known(self) -> Merchants:
        return merchants(self.folder)

    def ask(self, url: str, form: dict[str, str] | None = None) -> Answer:
        body = urllib.parse.urlencode(form).encode() if form is not None else None
        try:
            with OPENER.open(urllib.parse.urljoin(self.address, url), body, timeout=20) as said:
                return Answer(said.status, said.read().decode(), said.headers.get("Location", ""))
        except urllib.error.HTTPError as said:
            return Answer(said.code, said.read().decode(), said.headers.get("Location", ""))

    def pay(self, url: str, do: str = "pay", card: str = pages.PAYS) -> Answer:
        """Open a page to pay on and press a button; a lost answer is an answer of status 0."""
        page = self.ask(url)
        assert page.status == 200, page
        try:
            return self.ask(page.action, {"do": do, "card": card})
        except (OSError, http.client.HTTPException):
            return Answer(0, "", "")

    def transfer(self, text: str, **changed: str) -> Answer:
        page = self.ask("/vietqr?" + urllib.parse.urlencode({"text": text}))
        fields = {name: page.field(name) for name in ("once", "text", "amount", "note")}
        return self.ask("/vietqr", {**fields, **changed})

    def tell(self, **fault: Any) -> None:
        request = urllib.request.Request(
            self.address + "/_faults", json.dumps(fault).encode(),
            {"Content-Type": "application/json"},
        )  # fmt: skip
        with OPENER.open(request, timeout=10) as said:
            assert said.status == 200

    def rows(self, words: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.folder / "bank.sqlite3") as rows:
            return rows.execute(words).fetchall()


@contextmanager
def in_a_thread(folder: Path, city: str = NOWHERE) -> Iterator[Running]:
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(folder, 0, city)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Running(f"http://127.0.0.1:{server.server_address[1]}", folder)
    finally:
        server.shutdown()
        server.server_close()
