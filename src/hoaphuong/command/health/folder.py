"""``doctor`` on the machine: Python, data folder, configuration, keys, what pages are made of."""

import os
import shutil
import stat
import sys
import tomllib
from collections.abc import Iterator

from hoaphuong.command.health.check import OK, PACKAGE, PROBLEM, WARNING, Check, Finding, Look
from hoaphuong.kernel import occupancy

LITTLE_BYTES, TOO_LITTLE_BYTES = 2_000_000_000, 200_000_000
OLDEST, NEWEST = (3, 11), (3, 13)
NEEDED = ("name", "name_en", "province", "organisation", "agency", "division_agencies")
SINCE_YEAR = 2026


def python(look: Look) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        yield Finding("python", OK, f"Python {version}.")
    else:
        yield Finding(
            "python", PROBLEM, f"Python {version} is not one of 3.11 to 3.13.",
            "Install one of them and start again. / Cài Python 3.11 đến 3.13.",
        )  # fmt: skip


def folder(look: Look) -> Iterator[Finding]:
    home = look.home
    if not home.is_dir():
        yield Finding(
            "folder", PROBLEM, f"There is no data folder {home}.",
            "./hoaphuong up makes it; or name another HOAPHUONG_HOME. / Chưa có thư mục dữ liệu.",
        )  # fmt: skip
        return
    if not os.access(home, os.W_OK | os.X_OK):
        yield Finding(
            "folder", PROBLEM, f"{home} cannot be written.",
            "Give it to the account that runs the program. / Không ghi được vào thư mục dữ liệu.",
        )  # fmt: skip
    elif home.stat().st_mode & 0o077:
        yield Finding(
            "folder", WARNING, f"Other accounts of this machine can read {home}.",
            f"chmod 700 {home} / Tài khoản khác trên máy đọc được dữ liệu.",
        )  # fmt: skip
    else:
        yield Finding("folder", OK, f"{home} is writable, and by its owner only.")
    if occupancy.unfinished(home).exists():
        yield Finding(
            "restore", PROBLEM, "A restore was interrupted in its last step.",
            "./hoaphuong up finishes it. / Việc khôi phục bị gián đoạn.",
        )  # fmt: skip
    yield _space(look)


def _space(look: Look) -> Finding:
    free = shutil.disk_usage(look.home).free
    text = f"{free // 1_000_000:,} MB are free."
    if free >= LITTLE_BYTES:
        return Finding("space", OK, text)
    state = PROBLEM if free < TOO_LITTLE_BYTES else WARNING
    return Finding("space", state, text, "Free some space. / Cần dọn bớt ổ đĩa.")


def configuration(look: Look) -> Iterator[Finding]:
    broken = "Mend it, or name another HOAPHUONG_CONFIG. / Cần sửa tệp cấu hình."
    try:
        city = tomllib.loads(look.config.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        text = f"{look.config} cannot be read: {reason}."
        yield Finding("configuration", PROBLEM, text, broken)
        return
    lacking = [name for name in NEEDED if name not in city]
    if lacking:
        text = f"{look.config} lacks {', '.join(lacking)}."
        yield Finding("configuration", PROBLEM, text, broken)
    else:
        yield Finding("configuration", OK, f"{look.config.name}: {city['name']}.")


def keys(look: Look) -> Iterator[Finding]:
    folder = look.home / "keys"
    if not (folder / "secret_key").exists():
        if look.database.exists():
            yield Finding(
                "keys", WARNING, "The city's secret key is gone.",
                "Restore it from a backup; a new one ends every sign-in. / Mất khóa bí mật.",
            )  # fmt: skip
        return
    seen = [folder, *folder.iterdir()]
    open_ones = [p for p in seen if stat.S_IMODE(p.stat().st_mode) & 0o077]
    if open_ones:
        names = ", ".join(str(path) for path in open_ones)
        yield Finding(
            "keys", PROBLEM, f"Others can read {names}.",
            f"chmod -R go= {folder} / Người khác đọc được khóa bí mật.",
        )  # fmt: skip
    else:
        yield Finding("keys", OK, f"{len(seen) - 1} in {folder}, readable by the owner only.")


def pages(look: Look) -> Iterator[Finding]:
    if (PACKAGE / "web" / "collected" / "staticfiles.json").exists():
        yield Finding("static files", OK, "Collected.")
    else:
        yield Finding(
            "static files", PROBLEM, "They are not collected: pages have no style.",
            "./hoaphuong collect / Chưa gom tệp tĩnh.",
        )  # fmt: skip
    sources = list(PACKAGE.glob("*/locale/*/LC_MESSAGES/django.po"))
    uncompiled = [p.parents[3].name for p in sources if not p.with_suffix(".mo").exists()]
    if uncompiled:
        yield Finding(
            "translations", PROBLEM, f"Not compiled: {', '.join(sorted(uncompiled))}.",
            "Any ./hoaphuong command compiles them. / Chưa biên dịch bản dịch.",
        )  # fmt: skip
    else:
        yield Finding("translations", OK, f"{len(sources)} compiled.")


def year(look: Look) -> Iterator[Finding]:
    if look.now.year < SINCE_YEAR:
        yield Finding(
            "clock", PROBLEM, f"This machine thinks that it is {look.now:%Y-%m-%d}.",
            "Set its clock: due dates depend on it. / Đồng hồ máy sai.",
        )  # fmt: skip


CHECKS: tuple[Check, ...] = (python, folder, configuration, keys, pages, year)
