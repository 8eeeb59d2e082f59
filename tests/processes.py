"""A city as real processes: its own data folder, its own database, web and worker."""

import json
import os
import random
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from hoaphuong.command import stand_in
from hoaphuong.command.benching.city import free_port
from hoaphuong.web import stand_ins
from tests import warm

SOURCE = Path(__file__).resolve().parent.parent / "src"
PATIENCE = 40.0


def _postgres(url: str, statement: str) -> Any:
    """Do it; the first value of its answer, if it has one."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        done = connection.execute(statement)  # type: ignore[call-overload]
        return done.fetchone()[0] if done.description else None


def _with_database(url: str, name: str) -> str:
    before, _, query = url.partition("?")
    stem = before.rsplit("/", 1)[0]
    return f"{stem}/{name}" + (f"?{query}" if query else "")


class Template:
    """A prepared home, and on PostgreSQL a prepared database to copy from."""

    def __init__(self, home: Path, server: str, database: str) -> None:
        self.home, self.server, self.database = home, server, database

    @contextmanager
    def copied(self, home: Path) -> Iterator["City"]:
        shutil.copytree(self.home, home)
        with self._city(home, f'TEMPLATE "{self.database}"') as city:
            yield city

    @contextmanager
    def empty(self, home: Path) -> Iterator["City"]:
        """A city that is not there yet: no folder, and on PostgreSQL an empty database."""
        with self._city(home, "") as city:
            yield city

    @contextmanager
    def _city(self, home: Path, made_from: str) -> Iterator["City"]:
        url = ""
        if self.server:
            name = f"city_{secrets.token_hex(6)}"
            _postgres(self.server, f'CREATE DATABASE "{name}" {made_from}')
            url = _with_database(self.server, name)
        city = City(home, url)
        try:
            yield city
        finally:
            city.end()
            if url:
                _postgres(self.server, f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def template_for(folder: Path) -> Iterator[Template]:
    server = os.environ.get("DATABASE_URL", "")
    name = f"template_{secrets.token_hex(6)}"
    url = ""
    if server:
        _postgres(server, f'CREATE DATABASE "{name}"')
        url = _with_database(server, name)
    city = City(folder / "home", url)
    # Ports of its own: several templates are made at the same time.
    stand_ins.choose(city.home, near=random.randint(20_000, 29_000))
    done = city.run("prepare", "--scale", "tiny")
    assert done.returncode == 0, done.stderr
    try:
        yield Template(city.home, server, name)
    finally:
        if server:
            _postgres(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


class City:
    """One installation; every process it starts is ended by ``end``."""

    def __init__(self, home: Path, database_url: str) -> None:
        self.home, self.database_url = home, database_url
        self.children: list[subprocess.Popen[str]] = []
        self.address = ""

    def environment(self, **more: str) -> dict[str, str]:
        env = {k: v for k, v in os.environ.items() if not k.startswith("HOAPHUONG_")}
        env |= {
            "HOAPHUONG_HOME": str(self.home),
            "HOAPHUONG_DEMO": "1",
            "DATABASE_URL": self.database_url,
            "PYTHONPATH": str(SOURCE),
            "DJANGO_SETTINGS_MODULE": "hoaphuong.web.settings",
        }
        return env | more

    def run(
        self, *words: str, timeout: float = 120, **env: str
    ) -> subprocess.CompletedProcess[str]:
        words = ("-m", "hoaphuong", *words)
        return warm.starter().run(words, env=self.environment(**env), timeout=timeout)

    def count(self, table: str, where: str = "true") -> int:
        """Asked of the database itself: a process for each look would take the others' cores."""
        question = f"SELECT count(*) FROM {table} WHERE {where}"
        if self.database_url:
            return int(_postgres(self.database_url, question))
        with closing(sqlite3.connect(self.home / "city.sqlite3", timeout=20)) as city:
            return int(city.execute(question).fetchone()[0])

    def run_json(self, *words: str) -> Any:
        done = self.run(*words, "--json")
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    def python(self, script: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a script inside the city, Django ready."""
        words = ("-c", "import django; django.setup()\n" + script)
        return warm.starter().run(words, env=self.environment(**env), timeout=120)

    def beside(self, script: str) -> subprocess.Popen[str]:
        """A script inside the city, Django ready, in a process that runs beside others."""
        words = [sys.executable, "-c", "import django; django.setup()\n" + script]
        said: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        self.children.append(subprocess.Popen(words, env=self.environment(), **said))
        return self.children[-1]

    def _start(self, *words: str, **env: str) -> subprocess.Popen[str]:
        log = (self.home / f"{words[0]}-{len(self.children)}.log").open("w")
        child = subprocess.Popen(
            [sys.executable, "-m", *words],
            env=self.environment(**env),
            stdout=log,
            stderr=log,
            text=True,
        )
        self.children.append(child)
        return child

    def start_worker(self, *, die_at: str = "", **env: str) -> subprocess.Popen[str]:
        """Connected to the city's axis when that was started before."""
        env = {**stand_in.to_axis(self.home), **env, "HOAPHUONG_DIE_AT": die_at}
        return self._start("hoaphuong", "worker", **env)

    def start_web(self, *, port: int = 0, **env: str) -> subprocess.Popen[str]:
        port = port or free_port()
        self.address = f"http://127.0.0.1:{port}"
        child = self._start(
            "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
            "--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "warning",
            "hoaphuong.web.wsgi:application", **env,
        )  # fmt: skip
        self.wait(self.answers)
        return child

    def start_authority(self) -> "subprocess.Popen[bytes]":
        """The demonstration's authority at the template's port: one city at a time has it."""
        child = stand_in.start(self.home, "authority", self.environment())
        self.children.append(child)  # type: ignore[arg-type]
        self.wait(lambda: _answers(stand_ins.addresses(self.home)["authority"]))
        return child

    def start_axis(self) -> "subprocess.Popen[bytes]":
        """The demonstration's document exchange, at the template's port too."""
        child = stand_in.start(self.home, "axis", self.environment())
        self.children.append(child)  # type: ignore[arg-type]
        port = stand_in.ports(self.home)["axis"]
        # It is asked by its port: whoever is not one of its systems gets no answer from it.
        self.wait(lambda: stand_in.to_axis(self.home) and not stand_ins.is_free(port))
        return child

    def start_post(self) -> "subprocess.Popen[bytes]":
        """The demonstration's post, at the template's two ports."""
        child = stand_in.start(self.home, "post", self.environment())
        self.children.append(child)  # type: ignore[arg-type]
        self.wait(lambda: _answers(stand_ins.addresses(self.home)["post"]))
        return child

    def answers(self) -> bool:
        return _answers(self.address)

    def wait(self, met: Any, *, patience: float = PATIENCE) -> None:
        """Until ``met()`` is true; fails with what the processes said."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if met():
                return
            time.sleep(0.05)
        said = "\n".join(log.read_text()[-2_000:] for log in self.home.glob("*.log"))
        raise AssertionError(f"not met in {patience} s\n{said}")

    def end(self) -> None:
        for child in self.children:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in self.children:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
