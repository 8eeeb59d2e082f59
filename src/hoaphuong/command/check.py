"""``check``: what a reviewer would otherwise have to look for."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from hoaphuong.command.refusal import Refusal

ROOT = Path(__file__).resolve().parents[3]


def checks() -> list[tuple[str, list[str]]]:
    """(name, command) in the order they are run."""
    python = sys.executable
    tools = Path(python).parent
    return [
        ("format", [str(tools / "ruff"), "format", "--check", "."]),
        ("lint", [str(tools / "ruff"), "check", "."]),
        ("types", [str(tools / "mypy")]),
        ("layers", [str(tools / "lint-imports")]),
        ("migrations", [python, "-m", "django", "makemigrations", "--check", "--dry-run"]),
        ("deployment", [python, "-m", "django", "check", "--fail-level", "WARNING"]),
        ("house rules", [python, "-m", "pytest", "-q", "-n", "0", "tests/test_repository.py"]),
    ]


def run(asked: argparse.Namespace) -> int:
    if not (ROOT / ".importlinter").exists():
        raise Refusal("checks come with a clone of the repository, not with the package.")
    failed = []
    with tempfile.TemporaryDirectory(prefix="hoaphuong-home-") as home:
        env = {
            **os.environ,
            "HOAPHUONG_HOME": home,
            "PYTHONPATH": str(ROOT / "src"),
            "DJANGO_SETTINGS_MODULE": "hoaphuong.web.settings",
        }
        for name, words in checks():
            done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True)
            print(f"{'ok  ' if done.returncode == 0 else 'FAIL'}  {name}", flush=True)
            if done.returncode:
                failed.append(name)
                print(done.stdout + done.stderr)
    return 1 if failed else 0
