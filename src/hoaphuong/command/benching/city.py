"""One city of a bench: its folder, its processes, and browsers that visit it."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from hoaphuong.command import server
from hoaphuong.command.refusal import Refusal
from hoaphuong.kernel.benching import Answer

PATIENCE_S = 60.0
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def started(
    words: list[str], *, env: Mapping[str, str], log: Path, answers: str = ""
) -> Iterator["subprocess.Popen[bytes]"]:
    """A process, waited for until ``answers`` answers, and ended afterwards."""
    with log.open("ab") as file:
        child = subprocess.Popen(words, env=env, stdout=file, stderr=file)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while answers and not _answers(answers):
            if child.poll() is not None or time.monotonic() > deadline:
                raise Refusal(f"a process of the bench did not start: see {log}.")
            time.sleep(0.1)
        yield child
    finally:
        child.terminate()
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def own_memory(pid: int) -> dict[str, int]:
    """USS in bytes of a process and of all below it, by what each runs."""
    import psutil

    root = psutil.Process(pid)
    return {
        f"{process.pid} {' '.join(process.cmdline()[2:4])}": process.memory_full_info().uss
        for process in (root, *root.children(recursive=True))
    }


class RealCity:
    """A city in ``home`` on SQLite, or on the PostgreSQL at ``database_url``."""

    def __init__(self, home: Path, database_url: str) -> None:
        self.home, self.database_url = home, database_url
        self.address = ""

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("HOAPHUONG_")}
        return kept | {
            "HOAPHUONG_HOME": str(self.home),
            "HOAPHUONG_DEMO": "1",
            # The limiter counts every look-up; only its limit is out of a load generator's way.
            "HOAPHUONG_TRACKING_PER_MINUTE": "4000000000",
            "DATABASE_URL": self.database_url,
            "DJANGO_SETTINGS_MODULE": "hoaphuong.web.settings",
        }

    def prepare(self, scale: str) -> None:
        """Bring the folder up to date at a scale."""
        self.home.mkdir(parents=True, exist_ok=True)
        words = [sys.executable, "-m", "hoaphuong", "prepare", "--scale", scale]
        if subprocess.run(words, env=self.environment, stdout=sys.stderr).returncode:
            raise Refusal("the city of the bench could not be prepared.")

    def python(self, *words: str) -> str:
        """Run ``python -m`` in the city; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", *words], env=self.environment, stdout=subprocess.PIPE, text=True
        )
        if done.returncode:
            raise Refusal(f"{words[0]} failed in the city of the bench.")
        return done.stdout

    @contextmanager
    def serving(self) -> Iterator[None]:
        """The production server, until the end."""
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        words = server.words(host="127.0.0.1", port=port)
        health = f"{self.address}/healthz"
        log = self.home / "web.log"
        with started(words, env=self.environment, log=log, answers=health):
            yield

    @contextmanager
    def worker(self) -> Iterator[None]:
        """The worker, until the end."""
        words = [sys.executable, "-m", "hoaphuong", "worker"]
        with started(words, env=self.environment, log=self.home / "worker.log"):
            yield

    def memory(self) -> dict[str, int]:
        """USS in bytes of each process of a whole ``up``, ten seconds after its first figures.

        A signer of the first receipts has ended by then: it stays for half a minute.
        """
        port = free_port()
        words = [sys.executable, "-m", "hoaphuong", "up", "--port", str(port)]
        published = self.home / "lake" / "out" / "city.sqlite3"
        health = f"http://127.0.0.1:{port}/healthz"
        log = self.home / "up.log"
        with started(words, env=self.environment, log=log, answers=health) as up:
            deadline = time.monotonic() + PATIENCE_S
            while not published.exists() and time.monotonic() < deadline:
                time.sleep(0.2)
            time.sleep(10)
            deadline = time.monotonic() + PATIENCE_S
            while True:
                used = own_memory(up.pid)
                if time.monotonic() > deadline or not any("signer" in what for what in used):
                    return used
                time.sleep(1)

    def visitor(self, username: str = "") -> "Browser":
        """A browser, signed in as a persona when one is named."""
        browser = Browser(self.address)
        if username:
            browser.get("/nhan-vat")
            if browser.post(f"/nhan-vat/{username}", {}).status not in (200, 302):
                raise Refusal(f"{username} could not be signed in.")
        return browser


class Browser:
    """Cookies, one kept connection, and the token of the last form it saw."""

    def __init__(self, address: str) -> None:
        place = urlsplit(address)
        self.connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.cookies: dict[str, str] = {}
        self.token = ""

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None)

    def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        return self._ask("POST", path, urlencode({**fields, "csrfmiddlewaretoken": self.token}))

    def _ask(self, method: str, path: str, body: str | None) -> Answer:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        seconds = time.perf_counter() - began
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            self.cookies |= {k: morsel.value for k, morsel in SimpleCookie(cookie).items()}
        if found := TOKEN.search(text):
            self.token = found[1]
        return Answer(answer.status, text, seconds)
