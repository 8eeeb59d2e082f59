"""``import``: published lists and staff, each row accepted or rejected with its reason."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from hoaphuong.command.django_ready import behind, ready
from hoaphuong.command.refusal import Refusal
from hoaphuong.kernel.intake import ImportReport

BY = "command-line"
SHOWN_FAULTS = 50


def run(asked: argparse.Namespace) -> int:
    ready()
    if not asked.file.exists():
        raise Refusal(f"{asked.file} is not there. / Không tìm thấy tệp.")
    if behind():
        raise Refusal(
            "the database is not prepared: start the city once with ./hoaphuong up."
            " / Cơ sở dữ liệu chưa sẵn sàng."
        )
    report = _staff(asked) if asked.list == "staff" else _procedures(asked)
    if asked.json:
        told = {"changes": list(report.changes)} if asked.list == "staff" else {}
        print(json.dumps(report.counts() | told, ensure_ascii=False))
    else:
        _say(report, asked)
    return 1 if report.faults else 0


def _procedures(asked: argparse.Namespace) -> ImportReport:
    from hoaphuong.dossiers import actions
    from hoaphuong.dossiers.catalogue import UnreadableSource

    try:
        with _progress(quiet=asked.json) as progress:
            return actions.import_procedures(
                path=asked.file,
                at=datetime.now(UTC),
                by=BY,
                dry_run=asked.dry_run,
                progress=progress,
            )
    except UnreadableSource as unreadable:
        raise Refusal(_unreadable(asked, unreadable.reason, unreadable.line)) from unreadable


def _staff(asked: argparse.Namespace) -> ImportReport:
    from hoaphuong.identity import actions
    from hoaphuong.identity.staff_import import UnreadableStaffList

    if not asked.file.is_file():
        raise Refusal(f"{asked.file} is not an ordinary file. / Không phải là tệp thường.")
    try:
        return actions.import_staff(
            path=asked.file,
            at=datetime.now(UTC),
            by=BY,
            dry_run=asked.dry_run,
            end_missing=asked.end_missing,
            at_most=asked.at_most,
        )
    except actions.LastAdministrator:
        raise Refusal(
            "the city would be left without an administrator; nothing was stored."
            " / Thành phố sẽ không còn quản trị viên; chưa lưu gì."
        ) from None
    except actions.TooManyEnd as many:
        count = many.args[0]
        raise Refusal(
            f"{count} officers would lose roles because the list leaves them out; nothing was"
            f" stored. If that is right, add --at-most {count}."
            f" / {count} cán bộ sẽ mất vai trò vì không có trong danh sách; chưa lưu gì."
        ) from None
    except UnreadableStaffList as unreadable:
        raise Refusal(_unreadable(asked, str(unreadable), None)) from unreadable


def _unreadable(asked: argparse.Namespace, reason: str, line: int | None) -> str:
    from django.utils.translation import gettext

    where = f" (dòng {line})" if line else ""
    return f"{asked.file}: {gettext(reason)}{where}"


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """How many rows were read, on stderr; a file does not say how many it holds."""
    if quiet:
        yield None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("Đang đọc: {task.completed:.0f} dòng"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda count: bar.update(task, completed=count)


def _say(report: ImportReport, asked: argparse.Namespace) -> None:
    print(
        f"Đã đọc {report.read} dòng: nhận {report.accepted} (trong đó {report.unchanged} không có"
        f" gì mới), loại {report.rejected}."
    )
    for line, reason in report.faults[:SHOWN_FAULTS]:
        print(f"  Dòng {line}: {reason}", file=sys.stderr)
    if report.rejects_file:
        print(f"Các dòng bị loại, kèm lý do: {report.rejects_file}")
    for change in report.changes:
        print(f"  {change}")
    if report.faults:
        print("Chưa lưu dòng nào: hãy sửa các dòng bị loại rồi nhập lại cả tệp.")
    elif asked.dry_run:
        print("Đây là lần chạy thử: chưa lưu gì vào cơ sở dữ liệu.")
