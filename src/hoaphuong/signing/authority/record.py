"""What a stand-in was asked: one line of JSON a request, without secrets."""

import hashlib
import json
import threading
from datetime import UTC, datetime
from pathlib import Path

MOST_BYTES = 5_000_000


class Record:
    """``requests.jsonl`` in the folder; when it is long, its lines move to ``….old.jsonl``."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "requests.jsonl"
        self._lock = threading.Lock()
        self._file = self._path.open("a", encoding="utf-8", buffering=1)

    def add(self, *, part: str, method: str, path: str, body: bytes, status: int) -> None:
        """``sha256`` is the digest of the body, ``status`` what is about to be answered."""
        line = json.dumps(
            {
                "at": datetime.now(UTC).isoformat(),
                "part": part,
                "method": method,
                "path": path[:300],
                "bytes": len(body),
                "sha256": hashlib.sha256(body).hexdigest(),
                "status": status,
            }
        )
        with self._lock:
            self._file.write(line + "\n")
            if self._file.tell() > MOST_BYTES:
                self._file.close()
                self._path.replace(self._path.with_suffix(".old.jsonl"))
                self._file = self._path.open("a", encoding="utf-8", buffering=1)
