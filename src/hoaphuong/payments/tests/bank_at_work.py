"""A bank for a test: the real stand-in, in a thread or as a process of its own."""

import http.client
import json
import re
import signal
import sqlite3
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hoaphuong.command import stand_in
from hoaphuong.command.benching.city import free_port
from hoaphuong.payments.bank import pages
from hoaphuong.payments.bank.merchants import Merchants, merchants
from hoaphuong.payments.bank.process import Server
from hoaphuong.web import stand_ins

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
        return re.search(rf'name="{name}"[^>]* value="([^"]*)"', self.body)[1]


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
def in_a_thread(folder: Path, city: str = NOWHERE, port: int = 0) -> Iterator[Running]:
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(folder, port, city)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Running(f"http://127.0.0.1:{server.server_address[1]}", folder)
    finally:
        server.shutdown()
        server.server_close()


class Real:
    """A bank and a city's web server as processes that can be killed and begun again."""

    def __init__(self, city: Any) -> None:
        self.city = city
        self.port = free_port()
        city.address = f"http://127.0.0.1:{self.port}"
        self.bank = Running(
            stand_ins.addresses(city.home)["bank"], stand_ins.folder(city.home, "bank")
        )

    def start_bank(self, die_at: str = "") -> "subprocess.Popen[bytes]":
        env = self.city.environment(
            HOAPHUONG_PUBLIC_ADDRESS=self.city.address, HOAPHUONG_DIE_AT=die_at
        )
        child = stand_in.start(self.city.home, "bank", env)
        self.city.children.append(child)
        self.city.wait(lambda: not stand_ins.is_free(stand_in.ports(self.city.home)["bank"]))
        return child

    def start_web(self, die_at: str = "") -> "subprocess.Popen[str]":
        return self.city.start_web(
            port=self.port, HOAPHUONG_PUBLIC_ADDRESS=self.city.address, HOAPHUONG_DIE_AT=die_at
        )

    def run(self, script: str, **env: str) -> Any:
        """What a script inside the city prints as JSON; -9 when it was killed."""
        done = self.city.python(script, HOAPHUONG_PUBLIC_ADDRESS=self.city.address, **env)
        if done.returncode == -signal.SIGKILL:
            return -9
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def told(self) -> bool:
        """Whether the city knows all that the bank has to tell."""
        return json.loads(self.bank.ask("/_notices").body)["waiting"] == 0
