"""The folder of files: bytes are written aside, made durable, then put under their hash."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from hoaphuong.files import rules


class TooManyBytes(Exception):
    """More bytes came than the limit; what was written aside is gone."""


def folder() -> Path:
    return Path(settings.HOME) / "files"


def path_of(sha256: str) -> Path:
    return folder() / rules.place_of(sha256)


class Aside:
    """Bytes written beside the shelf, with their hash; gone at the end unless put in place."""

    def __init__(self, chunks: Iterable[bytes], *, limit: int) -> None:
        self.size = 0
        digest = hashlib.sha256()
        aside = folder() / "aside"
        aside.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=aside)
        self.path = Path(name)
        try:
            with os.fdopen(handle, "wb") as out:
                for chunk in chunks:
                    self.size += len(chunk)
                    if self.size > limit:
                        raise TooManyBytes
                    digest.update(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
        except BaseException:
            self.path.unlink(missing_ok=True)
            raise
        self.sha256 = digest.hexdigest()

    def __enter__(self) -> "Aside":
        return self

    def __exit__(self, *_: object) -> None:
        self.path.unlink(missing_ok=True)

    def opened(self) -> BinaryIO:
        return self.path.open("rb")

    def put_in_place(self) -> None:
        """Rename onto the shelf, durably; the same bytes stored again become young again."""
        place = path_of(self.sha256)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.replace(self.path, place)
        for directory in (place.parent, place.parent.parent, folder()):
            _sync_directory(directory)


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def lying_since(before: datetime) -> Iterator[list[Path]]:
    """Files put in place before a moment, one directory at a time."""
    if not folder().exists():
        return
    for directory in sorted(folder().glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")):
        old = [path for path in directory.iterdir() if _is_older(path, before)]
        if old:
            yield old


def forgotten_aside(before: datetime) -> list[Path]:
    """What a killed process left beside the shelf."""
    aside = folder() / "aside"
    return [path for path in aside.glob("*") if _is_older(path, before)]


def take_off(path: Path, *, before: datetime) -> bool:
    """Remove a file from the shelf unless it was stored again meanwhile."""
    trash = folder() / "aside" / f"swept-{path.name}"
    trash.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        os.replace(path, trash)
    except FileNotFoundError:
        return False
    # Between the look at its age and the rename somebody may have stored the same bytes.
    if not _is_older(trash, before):
        os.replace(trash, path)
        return False
    trash.unlink()
    return True


def _is_older(path: Path, before: datetime) -> bool:
    try:
        return path.stat().st_mtime < before.timestamp()
    except FileNotFoundError:
        return False
