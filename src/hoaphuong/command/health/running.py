"""``doctor`` on what runs: port, web, worker."""

import fcntl
import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator

from hoaphuong.command.health.check import OK, PROBLEM, WARNING, Check, Finding, Look
from hoaphuong.kernel import occupancy


def web(look: Look) -> Iterator[Finding]:
    where = f"port {look.port} on {look.host}"
    running = occupancy.in_use(look.home)
    family = socket.AF_INET6 if ":" in look.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((look.host, look.port))
            free, reason = True, ""
        except (OSError, OverflowError) as error:
            free, reason = False, getattr(error, "strerror", None) or str(error)
    if free:
        yield Finding("port", OK, f"{where} is free: no web server runs there.")
        return
    said = _healthz(look)
    if said.startswith("ok"):
        yield Finding("port", OK, f"The city answers at {where} ({said}).")
    elif running:
        yield Finding(
            "port", PROBLEM, f"{where}: the city does not answer ({said}).",
            "See the log of the web server; start the city again. / Máy chủ web không trả lời.",
        )  # fmt: skip
    else:
        yield Finding(
            "port", WARNING, f"{where} cannot be used: {reason}.",
            "./hoaphuong up --port names another. / Cổng này không dùng được.",
        )  # fmt: skip


def _healthz(look: Look) -> str:
    host = f"[{look.host}]" if ":" in look.host else look.host
    try:
        with urllib.request.urlopen(f"http://{host}:{look.port}/healthz", timeout=5) as answer:
            told = json.loads(answer.read(1_000))
            return f"ok, version {told['version']}"
    except urllib.error.HTTPError as error:
        return f"status {error.code}"
    except (OSError, ValueError, KeyError, TypeError) as error:
        return str(error)


def worker(look: Look) -> Iterator[Finding]:
    lock = look.home / "lake" / "writer.lock"
    working = False
    if lock.exists():
        with lock.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                working = True
    if working:
        yield Finding("worker", OK, "It is running.")
    elif occupancy.in_use(look.home):
        yield Finding(
            "worker", WARNING, "The city is open and no worker fills the lake.",
            "./hoaphuong up starts it; just after a start, look again. / Tiến trình nền không"
            " chạy.",
        )  # fmt: skip
    else:
        yield Finding("worker", OK, "The city is not running.")


CHECKS: tuple[Check, ...] = (web, worker)
