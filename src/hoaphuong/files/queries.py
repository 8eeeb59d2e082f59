"""Reads of the files app. Who may see a file is for the app that owns the record to say."""

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from hoaphuong.files import shelf
from hoaphuong.files.contracts import StoredFileFacts
from hoaphuong.files.models import StoredFile
from hoaphuong.files.rules import KNOWN, PHOTOS, SCANS, USUAL, XML, detect

__all__ = [
    "KNOWN",
    "PHOTOS",
    "SCANS",
    "USUAL",
    "XML",
    "NoSuchFile",
    "detect",
    "facts",
    "file_facts",
    "open_file",
    "place_of_file",
]


class NoSuchFile(LookupError):
    """No file has this key, or its bytes are no longer on the disk."""


def stored_file_facts(row: StoredFile) -> StoredFileFacts:
    return StoredFileFacts(
        **{name: getattr(row, name) for name in StoredFileFacts.__dataclass_fields__}
    )


def file_facts(key: str) -> StoredFileFacts:
    """One stored file; NoSuchFile when there is none."""
    found = facts([key])
    if key not in found:
        raise NoSuchFile(key)
    return found[key]


def facts(keys: Iterable[str]) -> dict[str, StoredFileFacts]:
    """The stored files among these keys, by key."""
    rows = StoredFile.objects.filter(key__in=list(keys))
    return {row.key: stored_file_facts(row) for row in rows}


def open_file(key: str) -> BinaryIO:
    """The bytes of a file, open for reading; the caller closes. NoSuchFile when there are none."""
    sha256 = StoredFile.objects.filter(key=key).values_list("sha256", flat=True).first()
    if sha256 is None:
        raise NoSuchFile(key)
    try:
        return shelf.path_of(sha256).open("rb")
    except FileNotFoundError as fault:
        raise NoSuchFile(key) from fault


def place_of_file(key: str) -> Path:
    """Where the bytes of a file lie, for a process that reads them; NoSuchFile."""
    sha256 = StoredFile.objects.filter(key=key).values_list("sha256", flat=True).first()
    if sha256 is None or not shelf.path_of(sha256).exists():
        raise NoSuchFile(key)
    return shelf.path_of(sha256)
