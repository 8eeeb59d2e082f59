"""``restore``: checks a backup whole, then puts it in the place of what was there.

Nothing of the old city is touched before every byte of the archive was compared with its hash,
and the old city is kept beside (``before-restore``; on PostgreSQL a schema of that name).
"""

import argparse
import json
import os
import re
import secrets
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hoaphuong import __version__
from hoaphuong.command.backups import pg_restore, swap
from hoaphuong.command.backups.archive import (
    BrokenArchive,
    Manifest,
    NewerFormat,
    read_manifest,
    unpack,
)
from hoaphuong.command.backups.backup import room
from hoaphuong.command.django_ready import refuse_newer
from hoaphuong.command.progress import bars
from hoaphuong.command.refusal import Refusal
from hoaphuong.kernel import occupancy
from hoaphuong.kernel.faults import point


def run(asked: argparse.Namespace) -> int:
    home = Path(os.environ.get("HOAPHUONG_HOME", "var")).resolve()
    archive = asked.file.resolve()
    if not archive.is_file():
        raise Refusal(f"{asked.file} is not there. / Không tìm thấy tệp.")
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    url = os.environ.get("DATABASE_URL", "")
    try:
        with occupancy.alone(home):
            if occupancy.unfinished(home).exists():
                finish_interrupted(home)
            manifest, kept = _restore(asked, archive, home, url)
    except occupancy.InUse:
        raise Refusal(
            f"{home} is in use: stop web and worker first. / Hãy dừng chương trình trước."
        ) from None
    except NewerFormat:
        raise Refusal(
            "the backup is of a newer program: install the newer program."
            " / Bản sao lưu của chương trình mới hơn."
        ) from None
    except BrokenArchive as broken:
        raise Refusal(
            f"{asked.file} is not a whole backup: {broken}. Nothing was changed."
            " / Tệp sao lưu bị hỏng, chưa thay đổi gì."
        ) from broken
    return _tell(asked, manifest, home, kept)


def _restore(
    asked: argparse.Namespace, archive: Path, home: Path, url: str
) -> tuple[Manifest, list[str]]:
    swap.abandon(home)  # what a restore left that ended before its last step
    manifest = read_manifest(archive)
    _refuse_newer(manifest)
    kind = "postgresql" if url else "sqlite"
    if manifest.database != kind:
        raise Refusal(
            f"the backup is of {manifest.database} and DATABASE_URL names {kind}:"
            " they must be the same. / Hai loại cơ sở dữ liệu khác nhau."
        )
    target = pg_restore.Target(url) if url else None
    found = swap.parts_of(home) + (["the database"] if target and target.is_filled() else [])
    if found and not asked.replace:
        raise Refusal(
            f"there is a city in {home} already ({', '.join(found)}): --replace puts the backup in"
            " its place and keeps it beside. / Đã có dữ liệu; dùng --replace để thay."
        )
    if mounts := [name for name in swap.parts_of(home) if (home / name).is_mount()]:
        raise Refusal(
            f"{', '.join(mounts)} in {home} is a mount and cannot be replaced: unmount it first."
            " / Hãy tháo (unmount) trước."
        )
    room(home, manifest.bytes)
    new = home / ".restore" / "new"
    new.mkdir(parents=True, mode=0o700)
    with bars(quiet=asked.json, of_bytes=True) as report:
        unpack(archive, new, report=report)
    _begin_lake(new, home)
    point("restore.unpacked")
    stamp, token = f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}", secrets.token_hex(8) if target else ""
    kept: list[str] = []
    if target:
        script = home / ".restore" / "city.sql"
        (new / "city.sql").rename(script)
        swap.begin(home, stamp=stamp, token=token)
        try:
            kept += target.replace(script, stamp=stamp, token=token)
        except Refusal:
            swap.abandon(home)
            raise
        point("restore.database_replaced")
    else:
        swap.begin(home, stamp=stamp, token="")
    old = swap.finish(home, database_is=lambda wanted: wanted == token)
    return manifest, kept + ([str(old)] if old else [])


def finish_interrupted(home: Path) -> None:
    """Go on with a restore that was ended in its last step; call it while alone in the folder."""
    print("hoaphuong: finishing an interrupted restore (hoàn tất việc khôi phục)…", file=sys.stderr)
    url = os.environ.get("DATABASE_URL", "")
    swap.finish(home, database_is=lambda token: bool(url) and pg_restore.Target(url).is_of(token))


def _refuse_newer(manifest: Manifest) -> None:
    refuse_newer(set(manifest.migrations))
    if _number(manifest.version) > _number(__version__):
        raise Refusal(
            f"the backup is of a newer program ({manifest.version}; this is {__version__}):"
            " install the newer program. / Bản sao lưu của chương trình mới hơn."
        )


def _number(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def _begin_lake(new: Path, home: Path) -> None:
    """Let the worker keep the published file and fill the raw tables from the journal."""
    if (new / "lake").exists():
        (new / "lake" / "location").write_text(str(home / "lake"))


def _tell(asked: argparse.Namespace, manifest: Manifest, home: Path, kept: list[str]) -> int:
    verdicts = _verify(home)
    intact = bool(verdicts) and all(verdict["intact"] for verdict in verdicts.values())
    facts: dict[str, Any] = {
        "archive": str(asked.file),
        "home": str(home),
        "made_at": manifest.made_at,
        "version": manifest.version,
        "database": manifest.database,
        "files": manifest.files,
        "kept": kept,
        "intact": intact,
        "verified": verdicts,
    }
    if asked.json:
        print(json.dumps(facts, ensure_ascii=False))
        return 0 if intact else 1
    print(f"{home}: the city of {manifest.made_at}, {manifest.files} files. / Đã khôi phục.")
    for place in kept:
        print(f"  The old city is kept in {place}. / Bản cũ được giữ lại ở đây.")
    for name, verdict in verdicts.items():
        state = "intact" if verdict["intact"] else f"{len(verdict['findings'])} findings"
        print(f"  {name}: {state}; {verdict['sealed']} sealed, {verdict['unsealed']} not yet")
    if not intact:
        print(
            "hoaphuong: the restored journal is not intact: ./hoaphuong journal verify says where."
            " / Nhật ký không nguyên vẹn.",
            file=sys.stderr,
        )
    return 0 if intact else 1


def _verify(home: Path) -> dict[str, Any]:
    words = [sys.executable, "-m", "hoaphuong", "journal", "verify", "--json"]
    env = {**os.environ, "HOAPHUONG_HOME": str(home)}
    done = subprocess.run(words, env=env, capture_output=True, text=True)
    try:
        return json.loads(done.stdout)
    except ValueError:
        sys.stderr.write(done.stderr[-500:])
        return {}
