"""``import``: published lists, each row accepted or rejected with its reason."""

import argparse
import json
import sys
from datetime import UTC, datetime

from hoaphuong.command.django_ready import ready
from hoaphuong.command.refusal import Refusal


def run(asked: argparse.Namespace) -> int:
    ready()
    from hoaphuong.dossiers import actions
    from hoaphuong.dossiers.catalogue import UnreadableSource

    if not asked.file.exists():
        raise Refusal(f"{asked.file} is not there. / Không tìm thấy tệp.")
    try:
        report = actions.import_procedures(
            path=asked.file,
            at=datetime.now(UTC),
            by="command-line",
            dry_run=asked.dry_run,
            progress=None if asked.json else _progress,
        )
    except UnreadableSource as unreadable:
        raise Refusal(f"{asked.file}: {unreadable.reason}") from unreadable
    if asked.json:
        print(json.dumps(report.counts(), ensure_ascii=False))
        return 0
    print(
        f"\nĐọc {report.read} dòng: nhận {report.accepted} (không đổi {report.unchanged}),"
        f" loại {report.rejected}."
    )
    if report.rejects_file:
        print(f"Các dòng bị loại: {report.rejects_file}")
    return 0


def _progress(count: int) -> None:
    print(f"\r  {count} dòng", end="", file=sys.stderr, flush=True)
