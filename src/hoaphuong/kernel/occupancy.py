"""Who uses a data folder: several processes beside one another, or one alone that replaces it.

Every process that opens the city holds one shared lock until it ends, however it ends.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PATIENCE_S = 10.0
_held: dict[Path, IO[str]] = {}


class InUse(Exception):
    """Another process has this data folder open."""


class BeingReplaced(Exception):
    """A restore or an upgrade has this data folder for itself."""


class HalfReplaced(Exception):
    """A restore was ended in its last step; nothing may open the folder before it is finished."""


def unfinished(home: Path) -> Path:
    """The note of a restore whose last step has begun; it is gone when that step is done."""
    return home / ".restore" / "ready"


def share(home: Path, *, patience_s: float = PATIENCE_S) -> None:
    """Use the folder until this process ends; waits ``patience_s`` for one that has it alone."""
    if home not in _held:
        file = _opened(home)
        if not _locked(file, fcntl.LOCK_SH, patience_s):
            file.close()
            raise BeingReplaced
        _held[home] = file
    if unfinished(home).exists():
        raise HalfReplaced


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Have the folder for this process only; InUse while another one has it open."""
    mine = _held.get(home)
    file = mine or _opened(home)
    if not _locked(file, fcntl.LOCK_EX, 0.3):  # a look at the lock holds it for a moment
        if mine:
            fcntl.flock(mine, fcntl.LOCK_SH)
        else:
            file.close()
        raise InUse
    try:
        yield
    finally:
        if mine:
            fcntl.flock(mine, fcntl.LOCK_SH)
        else:
            file.close()


def in_use(home: Path) -> bool:
    """Whether some process has the folder open; opens and changes nothing for good."""
    try:
        with _place(home).open() as file:
            return not _locked(file, fcntl.LOCK_EX, 0)
    except FileNotFoundError:
        return False


def _place(home: Path) -> Path:
    return home / "run" / "in-use.lock"


def _opened(home: Path) -> IO[str]:
    _place(home).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return _place(home).open("a")


def _locked(file: IO[str], kind: int, patience_s: float) -> bool:
    until = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.1)
        else:
            return True
