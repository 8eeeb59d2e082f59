"""``doctor`` on what is recorded: database, seal and heads, lake, stored files."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from hoaphuong.command.backups.backup import CHAINS, PUBLISHED
from hoaphuong.command.backups.triggers import Ask, missing_triggers
from hoaphuong.command.django_ready import known_migrations
from hoaphuong.command.health.check import (
    OK,
    PROBLEM,
    WARNING,
    DatabaseCheck,
    Finding,
    Look,
    moment,
)

LATE = timedelta(minutes=2)
STALE = timedelta(hours=25)
AHEAD = timedelta(minutes=5)
ALARM = timedelta(days=30)
LEFT_OVER = timedelta(days=2)
WORKER = "Is the worker running? See its log. / Tiến trình nền có chạy không?"


def soundness(look: Look, ask: Ask) -> Iterator[Finding]:
    if look.url:
        [[version]] = ask("SHOW server_version")
        yield Finding("database", OK, f"PostgreSQL {version} answers.")
        return
    [[sound]] = ask("PRAGMA quick_check(1)")
    if sound == "ok":
        size = look.database.stat().st_size
        yield Finding("database", OK, f"SQLite, {size // 1_000_000:,} MB, sound.")
    else:
        yield Finding(
            "database", PROBLEM, f"The database file is damaged: {sound.splitlines()[-1]}.",
            "Stop the city and restore the last good backup. / Tệp cơ sở dữ liệu bị hỏng.",
        )  # fmt: skip
    [[mode]] = ask("PRAGMA journal_mode")
    # A reader who asks for an unmoving file is told "off"; the file's own mode is in its header.
    with look.database.open("rb") as file:
        file.seek(18)
        in_header = file.read(1) == b"\x02"
    if mode == "wal" or in_header:
        yield Finding("write-ahead log", OK, "On: readers and the writer do not wait.")
    else:
        yield Finding(
            "write-ahead log", WARNING, "Off: readers wait for the writer.",
            "The next start of ./hoaphuong up sets it. / Chế độ WAL đang tắt.",
        )  # fmt: skip


def migrations(look: Look, ask: Ask) -> Iterator[Finding]:
    applied = {(app, name) for app, name in ask("SELECT app, name FROM django_migrations")}
    known = known_migrations()
    ours = {app for app, _name in known}
    newer = sorted(key for key in applied if key[0] in ours and key not in known)
    waiting = sorted(known - applied)
    if newer:
        yield Finding(
            "migrations", PROBLEM,
            f"The database is newer than this program ({' '.join(newer[-1])}).",
            "Install the newer program. / Cơ sở dữ liệu mới hơn chương trình.",
        )  # fmt: skip
    elif waiting:
        yield Finding(
            "migrations", WARNING, f"{len(waiting)} wait, the first is {' '.join(waiting[0])}.",
            "./hoaphuong up applies them. / Cần nâng cấp cơ sở dữ liệu.",
        )  # fmt: skip
    else:
        yield Finding("migrations", OK, "All applied.")


def triggers(look: Look, ask: Ask) -> Iterator[Finding]:
    missing = missing_triggers(ask, vendor=look.vendor)
    if missing:
        yield Finding(
            "append-only", PROBLEM, f"Triggers are missing or changed: {', '.join(missing)}.",
            "Sealed rows can be altered: find out who did it, verify the journal, restore a"
            " backup. / Thiếu trigger bảo vệ nhật ký.",
        )  # fmt: skip
    else:
        yield Finding("append-only", OK, "Every trigger of the sealed tables is in place.")


def heads(look: Look, ask: Ask) -> Iterator[Finding]:
    """The newest batch against the newest head; ``journal verify`` walks the whole chain."""
    for chain in CHAINS:
        rows = ask(f"SELECT number, head FROM kernel_{chain}_batch ORDER BY number DESC LIMIT 50")
        batches = {int(number): head for number, head in rows}
        newest = max(batches, default=0)
        outside = _heads(look.home / "heads" / f"{chain}.jsonl")
        last = max(outside, default=0)
        wrong = [n for n, head in batches.items() if n in outside and outside[n] != head]
        if last > newest:
            text = f"The head of batch {last} is kept and the database ends at {newest}."
        elif wrong:
            text = f"Batch {min(wrong)} is not the one whose head is kept."
        elif newest - last > 1:
            yield Finding(
                f"{chain} heads", WARNING, f"{newest - last} batches have no head outside.", WORKER
            )
            continue
        else:
            yield Finding(f"{chain} heads", OK, f"{newest} batches, the newest head agrees.")
            continue
        yield Finding(
            f"{chain} heads", PROBLEM, text,
            "./hoaphuong journal verify says what was altered. / Nhật ký có dấu hiệu bị sửa.",
        )  # fmt: skip


def _heads(path: Path) -> dict[int, str]:
    found = {}
    for line in path.read_bytes().splitlines()[-50:] if path.exists() else []:
        try:
            head = json.loads(line)
            found[int(head["batch"])] = str(head["head"])
        except (ValueError, KeyError, TypeError):
            continue  # the last line may be half written
    return found


def sealing(look: Look, ask: Ask) -> Iterator[Finding]:
    query = (
        "SELECT count(*), min(entry.recorded_at) FROM kernel_journal_pending pending"
        " JOIN kernel_journal entry ON entry.id = pending.entry_id"
    )
    [[count, oldest]] = ask(query)
    if count and look.now - moment(oldest) > LATE:
        yield Finding("sealing", WARNING, f"{count:,} facts wait, some for minutes.", WORKER)
    else:
        yield Finding("sealing", OK, f"{count:,} facts wait to be sealed.")


def lake(look: Look, ask: Ask) -> Iterator[Finding]:
    [[newest]] = ask("SELECT coalesce(max(number), 0) FROM kernel_journal_batch")
    try:
        drained = int(json.loads((look.home / "lake" / "drained.json").read_text())["batch"])
    except (OSError, ValueError, KeyError, TypeError):
        drained = 0
    sealed = ask(f"SELECT min(sealed_at) FROM kernel_journal_batch WHERE number > {drained}")[0][0]
    if drained > newest:
        yield Finding(
            "lake", PROBLEM, f"It carries batch {drained} and the journal ends at {newest}.",
            "Stop the worker and move the folder lake away: it is filled again. / Kho dữ liệu"
            " đi trước nhật ký.",
        )  # fmt: skip
    elif sealed and look.now - moment(sealed) > LATE:
        yield Finding("lake", WARNING, f"{newest - drained} sealed batches wait.", WORKER)
    else:
        yield Finding("lake", OK, f"Filled up to batch {drained} of {newest}.")
    yield _published(look, newest)


def _published(look: Look, newest: int) -> Finding:
    path = look.home / PUBLISHED
    if not path.exists():
        return Finding("published tables", WARNING, "Nothing is published yet.", WORKER)
    address = f"file:{path}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as out:
            computed_at, through = out.execute("SELECT * FROM _meta").fetchone()
    except (sqlite3.Error, TypeError) as error:
        return Finding(
            "published tables", PROBLEM, f"The file cannot be read: {error}.",
            f"Remove {path}; the worker writes it again. / Tệp số liệu bị hỏng.",
        )  # fmt: skip
    age = look.now - datetime.fromisoformat(computed_at)
    minutes = max(0, int(age.total_seconds()) // 60)
    text = f"Computed {minutes:,} minutes ago, through batch {through}."
    # It is computed at each change, and once a day without one.
    late = age > STALE or (through < newest and age > LATE)
    return Finding("published tables", WARNING if late else OK, text, WORKER if late else "")


def files(look: Look, ask: Ask) -> Iterator[Finding]:
    """Names and sizes on the shelf; a backup compares the content too."""
    rows = ask("SELECT DISTINCT sha256, size FROM files_storedfile")
    wanted = {sha256: size for sha256, size in rows}
    shelf, oldest = look.home / "files", (look.now - LEFT_OVER).timestamp()
    found = {p.name: p.stat() for p in shelf.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*")}
    missing = [sha for sha in wanted if sha not in found]
    other = [sha for sha, size in wanted.items() if sha in found and found[sha].st_size != size]
    stray = [sha for sha, about in found.items() if sha not in wanted and about.st_mtime < oldest]
    if missing or other:
        examples = ", ".join((missing + other)[:3])
        yield Finding(
            "stored files", PROBLEM,
            f"{len(missing)} are missing and {len(other)} have another size ({examples}).",
            "Put them back from a backup. / Có tệp bị mất hoặc sai kích thước.",
        )  # fmt: skip
    elif stray:
        yield Finding(
            "stored files", WARNING, f"{len(stray)} belong to nothing and were not swept.", WORKER
        )
    else:
        yield Finding("stored files", OK, f"{len(wanted):,}, all on the shelf in their size.")


def archive(look: Look, ask: Ask) -> Iterator[Finding]:
    """Issued documents whose last time stamp ends, or has ended, without a further one."""
    rows = ask("SELECT stamp_ends_at FROM signing_archiveitem ORDER BY stamp_ends_at LIMIT 10000")
    ends = [moment(one) for [one] in rows]
    lost = sum(one <= look.now for one in ends)
    soon = sum(look.now < one <= look.now + ALARM for one in ends)
    advice = "./hoaphuong archive says why. / Dấu thời gian lưu trữ chưa được gia hạn."
    if lost:
        yield Finding("archive", PROBLEM, f"{lost:,} documents were not stamped in time.", advice)
    elif soon:
        text = f"The time stamps of {soon:,} documents end within 30 days."
        yield Finding("archive", WARNING, text, advice)
    else:
        yield Finding("archive", OK, "No time stamp of a document ends within 30 days.")


def clock(look: Look, ask: Ask) -> Iterator[Finding]:
    [[latest]] = ask("SELECT max(recorded_at) FROM kernel_journal")
    advice = "Set this machine's clock: due dates depend on it. / Đồng hồ máy sai."
    if look.url:
        [[there]] = ask("SELECT now()")
        if abs(moment(there) - look.now) > AHEAD:
            text = "The database's clock and this machine's are minutes apart."
            yield Finding("clock", PROBLEM, text, advice)
            return
    if latest and moment(latest) - look.now > AHEAD:
        text = f"The newest fact was recorded at {latest}, which is still to come."
        yield Finding("clock", PROBLEM, text, advice)
    else:
        yield Finding("clock", OK, "After everything that was recorded.")


CHECKS: tuple[DatabaseCheck, ...] = (
    migrations,
    triggers,
    heads,
    sealing,
    lake,
    files,
    archive,
    clock,
)
