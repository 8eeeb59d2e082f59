"""Python processes forked from one that has the libraries in memory: a start without its imports.

A command of the city takes a second to import what it needs, and the tests start hundreds of
them. Each is still a process of its own that reads its own settings and can be killed.
"""

import gc
import importlib
import json
import os
import runpy
import select
import site
import subprocess
import sys
import tempfile
import threading
import types
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

# None of these reads the settings when it is imported.
LIBRARIES = (
    "django.core.management", "django.core.serializers.json", "django.db.backends.sqlite3.base",
    "django.forms", "django.template.backends.django", "django.test", "pydantic", "rich.progress",
    "PIL.Image", "jsonschema", "pypdf", "cryptography.x509", "psycopg", "sqlalchemy.orm",
    "pyiceberg.catalog.sql", "ibis",
)  # fmt: skip


class Starter:
    """The process that the others are forked from, one at a time; it ends with its parent."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folder = tempfile.TemporaryDirectory(prefix="hoaphuong-warm-")
        pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        words = [sys.executable, "-P", __file__]
        self._process: Any = subprocess.Popen(words, text=True, **pipes)

    def run(
        self, words: Sequence[str], *, env: dict[str, str], timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """As ``subprocess.run`` of Python with words that begin with ``-c`` or ``-m``."""
        out, err = (Path(self._folder.name) / name for name in ("out", "err"))
        job = {"words": words, "env": env, "out": str(out), "err": str(err)}
        with self._lock:
            try:
                self._process.stdin.write(json.dumps(job) + "\n")
                self._process.stdin.flush()
                pid = int(self._process.stdout.readline())
                late = not select.select([self._process.stdout], [], [], timeout)[0]
                if late:
                    os.kill(pid, 9)
                status = int(self._process.stdout.readline())
            except BaseException:  # a test's own time limit: the next answer would be another's
                self._process.kill()
                starter.cache_clear()
                raise
            said = [path.read_text() for path in (out, err)]
        if late:
            raise subprocess.TimeoutExpired(words, timeout, *said)
        return subprocess.CompletedProcess(words, status, *said)


@cache
def starter() -> Starter:
    return Starter()


def _job() -> dict[str, Any] | None:
    """In a new process, what it has to do; in the starter none, when no more is wanted."""
    for name in LIBRARIES:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    for line in iter(sys.stdin.readline, ""):
        if (pid := os.fork()) == 0:
            return json.loads(line)
        os.write(1, b"%d\n" % pid)
        os.write(1, b"%d\n" % os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    return None


def _do(words: list[str], env: dict[str, str], out: str, err: str) -> None:
    """What Python does when it starts."""
    written = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    for number, path, how in ((0, os.devnull, os.O_RDONLY), (1, out, written), (2, err, written)):
        os.dup2(os.open(path, how, 0o600), number)
    os.environ.clear()
    os.environ.update(env)
    sys.path[:0] = ["", *env["PYTHONPATH"].split(os.pathsep)]
    site.execsitecustomize()  # type: ignore[attr-defined]
    kind, what, *rest = words
    sys.argv = [kind, *rest]
    if kind == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        exec(compile(what, "<string>", "exec"), main.__dict__)


if __name__ == "__main__" and (job := _job()):
    _do(**job)
