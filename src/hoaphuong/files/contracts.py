"""What the files app tells others: a file was stored, and what a stored file is."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from hoaphuong.kernel.values import Code, Ref


@dataclass(frozen=True)
class FileStored:
    """A file passed every check and was stored; its name stays in the app's rows."""

    name: ClassVar[str] = "files.file_stored"
    subject: ClassVar[str] = "file"
    file: Ref
    media_type: Code
    size: int


@dataclass(frozen=True)
class StoredFileFacts:
    """A stored file as another app may show it under the reader's rights; size in bytes."""

    key: str
    sha256: str
    size: int
    media_type: str
    name: str
    retention: str
    owner_account: str
    created_at: datetime
