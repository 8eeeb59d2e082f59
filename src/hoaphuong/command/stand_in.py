"""``stand-in``: runs one of the processes that play an outside system for a demonstration."""

import argparse
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from hoaphuong.command.refusal import Refusal
from hoaphuong.kernel.stand_in import NoPlace
from hoaphuong.web import stand_ins

# Name → module with ``serve(*, folder, port)``, which raises NoPlace.
STAND_INS = {
    "authority": "hoaphuong.signing.authority.process",
    "axis": "hoaphuong.exchange.axis.process",
    "bank": "hoaphuong.payments.bank.process",
    "post": "hoaphuong.notices.post.process",
}
# Who answers at a second port, and under which name that is kept.
SECOND = {"post": "mail"}
ME = [sys.executable, "-m", "hoaphuong"]
PATIENCE_S = 20.0


def run(asked: argparse.Namespace) -> int:
    process = import_module(STAND_INS[asked.name])
    try:
        more = {"second_port": asked.second_port} if asked.name in SECOND else {}
        process.serve(folder=asked.folder.resolve(), port=asked.port, **more)
    except NoPlace as taken:
        raise Refusal(f"{taken}. / Cổng này không dùng được.") from taken
    return 0


def prepare(home: Path, *, near: int) -> None:
    """Choose the addresses and make the authority, where that was not done; Refusal."""
    mode = home / "mode"
    if mode.exists() and mode.read_text().strip() != "demo":
        return  # a real city: the preparation says so
    address = stand_ins.choose(home, near=near)["authority"]
    from hoaphuong.signing.authority import ceremony

    ceremony(stand_ins.folder(home, "authority"), address)


def ports(home: Path) -> dict[str, int]:
    """Name → port of those that can be started."""
    found = stand_ins.addresses(home)
    return {
        name: _port(found[name])
        for name, module in STAND_INS.items()
        if name in found and find_spec(module) is not None
    }


def _port(address: str) -> int:
    return urlsplit(address).port or 0


def to_axis(home: Path) -> dict[str, str]:
    """What connects a worker to the demonstration's axis, once that has made its secret."""
    secrets = stand_ins.folder(home, "axis") / "systems.json"
    if "axis" not in ports(home) or not secrets.exists():
        return {}
    [(system, secret), *_others] = json.loads(secrets.read_text()).items()
    return {
        "HOAPHUONG_AXIS": stand_ins.addresses(home)["axis"],
        "HOAPHUONG_AXIS_SYSTEM": system,
        "HOAPHUONG_AXIS_SECRET": secret,
    }


def refuse_taken(home: Path) -> None:
    """Refusal when another program uses a port whose address stands in certificates."""
    used = ports(home)
    addresses = stand_ins.addresses(home)
    second = {name: _port(addresses[SECOND[name]]) for name in used if name in SECOND}
    for name, port in [*used.items(), *second.items()]:
        if not stand_ins.is_free(port):
            raise Refusal(
                f"port {port}, where this demonstration's {name} answers, is used by another"
                " program: end that one first. / Cổng này đang có chương trình khác dùng."
            )


def start(
    home: Path, name: str, env: Mapping[str, str], *, group: int | None = None
) -> "subprocess.Popen[bytes]":
    """One of them as a process; ``group`` as in Popen."""
    folder, port = stand_ins.folder(home, name), ports(home)[name]
    words = [*ME, "stand-in", name, "--port", str(port), "--folder", str(folder)]
    if name in SECOND:
        words += ["--second-port", str(_port(stand_ins.addresses(home)[SECOND[name]]))]
    return subprocess.Popen(words, env=dict(env), process_group=group, stdout=subprocess.DEVNULL)


@contextmanager
def running(home: Path, env: Mapping[str, str]) -> Iterator[None]:
    """The authority answers within: invented papers are signed and stamped like all others."""
    port = ports(home)["authority"]
    if not stand_ins.is_free(port):  # the city runs: so does its authority
        yield
        return
    child = start(home, "authority", env)
    try:
        _await(child, f"http://{stand_ins.HOST}:{port}/healthz")
        yield
    finally:
        child.terminate()
        child.wait()


def _await(child: "subprocess.Popen[bytes]", url: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and child.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise Refusal("the demonstration's authority did not start. / Không khởi động được.")
