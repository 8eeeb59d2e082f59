"""``backup``: one file with the database, stored files, heads, keys and published tables.

The order makes the parts agree while web and worker go on (docs/howto/backup-and-restore.md):
what may only lag behind the database is read before it, what may only run ahead after it.
"""

import argparse
import fcntl
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hoaphuong import __version__
from hoaphuong.command.backups.archive import DATABASES, Manifest, Writer
from hoaphuong.command.backups.snapshot import (
    Asked,
    copy_sqlite,
    postgresql_snapshot,
    sqlite_snapshot,
)
from hoaphuong.command.django_ready import ready
from hoaphuong.command.progress import Report, bars
from hoaphuong.command.refusal import Refusal
from hoaphuong.kernel.faults import point

CHAINS = ("journal", "access")
PUBLISHED = "lake/out/city.sqlite3"
# Folders of small files: made before the database names them, so they are read after it.
BESIDE = ("keys", "trust", "rejects", "demo")
WORKING = ".hoaphuong-backup-"
SPARE_BYTES = 50_000_000


def run(asked: argparse.Namespace) -> int:
    ready()
    from django.conf import settings
    from django.db import connection

    if not connection.introspection.table_names():
        raise Refusal("there is nothing to back up: start the city once with ./hoaphuong up.")
    now = datetime.now(UTC)
    target = _target(asked.target, settings.HOME, now)
    with _working_folder(target.parent) as aside, bars(quiet=asked.json, of_bytes=True) as report:
        written = aside / "archive.tar"
        manifest = _write(written, settings.HOME, aside, now=now, report=report)
        point("backup.written")
        written.replace(target)
        sync_folder(target.parent)
    facts = {
        "archive": str(target),
        "bytes": target.stat().st_size,
        "made_at": manifest.made_at,
        "version": manifest.version,
        "database": manifest.database,
        "files": manifest.files,
        "missing_files": len(manifest.missing_files),
        "damaged_files": len(manifest.damaged_files),
        "sealed_batches": manifest.sealed,
    }
    if asked.json:
        print(json.dumps(facts, ensure_ascii=False))
    else:
        _say(facts)
    return 1 if manifest.missing_files or manifest.damaged_files else 0


def _say(facts: dict[str, Any]) -> None:
    print(
        f"{facts['archive']}: {facts['bytes']:,} bytes, {facts['files']} files.\n"
        "  Tệp này chứa dữ liệu cá nhân và khóa bí mật: hãy cất ở nơi an toàn, trên máy khác.\n"
        "  It holds personal data and secret keys: keep it safe, on another machine."
    )
    if facts["missing_files"] or facts["damaged_files"]:
        print(
            f"  {facts['missing_files']} files that the database names are missing on the disk and"
            f" {facts['damaged_files']} are damaged; an older backup may have them."
            " / Có tệp bị mất hoặc bị hỏng: hãy chạy ./hoaphuong doctor.",
            file=sys.stderr,
        )


def _target(asked: Path | None, home: Path, now: datetime) -> Path:
    """A file that is not there yet; a folder gets a file named by the moment."""
    name = f"hoaphuong-{now:%Y%m%dT%H%M%SZ}.tar"
    if asked is None:
        asked = home / "backups"
        asked.mkdir(exist_ok=True, mode=0o700)
    target = (asked / name if asked.is_dir() else asked).resolve()
    if target.exists():
        raise Refusal(f"{target} is there already: name another file. / Tệp đã có.")
    if not target.parent.is_dir():
        raise Refusal(f"the folder {target.parent} is not there. / Không có thư mục này.")
    return target


@contextmanager
def _working_folder(parent: Path) -> Iterator[Path]:
    """A folder beside the target; what an ended backup left there goes first."""
    for left in parent.glob(f"{WORKING}*"):
        with _lock(left) as mine:
            if mine:
                shutil.rmtree(left, ignore_errors=True)
    aside = Path(tempfile.mkdtemp(prefix=WORKING, dir=parent))
    with _lock(aside):
        try:
            yield aside
        finally:
            shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def _lock(folder: Path) -> Iterator[bool]:
    """Whether this process is the one that works in the folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def _write(written: Path, home: Path, aside: Path, *, now: datetime, report: Report) -> Manifest:
    published = _copied(home / PUBLISHED, aside / "published")
    heads = {chain: home / "heads" / f"{chain}.jsonl" for chain in CHAINS}
    known = {chain: path.stat().st_size for chain, path in heads.items() if path.exists()}
    with _snapshot(home, aside, report) as (database, city):
        manifest = Manifest(
            version=__version__,
            made_at=now.isoformat(timespec="seconds"),
            database=next(kind for kind, name in DATABASES.items() if name == database.name),
            mode=_text(home / "mode"),
            migrations=_rows(city, "SELECT app, name FROM django_migrations ORDER BY app, name"),
            sealed={chain: _last_batch(city, chain) for chain in CHAINS},
        )
        files = _rows(city, "SELECT DISTINCT sha256, size FROM files_storedfile ORDER BY sha256")
        beside = _beside(home)
        of = sum(size for _sha256, size in files) + database.stat().st_size
        of += sum((home / name).stat().st_size for name in beside)
        room(written.parent, of)
        point("backup.snapshot_taken")
        with Writer(written, of=of, report=report) as archive:
            _add(archive, database.name, database)
            database.unlink()
            for chain, path in heads.items():
                if path.exists():
                    lines = _lines(path, known.get(chain, 0), manifest.sealed[chain])
                    archive.add_bytes(f"heads/{path.name}", lines)
            for name in beside:
                _add_beside(archive, name, home, aside)
            if published:
                _add(archive, PUBLISHED, published)
            _add_files(archive, home, [sha for sha, _size in files], manifest)
            archive.finish(manifest)
    return manifest


@contextmanager
def _snapshot(home: Path, aside: Path, report: Report) -> Iterator[tuple[Path, Asked]]:
    from django.db import connection

    copy = aside / DATABASES[connection.vendor]
    if connection.vendor == "sqlite":
        source = Path(connection.settings_dict["NAME"])
        room(aside, 2 * source.stat().st_size)
        with sqlite_snapshot(source, copy, report=report) as asked:
            yield copy, asked
    else:
        with postgresql_snapshot(os.environ["DATABASE_URL"], copy, report=report) as asked:
            yield copy, asked


def room(folder: Path, wanted: int) -> None:
    """Refusal when less than this many bytes, and some to spare, are free."""
    free = shutil.disk_usage(folder).free
    if free < wanted + SPARE_BYTES:
        raise Refusal(
            f"{(wanted + SPARE_BYTES) // 1_000_000:,} MB are needed in {folder} and"
            f" {free // 1_000_000:,} MB are free. / Không đủ chỗ trống trên đĩa."
        )


def _rows(city: Asked, query: str) -> list[Any]:
    return city.execute(query).fetchall()


def _last_batch(city: Asked, chain: str) -> int:
    return _rows(city, f"SELECT coalesce(max(number), 0) FROM kernel_{chain}_batch")[0][0]


def _lines(path: Path, known: int, last: int) -> bytes:
    """The heads that were there before the snapshot, then only those of batches that are in it.

    The former are kept whatever they say: a head without its batch shows that a tail was cut.
    """
    kept = []
    with path.open("rb") as heads:
        while line := heads.readline():
            if heads.tell() <= known or _batch(line) <= last:
                kept.append(line)
    return b"".join(kept)


def _batch(line: bytes) -> float:
    try:
        return int(json.loads(line)["batch"])
    except (ValueError, KeyError, TypeError):
        return float("inf")  # half a line: it is still being written


def _beside(home: Path) -> list[str]:
    """Names of the small files that go with the city."""
    found = [path for part in BESIDE for path in sorted((home / part).rglob("*"))]
    names = [str(path.relative_to(home)) for path in found if _is_kept(path, home)]
    return (["mode"] if (home / "mode").exists() else []) + names


def _is_kept(path: Path, home: Path) -> bool:
    # A key that another process is just making bears that process's number, a folder a dot.
    making = any(part.startswith(".") for part in path.relative_to(home).parts)
    return path.is_file() and not making and not re.search(r"\.\d+$|-wal$|-shm$", path.name)


def _add_beside(archive: Writer, name: str, home: Path, aside: Path) -> None:
    """A small file as it is; a database of a stand-in, which may be at work, at one moment."""
    place = home / name
    if place.suffix == ".sqlite3":
        copy = aside / "beside.sqlite3"
        copy_sqlite(place, copy, report=lambda *_: None)
        _add(archive, name, copy)
        copy.unlink()
    else:
        _add(archive, name, place)


def _add(archive: Writer, name: str, path: Path) -> str:
    with path.open("rb") as source:
        return archive.add(name, source)


def _add_files(archive: Writer, home: Path, hashes: list[str], manifest: Manifest) -> None:
    """Every file that the database names, as it is; what is missing or damaged is told."""
    for sha256 in hashes:
        name = f"files/{sha256[:2]}/{sha256[2:4]}/{sha256}"
        try:
            if _add(archive, name, home / name) != sha256:
                manifest.damaged_files.append(sha256)
        except FileNotFoundError:
            manifest.missing_files.append(sha256)


def _copied(source: Path, target: Path) -> Path | None:
    """A copy of the published file, which is replaced whole and never written in place."""
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError:
        return None
    return target


def _text(path: Path) -> str:
    return path.read_text().strip() if path.exists() else ""


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
