"""Counts hits per caller and window in one shared file: every process sees the same counter.

A database write per hit would make the limiter the heaviest part of the page. The table has a
fixed size; two callers that share a slot share its allowance, which errs on the strict side.
"""

import fcntl
import hashlib
import mmap
import os
import struct
from pathlib import Path
from threading import Lock

SLOTS = 65_536
_SLOT = struct.Struct("<II")  # window number, hits


class RateLimiter:
    """At most ``limit`` hits per ``seconds`` for each caller, across processes."""

    def __init__(self, path: Path, *, limit: int, seconds: int) -> None:
        self.limit, self.seconds = limit, seconds
        path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        if os.fstat(self._fd).st_size < SLOTS * _SLOT.size:
            os.ftruncate(self._fd, SLOTS * _SLOT.size)
        self._table = mmap.mmap(self._fd, SLOTS * _SLOT.size)
        self._threads = Lock()  # a file lock holds between processes, not between threads

    def hit(self, caller: str, *, now: float) -> int:
        """Count one hit; 0 when it is allowed, else the seconds to wait."""
        window = int(now // self.seconds)
        hashed = hashlib.blake2b(caller.encode(), digest_size=4).digest()
        offset = int.from_bytes(hashed) % SLOTS * _SLOT.size
        with self._threads:
            fcntl.lockf(self._fd, fcntl.LOCK_EX, _SLOT.size, offset)
            try:
                seen, hits = _SLOT.unpack_from(self._table, offset)
                if seen != window:
                    hits = 0
                hits += 1
                _SLOT.pack_into(self._table, offset, window, hits)
            finally:
                fcntl.lockf(self._fd, fcntl.LOCK_UN, _SLOT.size, offset)
        if hits <= self.limit:
            return 0
        return max(1, int((window + 1) * self.seconds - now))
