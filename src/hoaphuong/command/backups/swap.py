"""Puts a restored city in the place of the old one so that a kill at any moment loses nothing.

Everything new waits in ``.restore/new``. A note, ``.restore/ready``, begins the last step: each
old part goes to ``.restore/old`` and each new one takes its place, both by renames. Whoever finds
the note goes on from where it was; every program refuses the folder until then.
"""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from hoaphuong.command.backups.backup import sync_folder
from hoaphuong.kernel.faults import point
from hoaphuong.kernel.occupancy import unfinished

# All that a city keeps in its folder, apart from what is made anew and older copies.
PARTS = (
    "city.sqlite3",
    "city.sqlite3-wal",
    "city.sqlite3-shm",
    "demo",
    "files",
    "heads",
    "keys",
    "lake",
    "mode",
    "rejects",
    "trust",
)
KEPT = "before-restore"


def parts_of(home: Path) -> list[str]:
    """The parts of a city that are in a folder."""
    return [name for name in PARTS if (home / name).exists()]


def begin(home: Path, *, stamp: str, token: str) -> None:
    """Note that all is ready; from here on ``finish`` must be called until it has returned."""
    note = unfinished(home)
    fresh = note.with_suffix(".new")
    plan = {"new": parts_of(note.parent / "new"), "stamp": stamp, "token": token}
    with fresh.open("w") as out:
        json.dump(plan, out)
        out.flush()
        os.fsync(out.fileno())
    for folder, _folders, _files in os.walk(note.parent):
        sync_folder(Path(folder))
    fresh.replace(note)
    sync_folder(note.parent)
    point("swap.begun")


def finish(home: Path, *, database_is: Callable[[str], bool]) -> Path | None:
    """Take the last step, or the rest of it; where the old parts are, None when there were none.

    ``database_is`` tells whether a database outside the folder is already the restored one; if it
    is not, nothing was replaced and what waits is dropped. Call it while alone in the folder.
    """
    note = unfinished(home)
    plan = json.loads(note.read_text())
    if plan["token"] and not database_is(plan["token"]):
        abandon(home)
        return None
    new, old = note.parent / "new", note.parent / "old"
    kept = home / KEPT / plan["stamp"]
    old.mkdir(exist_ok=True, mode=0o700)
    (home / "run" / "prepared").unlink(missing_ok=True)
    for name in PARTS:
        fresh, here = new / name, home / name
        # A part of the plan that waits no more is in its place already.
        if here.exists() and (fresh.exists() or name not in plan["new"]):
            # What stands where an old part was moved away already was made in between.
            here.rename(old / (f"{name}.between" if (old / name).exists() else name))
            point("swap.moved")
        if fresh.exists():
            fresh.rename(here)
            point("swap.placed")
    if parts_of(old):
        kept.parent.mkdir(exist_ok=True, mode=0o700)
        old.rename(kept)
    sync_folder(home)
    point("swap.done")
    note.unlink()
    shutil.rmtree(note.parent)
    return kept if kept.exists() else None


def abandon(home: Path) -> None:
    """Drop what waits and was never put in place."""
    unfinished(home).unlink(missing_ok=True)
    shutil.rmtree(unfinished(home).parent, ignore_errors=True)
