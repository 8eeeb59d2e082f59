"""``verify``: is what was signed what is here, and who signed it?"""

import argparse
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from hoaphuong.command.refusal import Refusal
from hoaphuong.signing.contracts import Report, SignatureFinding, Verdict
from hoaphuong.signing.verification import MOST_BYTES, reasons, wire
from hoaphuong.signing.verification.aside import Aside, Limits

MARKS = {
    Verdict.VALID: "VALID / HỢP LỆ",
    Verdict.INVALID: "INVALID / KHÔNG HỢP LỆ",
    Verdict.INDETERMINATE: "INDETERMINATE / CHƯA XÁC ĐỊNH",
    Verdict.UNSIGNED: "UNSIGNED / KHÔNG CÓ CHỮ KÝ",
    Verdict.UNREADABLE: "UNREADABLE / KHÔNG ĐỌC ĐƯỢC",
}


def run(asked: argparse.Namespace) -> int:
    trust = asked.anchors or Path(os.environ.get("HOAPHUONG_HOME", "var")).resolve() / "trust"
    if asked.anchors and not asked.anchors.is_dir():
        raise Refusal(f"{asked.anchors} is not a folder. / Không tìm thấy thư mục.")
    allowed = os.environ.get("HOAPHUONG_REVOCATION_ORIGINS", "")
    origins = [one for one in allowed.split(",") if one] if asked.online else []
    at = _moment(asked.at) if asked.at else datetime.now(UTC)
    reader = Aside(Limits(at_once=1))
    reports = []
    try:
        for file in asked.files:
            report = _verified(reader, file, trust, at, origins)
            reports.append(report)
            if not asked.json:
                print(_block(report), flush=True)
    finally:
        reader.close()
    if asked.json:
        told = [wire.told(report, detail=asked.detail) for report in reports]
        print(json.dumps(told, ensure_ascii=False, indent=1))
    return 0 if all(one.verdict is Verdict.VALID for one in reports) else 1


def _verified(reader: Aside, file: Path, trust: Path, at: datetime, origins: list[str]) -> Report:
    try:
        if not file.is_file():
            reason = "missing" if not file.exists() else "unreadable"
            return Report(str(file), Verdict.UNREADABLE, reason)
        if file.stat().st_size > MOST_BYTES:
            return Report(str(file), Verdict.UNREADABLE, "too_large")
        content = file.read_bytes()
    except OSError as fault:
        return Report(str(file), Verdict.UNREADABLE, "unreadable", detail=fault.strerror or "")
    return reader.verify(content, name=str(file), trust=trust, at=at, origins=origins)


def _moment(said: str) -> datetime:
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise Refusal(
            f"{said} is not a moment such as 2026-03-02T10:00. / Thời điểm không hợp lệ."
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _block(report: Report) -> str:
    lines = [f"{report.file}: {MARKS[report.verdict]}"]
    lines.append(f"  {_sentence(report.reason)}")
    if report.detail:
        lines.append(f"  ({report.detail})")
    for warning in report.warnings:
        if warning == "scripts":
            lines.append("  ! carries scripts / có chứa mã lệnh")
    for number, one in enumerate(report.signatures, 1):
        lines += _signature(number, one)
    return "\n".join(lines)


def _signature(number: int, one: SignatureFinding) -> list[str]:
    who = one.signer or "?"
    if one.organisation and one.organisation != who:
        who += f", {one.organisation}"
    lines = [f"  {number}. {one.kind}: {who} [{one.level or '-'}] {MARKS[one.verdict]}"]
    if one.reason != "valid":
        lines.append(f"     {_sentence(one.reason)}")
    for label, moment in (("stamped", one.stamped_at), ("claimed", one.claimed_at)):
        if moment:
            lines.append(f"     {label} {moment.isoformat()}")
    lines += [
        f"     after: {change.what}{'' if change.permitted else ' (NOT PERMITTED)'}"
        for change in one.changes
    ]
    return lines


def _sentence(code: str) -> str:
    return f"{reasons.sentence(code, 'en')} / {reasons.sentence(code, 'vi')}"
