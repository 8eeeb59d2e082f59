"""A backup is one tar file: its members, and last a manifest with the hash of each of them.

A file that was not finished has no manifest, so half a backup is never taken for a whole one.
"""

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Self

from hoaphuong.command.progress import Report

FORMAT = 2  # 1 held no folders below keys/, and neither trust/ nor demo/
MANIFEST = "manifest.json"
DATABASES = {"sqlite": "city.sqlite3", "postgresql": "city.sql"}
# Nothing else is ever written by a restore: an archive cannot name a place of its own.
NAMES = re.compile(
    r"city\.sqlite3|city\.sql|mode|heads/\w+\.jsonl|lake/out/city\.sqlite3|rejects/\w[^/\0]*"
    r"|(keys|trust|demo)(/[^/\0.][^/\0]*)+"
    r"|files/(?P<a>[0-9a-f]{2})/(?P<b>[0-9a-f]{2})/(?P=a)(?P=b)[0-9a-f]{60}"
)
MOST_MANIFEST = 1 << 28
CHUNK = 1 << 20


class BrokenArchive(Exception):
    """The file is not a whole backup; the text says what is wrong with it."""


class NewerFormat(Exception):
    """A newer program wrote the archive, in a form that this one does not know."""


@dataclass
class Manifest:
    """What a backup says of itself; ``members`` gives (bytes, SHA-256) by name.

    ``database`` is sqlite or postgresql, ``migrations`` the state of its schema, ``sealed`` the
    last sealed batch by chain. ``missing_files`` were named by the database and not on the shelf,
    ``damaged_files`` had other content than their hash.
    """

    version: str
    made_at: str
    database: str
    mode: str
    migrations: list[tuple[str, str]]
    sealed: dict[str, int]
    missing_files: list[str] = field(default_factory=list)
    damaged_files: list[str] = field(default_factory=list)
    members: dict[str, tuple[int, str]] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def bytes(self) -> int:
        return sum(size for size, _sha256 in self.members.values())

    @property
    def files(self) -> int:
        return sum(name.startswith("files/") for name in self.members)


class _Hashed:
    """Bytes on their way from one file to another, hashed and counted."""

    def __init__(self, source: BinaryIO, moved: Any) -> None:
        self.source, self.moved, self.digest = source, moved, hashlib.sha256()

    def read(self, size: int) -> bytes:
        chunk = self.source.read(size)
        self.digest.update(chunk)
        self.moved(len(chunk))
        return chunk


class Writer:
    """Writes members one after another; ``finish`` adds the manifest and syncs the file."""

    def __init__(self, path: Path, *, of: int, report: Report) -> None:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._out = os.fdopen(handle, "wb")
        self._tar = tarfile.TarFile(fileobj=self._out, mode="w", format=tarfile.PAX_FORMAT)
        self._of, self._done, self._report = of, 0, report
        self.members: dict[str, tuple[int, str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._out.close()

    def add(self, name: str, source: BinaryIO) -> str:
        """Store a file as long as it is now; its SHA-256."""
        info = tarfile.TarInfo(name)
        info.size, info.mode = os.fstat(source.fileno()).st_size, 0o600
        hashed = _Hashed(source, self._moved)
        self._tar.addfile(info, hashed)  # type: ignore[arg-type]
        self.members[name] = (info.size, hashed.digest.hexdigest())
        return self.members[name][1]

    def add_bytes(self, name: str, content: bytes) -> None:
        """Store a small member from memory."""
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(content), 0o600
        self._tar.addfile(info, io.BytesIO(content))
        self.members[name] = (info.size, hashlib.sha256(content).hexdigest())

    def finish(self, manifest: Manifest) -> None:
        """Write what was stored into the manifest, and all of it to the disk."""
        manifest.members = dict(self.members)
        self.add_bytes(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False).encode())
        self._tar.close()
        self._out.flush()
        os.fsync(self._out.fileno())

    def _moved(self, count: int) -> None:
        self._done += count
        self._report("Đóng gói / packing", min(self._done, self._of), self._of)


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, mode="r:") as tar:
            yield tar
    except (tarfile.TarError, EOFError) as error:
        raise BrokenArchive(str(error)) from error


def _members(tar: tarfile.TarFile) -> list[tarfile.TarInfo]:
    try:
        return tar.getmembers()
    except (ValueError, OverflowError) as error:  # numbers in a header that are none
        raise BrokenArchive(str(error)) from error


def read_manifest(path: Path) -> Manifest:
    """What the backup says of itself, its members' names and sizes compared; else BrokenArchive."""
    with _opened(path) as tar:
        return _manifest(tar, _members(tar))


def _manifest(tar: tarfile.TarFile, members: list[tarfile.TarInfo]) -> Manifest:
    if not members or members[-1].name != MANIFEST or members[-1].size > MOST_MANIFEST:
        raise BrokenArchive("it has no manifest at its end, so it was not written to its end")
    source = tar.extractfile(members[-1])
    try:
        told: dict[str, Any] = json.loads(source.read()) if source else {}
        if told["format"] > FORMAT:
            raise NewerFormat
        manifest = Manifest(**told)
        manifest.version = str(manifest.version)
        manifest.migrations = [(str(app), str(name)) for app, name in manifest.migrations]
        manifest.members = {n: (int(size), str(sha)) for n, (size, sha) in told["members"].items()}
        database = DATABASES[manifest.database]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BrokenArchive("its manifest cannot be read") from error
    found: dict[str, int] = {}
    for member in members[:-1]:
        if not member.isreg() or not NAMES.fullmatch(member.name) or member.name in found:
            raise BrokenArchive(f"{member.name!r} does not belong into a backup")
        found[member.name] = member.size
    if found != {name: size for name, (size, _sha256) in manifest.members.items()}:
        raise BrokenArchive("its members are not those of its manifest")
    if database not in found:
        raise BrokenArchive("it holds no database")
    return manifest


def unpack(path: Path, into: Path, *, report: Report) -> Manifest:
    """Write every member below ``into``, each compared with its hash, and sync it to the disk."""
    with _opened(path) as tar:
        members = _members(tar)
        manifest = _manifest(tar, members)
        of, done = manifest.bytes, 0

        def moved(count: int) -> None:
            nonlocal done
            done += count
            report("Mở gói / unpacking", done, of)

        for member in members[:-1]:
            source = tar.extractfile(member)
            assert source is not None
            digest = _write(source, into / member.name, moved)
            if digest != manifest.members[member.name][1]:
                raise BrokenArchive(f"{member.name} is not what was stored")
    return manifest


def _write(source: Any, place: Path, moved: Any) -> str:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    hashed = _Hashed(source, moved)
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while chunk := hashed.read(CHUNK):
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return hashed.digest.hexdigest()
