"""``up``: prepares the data folder, starts web and worker, stops both together."""

import argparse
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from contextlib import suppress
from pathlib import Path

from hoaphuong.command import server, stand_in
from hoaphuong.command.django_ready import enter
from hoaphuong.command.prepared import is_prepared
from hoaphuong.command.refusal import Refusal
from hoaphuong.kernel import occupancy
from hoaphuong.web import stand_ins


def run(asked: argparse.Namespace) -> int:
    home = Path(os.environ.get("HOAPHUONG_HOME", "var")).resolve()
    _writable(home)
    _free(asked.host, asked.port)
    _finish_restore(home)
    environment = {**os.environ, "HOAPHUONG_HOME": str(home)}
    environment["HOAPHUONG_DEMO"] = "0" if asked.no_demo else "1"
    environment.setdefault("HOAPHUONG_PUBLIC_ADDRESS", address(asked.host, asked.port))
    me = [sys.executable, "-m", "hoaphuong"]
    if not asked.no_demo and not (home / "mode").exists():
        stand_ins.choose(home, near=asked.port)
    if not is_prepared(home, environment, scale=asked.scale):
        done = subprocess.run([*me, "prepare", "--scale", asked.scale], env=environment)
        if done.returncode:
            return done.returncode
    enter(home)
    if not asked.no_demo:
        stand_in.refuse_taken(home)
    return _Running(asked, me, environment, home).until_stopped()


def address(host: str, port: int) -> str:
    """Where a browser finds the web server; one that listens everywhere is found on this machine.

    Stands on papers that are issued, unless HOAPHUONG_PUBLIC_ADDRESS names what readers use.
    """
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _writable(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = home / f".probe-{os.getpid()}"
        probe.write_bytes(b"x" * 4_096)
        probe.unlink()
    except OSError as error:
        error.filename = str(home)
        raise


def _finish_restore(home: Path) -> None:
    if occupancy.unfinished(home).exists():
        from hoaphuong.command.backups.restore import finish_interrupted

        try:
            with occupancy.alone(home):
                finish_interrupted(home)
        except occupancy.InUse:
            enter(home)


def _free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise Refusal(
                f"port {port} on {host} cannot be used ({getattr(error, 'strerror', error)}):"
                " choose another with --port. / Cổng này không dùng được."
            ) from error


class _Running:
    """The child processes and the loop that watches them."""

    def __init__(
        self, asked: argparse.Namespace, me: list[str], env: dict[str, str], home: Path
    ) -> None:
        self.asked, self.me, self.env, self.home = asked, me, env, home
        self.stopping = False
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, self._stop)
        self.web = self._start_web()
        self.worker: subprocess.Popen[bytes] | None = None
        self.stand_ins: dict[str, subprocess.Popen[bytes]] = {}

    def _stop(self, signum: int, frame: object) -> None:
        self.stopping = True

    def _start_worker(self) -> subprocess.Popen[bytes]:
        axis = {} if self.asked.no_demo else stand_in.to_axis(self.home)
        return subprocess.Popen([*self.me, "worker"], env={**axis, **self.env}, process_group=0)

    def _start_stand_ins(self) -> None:
        """All of a demonstration; at its first start the axis makes what the worker needs."""
        names = [] if self.asked.no_demo else stand_in.ports(self.home)
        self.stand_ins = {name: self._start_stand_in(name) for name in names}
        deadline = time.monotonic() + stand_in.PATIENCE_S
        while "axis" in names and not stand_in.to_axis(self.home) and not self.stopping:
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)

    def _start_stand_in(self, name: str) -> subprocess.Popen[bytes]:
        return stand_in.start(self.home, name, self.env, group=0)

    def _start_web(self) -> subprocess.Popen[bytes]:
        words = server.words(host=self.asked.host, port=self.asked.port)
        # A group of its own: Ctrl-C comes to us alone, and we end it once, with all it started.
        return subprocess.Popen(words, env=self.env, process_group=0)

    @property
    def address(self) -> str:
        return address(self.asked.host, self.asked.port)

    def until_stopped(self) -> int:
        status = 0
        answering = self._answering()
        if answering:
            self._greet()
        # The worker loads the engine; until here the first page has both cores to itself.
        self._start_stand_ins()
        self.worker = self._start_worker()
        while not self.stopping:
            if self.web.poll() is not None:
                print("hoaphuong: the web server stopped by itself.", file=sys.stderr)
                status = 1
                break
            if self.worker.poll() is not None:
                # It goes on where it stopped: nothing is lost.
                print("hoaphuong: the worker stopped; starting it again.", file=sys.stderr)
                time.sleep(1)
                self.worker = self._start_worker()
            for name, child in self.stand_ins.items():
                if child.poll() is not None:
                    print(f"hoaphuong: the {name} stopped; starting it again.", file=sys.stderr)
                    time.sleep(1)
                    self.stand_ins[name] = self._start_stand_in(name)
            time.sleep(0.2)
        self._end()
        return status

    def _answering(self) -> bool:
        for _ in range(300):
            if self.stopping or self.web.poll() is not None:
                return False
            try:
                with urllib.request.urlopen(f"{self.address}/healthz", timeout=2) as answer:
                    return answer.status == 200
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        return False

    def _greet(self) -> None:
        """Said by a process of its own: the personas are Django's, whose memory it takes along."""
        greeting = multiprocessing.get_context("fork").Process(target=self._say)
        greeting.start()
        greeting.join()
        if self.asked.open:
            webbrowser.open(self.address)

    def _say(self) -> None:
        print(f"\n  Hoa Phượng: {self.address}\n")
        if not self.asked.no_demo:
            from hoaphuong.command.personas import lines

            print("\n".join(lines(self.address)))
        print("\n  Ctrl-C dừng cả hai tiến trình / stops both.\n", flush=True)

    def _end(self) -> None:
        """Ask all to stop; end what has not stopped after ten seconds."""
        started = (self.web, self.worker, *self.stand_ins.values())
        children = [child for child in started if child]
        for child in children:
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + 10
        for child in children:
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            # A web process that was just starting may outlive its parent.
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
