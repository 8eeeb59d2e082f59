"""Where a demonstration's stand-ins for outside systems answer: kept with the data folder.

Their addresses stand in certificates and papers, so a port that was chosen once stays.
"""

import json
import os
import random
import socket
from pathlib import Path
from urllib.parse import urlsplit

# The post answers at two: as gateway, and as mail server.
NAMES = ("authority", "axis", "bank", "post", "mail")
HOST = "127.0.0.1"
# Below the ports that a system hands out by itself, so that a stored one stays free.
_RANGE = (20_000, 30_000)


def folder(home: Path, name: str) -> Path:
    """Where a stand-in keeps what it has."""
    return home / "demo" / name


def addresses(home: Path) -> dict[str, str]:
    """Name → address; empty when nothing was chosen yet."""
    try:
        ports = json.loads(_file(home).read_text())
    except FileNotFoundError:
        return {}
    return {name: f"http://{HOST}:{int(ports[name])}" for name in NAMES if name in ports}


def choose(home: Path, *, near: int) -> dict[str, str]:
    """The addresses, chosen now when they were not: ten above the web server's port, if free.

    A folder that an earlier version made keeps its addresses and gets those that are new.
    """
    known = {name: urlsplit(found).port for name, found in addresses(home).items()}
    if len(known) < len(NAMES):
        _file(home).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        near_by = {name: near + 10 + place for place, name in enumerate(NAMES)}
        ports = {name: known.get(name) or _port(near_by[name]) for name in NAMES}
        making = _file(home).with_suffix(f".{os.getpid()}")
        making.write_text(json.dumps(ports))
        making.replace(_file(home))
    return addresses(home)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return False
    return True


def _port(wanted: int) -> int:
    tried = wanted
    while not is_free(tried):
        tried = random.randint(*_RANGE)
    return tried


def _file(home: Path) -> Path:
    return home / "demo" / "stand-ins.json"
