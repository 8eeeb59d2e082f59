"""Where benches run: cities of their own with the production server, and a bare Django beside."""

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from hoaphuong.command import server
from hoaphuong.command.benching.city import Browser, RealCity, free_port, own_memory, started
from hoaphuong.command.refusal import Refusal

SECONDS = 5
CONNECTIONS = 8
# wrk asks the paths in turn, so that no answer can come from a cache of one.
SCRIPT = """
local paths = {{{paths}}}
local n = 0
request = function()
    n = n % #paths + 1
    return wrk.format("GET", paths[n])
end
done = function(summary)
    io.write(string.format("FAILED %d\\n", summary.errors.status + summary.errors.timeout))
end
"""


class RealPlace:
    """Makes what benches ask for and ends it all."""

    def __init__(self, folder: Path, *, scale: str, postgresql: bool) -> None:
        self.folder, self.scale, self.postgresql = folder, scale, postgresql
        self._open = ExitStack()
        self._city: RealCity | None = None
        self._bare = ""
        self._bare_process: subprocess.Popen[bytes] | None = None
        self._server = ""

    def __enter__(self) -> "RealPlace":
        return self

    def __exit__(self, *failure: object) -> None:
        self._open.close()

    def said(self, text: str) -> None:
        print(f"  {text}", file=sys.stderr, flush=True)

    def _database(self, name: str) -> str:
        """The address of a database of this name; empty for SQLite."""
        return self._of_server(name) if self.postgresql else ""

    def _of_server(self, name: str) -> str:
        """The address of a database of this name on the bench's PostgreSQL."""
        from hoaphuong.command.test import postgresql

        if not self._server:
            # As durable as a city's own: the settings of tests would flatter every commit.
            self._server = postgresql(self.folder, durable=True)
        from psycopg import connect, sql

        with connect(self._server, autocommit=True) as connection:
            there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not there.fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        before, _, query = self._server.partition("?")
        return f"{before.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")

    def city(self) -> RealCity:
        """The city at the scale asked for; made once, and kept when the folder is."""
        if self._city is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            city = RealCity(self.folder / "city", self._database("city"))
            self.said(f"the city at scale {self.scale}…")
            city.prepare(self.scale)
            self._open.enter_context(city.serving())
            self._city = city
        return self._city

    def empty(self) -> AbstractContextManager[RealCity]:
        """A demonstration city of the smallest scale, gone afterwards."""
        return self._small(self._database)

    def durable(self) -> AbstractContextManager[RealCity]:
        """The same on PostgreSQL, with fsync and synchronous commit on."""
        return self._small(self._of_server)

    @contextmanager
    def _small(self, database: Callable[[str], str]) -> Iterator[RealCity]:
        home = self.folder / f"empty-{time.time_ns()}"
        home.mkdir(parents=True)
        try:
            city = RealCity(home, database(home.name.replace("-", "_")))
            city.prepare("tiny")
            with city.serving():
                yield city
        finally:
            shutil.rmtree(home, ignore_errors=True)

    def bare(self) -> str:
        """The bare Django, started once."""
        if not self._bare:
            home = self.folder / "bare"
            home.mkdir(parents=True, exist_ok=True)
            environment = {**os.environ, "HOAPHUONG_HOME": str(home)}
            environment["DATABASE_URL"] = self._database("bare")
            made = [sys.executable, "-m", "hoaphuong.command.benching.bare"]
            subprocess.run(made, env=environment, check=True, stdout=sys.stderr)
            port = free_port()
            application = "hoaphuong.command.benching.bare:application"
            words = server.words(host="127.0.0.1", port=port, application=application)
            self._bare = f"http://127.0.0.1:{port}"
            self._bare_process = self._open.enter_context(
                started(words, env=environment, log=home / "web.log", answers=f"{self._bare}/")
            )
        return self._bare

    def bare_memory(self) -> int:
        """USS in bytes of the bare Django's processes together."""
        self.bare()
        assert self._bare_process is not None
        return sum(own_memory(self._bare_process.pid).values())

    def visitor_of(self, address: str) -> Browser:
        """A browser at any server of the bench."""
        return Browser(address)

    def requests_per_second(self, url: str, paths: list[str]) -> float:
        """By wrk with eight connections, warm; the median of three runs without a failed answer."""
        script = self.folder / "paths.lua"
        quoted = ",".join(f'"{path}"' for path in paths)
        script.write_text(SCRIPT.format(paths=quoted).replace("{{", "{").replace("}}", "}"))
        words = [self._wrk(), "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(script), url]
        subprocess.run(words, capture_output=True, check=True)
        rates = []
        for _ in range(3):
            said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
            values = dict(line.split()[:2] for line in said.splitlines() if len(line.split()) == 2)
            if values.get("FAILED") != "0":
                raise Refusal(f"the server did not answer every request:\n{said}")
            rates.append(float(values["Requests/sec:"]))
        return round(statistics.median(rates), 1)

    def _wrk(self) -> str:
        from hoaphuong.command.test import from_debian

        if found := from_debian("wrk"):
            return found
        raise Refusal("this bench needs wrk: install Debian's package of that name.")
