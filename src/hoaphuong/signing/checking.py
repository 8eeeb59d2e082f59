"""Anyone's files, checked for anyone: read aside, kept nowhere."""

import atexit
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from hoaphuong.kernel.discovery import modules
from hoaphuong.kernel.rate_limit import RateLimiter
from hoaphuong.signing.contracts import Provenance, Report, Verdict
from hoaphuong.signing.verification.aside import Aside

MOST_FILES = 10
MOST_NAME = 200


@dataclass(frozen=True)
class Checked:
    """A report, and the paper of a register when the file is one."""

    report: Report
    known: Provenance | None


@cache
def aside() -> Aside:
    """The waiting process of this web process."""
    made = Aside()
    atexit.register(made.close)
    return made


@cache
def limiter() -> RateLimiter:
    return RateLimiter(
        settings.HOME / "run" / "verifying.counters",
        limit=getattr(settings, "VERIFYING_PER_MINUTE", 30),
        seconds=60,
    )


def wait_for(caller: str, files: int) -> int:
    """Count as many files for a caller; 0 when they are allowed, else the seconds to wait."""
    now = time.time()
    return max((limiter().hit(caller, now=now) for _ in range(max(files, 1))), default=0)


def check(uploads: Iterable[UploadedFile]) -> list[Checked]:
    """What is to be said of each file, in order."""
    return [_checked(one) for one in uploads]


def trust() -> Path:
    """The folder of those who are trusted."""
    return Path(settings.HOME) / "trust"


def _checked(upload: UploadedFile) -> Checked:
    name = (upload.name or "")[:MOST_NAME]
    size = upload.size or 0
    if size > settings.UPLOAD_MAX_BYTES:
        return Checked(Report(name, Verdict.UNREADABLE, "too_large", size=size), None)
    report = aside().verify(upload.read(), name=name, trust=trust())
    return Checked(report, _known(report.sha256))


def _known(sha256: str) -> Provenance | None:
    if not sha256:
        return None
    found = (module.known(sha256) for module in modules("provenance"))
    return next((one for one in found if one is not None), None)
