"""``doctor``: looks at everything a running city needs and changes nothing."""

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial

from hoaphuong.command.health import database, folder, running
from hoaphuong.command.health.check import OK, PROBLEM, WARNING, Finding, Look, look_at

SIGNS = {OK: "ok     ", WARNING: "warning", PROBLEM: "PROBLEM"}


def run(asked: argparse.Namespace) -> int:
    look = look_at(host=asked.host, port=asked.port)
    found = list(findings(look))
    problems = sum(finding.state == PROBLEM for finding in found)
    warnings = sum(finding.state == WARNING for finding in found)
    if asked.json:
        told = {"problems": problems, "warnings": warnings, "checks": [asdict(f) for f in found]}
        print(json.dumps(told, ensure_ascii=False))
    else:
        for finding in found:
            print(f"{SIGNS[finding.state]}  {finding.check:<17} {finding.text}")
            if finding.advice:
                print(f"{'':9}{'':<17} → {finding.advice}")
        print(f"\n{problems} problems, {warnings} warnings / {problems} lỗi, {warnings} cảnh báo")
    return 1 if problems else 0


def findings(look: Look) -> Iterator[Finding]:
    """Every check in order; one that cannot be made is a problem of its own."""
    for check in folder.CHECKS:
        yield from _made(check.__name__, partial(check, look))
    yield from _made("database", partial(_database, look))
    if look.home.is_dir():
        for check in running.CHECKS:
            yield from _made(check.__name__, partial(check, look))


def _made(name: str, make: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from make()
    except Exception as error:
        said = (str(error).splitlines() or [""])[0]
        yield Finding(
            name, PROBLEM, f"It could not be checked: {type(error).__name__}: {said}.",
            "Put the other problems right first. / Không kiểm tra được.",
        )  # fmt: skip


def _database(look: Look) -> Iterator[Finding]:
    if not look.url and not look.database.exists():
        yield Finding(
            "database", PROBLEM, f"There is no database in {look.home}.",
            "./hoaphuong up makes it, or restore a backup. / Chưa có cơ sở dữ liệu.",
        )  # fmt: skip
        return
    try:
        with look.asking() as ask:
            sound = list(database.soundness(look, ask))
            yield from sound
            if any(finding.state == PROBLEM for finding in sound):
                return
            for check in database.CHECKS:
                yield from _made(check.__name__, partial(check, look, ask))
    except Exception as error:
        said = (str(error).splitlines() or [type(error).__name__])[0]
        yield Finding(
            "database", PROBLEM, f"It does not answer: {said}.",
            "Is it running, and is DATABASE_URL right? / Cơ sở dữ liệu không trả lời."
            if look.url
            else "Restore the last good backup. / Khôi phục bản sao lưu gần nhất.",
        )  # fmt: skip
