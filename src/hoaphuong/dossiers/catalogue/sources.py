"""Opens a file of procedures within bounds and tells what it is by its content, not its name."""

import gzip
import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

Shape = Literal["csv", "json", "jsonl", "xlsx"]

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_BOM = b"\xef\xbb\xbf"

REASONS: dict[str, str] = {
    "not_a_file": "This is not an ordinary file.",
    "missing": "The file could not be opened.",
    "empty": "The file is empty.",
    "too_large": "The file is larger than allowed.",
    "expands_too_far": "The compressed file expands beyond what is allowed.",
    "too_many_rows": "The file has more rows than allowed.",
    "damaged": "The file is damaged or is not what it claims to be.",
    "not_utf8": "The text is not in UTF-8. Save the file as UTF-8 and try again.",
    "not_json": "The file is not valid JSON.",
    "no_header": "No row names both a procedure code and a procedure name.",
    "row_too_long": "A row is longer than allowed.",
    "old_excel": "This is an old .xls workbook. Save it as .xlsx and try again.",
    "unsafe_workbook": "The workbook holds a document type declaration, which is refused.",
}


@dataclass(frozen=True)
class Bounds:
    """The most a file may ask of this machine; sizes in bytes."""

    file_bytes: int = 64 * 2**20
    expanded_bytes: int = 256 * 2**20
    line_bytes: int = 2 * 2**20
    rows: int = 200_000
    columns: int = 64


class UnreadableSource(Exception):
    """The file as a whole cannot be read; rows that came before this do not count.

    `code` is for programs; `reason` is an English msgid for people.
    """

    def __init__(self, code: str, line: int | None = None) -> None:
        self.code = code
        self.reason = REASONS[code]
        self.line = line
        super().__init__(self.reason if line is None else f"{self.reason} ({line})")


@contextmanager
def opened(source: str | os.PathLike[str] | BinaryIO, bounds: Bounds) -> Iterator[BinaryIO]:
    """The file at the path, or the open file given; raises UnreadableSource past the bounds."""
    if not isinstance(source, (str, os.PathLike)):
        _check_size(source.seek(0, os.SEEK_END), bounds)
        source.seek(0)
        yield source
        return
    try:
        # Without O_NONBLOCK a named pipe would hold the process until somebody writes.
        handle = os.open(Path(source), os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError) as error:
        raise UnreadableSource("missing") from error
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise UnreadableSource("not_a_file")
    with os.fdopen(handle, "rb") as stream:
        _check_size(status.st_size, bounds)
        yield stream


def _check_size(size: int, bounds: Bounds) -> None:
    if size == 0:
        raise UnreadableSource("empty")
    if size > bounds.file_bytes:
        raise UnreadableSource("too_large")


def unpacked(stream: BinaryIO) -> BinaryIO:
    """The stream itself, or what a gzip file holds; nothing is expanded yet."""
    packed = stream.read(2) == _GZIP
    stream.seek(0)
    return gzip.GzipFile(fileobj=stream, mode="rb") if packed else stream  # type: ignore[return-value]


def shape(stream: BinaryIO) -> Shape:
    """What the first bytes show the content to be; the stream is left at its start."""
    with damage_named():
        head = stream.read(4096)
        stream.seek(0)
    if head.startswith(_ZIP):
        return "xlsx"
    if head.startswith(_OLD_EXCEL):
        raise UnreadableSource("old_excel")
    if head.startswith(_GZIP):
        raise UnreadableSource("damaged")
    text = head.removeprefix(_BOM).lstrip()
    if not text:
        raise UnreadableSource("empty")
    return "json" if text[:1] == b"[" else "jsonl" if text[:1] == b"{" else "csv"


@contextmanager
def damage_named() -> Iterator[None]:
    """Turns what a damaged archive raises into UnreadableSource."""
    try:
        yield
    except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
        raise UnreadableSource("damaged") from error


def lines(stream: BinaryIO, bounds: Bounds) -> Iterator[bytes | None]:
    """Each line with its end; None for a line over the bound, which is skipped unread."""
    total = 0
    first = True
    while True:
        with damage_named():
            line = stream.readline(bounds.line_bytes + 1)
        total += len(line)
        if total > bounds.expanded_bytes:
            raise UnreadableSource("expands_too_far")
        if not line:
            return
        if first:
            line, first = line.removeprefix(_BOM), False
        if len(line) <= bounds.line_bytes or line.endswith(b"\n"):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            with damage_named():
                line = stream.readline(bounds.line_bytes)
            total += len(line)
            if total > bounds.expanded_bytes:
                raise UnreadableSource("expands_too_far")
        yield None


def whole(stream: BinaryIO, bounds: Bounds) -> str:
    """All of the text; raises UnreadableSource past the bound or where it is not UTF-8."""
    with damage_named():
        content = stream.read(bounds.expanded_bytes + 1)
    if len(content) > bounds.expanded_bytes:
        raise UnreadableSource("expands_too_far")
    try:
        return content.removeprefix(_BOM).decode()
    except UnicodeDecodeError as error:
        raise UnreadableSource("not_utf8") from error


def check_workbook(stream: BinaryIO, bounds: Bounds) -> None:
    """Refuses a workbook that expands too far or that declares entities, before it is parsed.

    A false size in the archive's directory does not help: no more than that size is ever read.
    """
    with damage_named(), zipfile.ZipFile(stream) as archive:
        members = archive.infolist()
        if sum(member.file_size for member in members) > bounds.expanded_bytes:
            raise UnreadableSource("expands_too_far")
        if not any(member.filename.startswith("xl/") for member in members):
            raise UnreadableSource("damaged")
        for member in members:
            if member.filename.endswith((".xml", ".rels")):
                with archive.open(member) as part:
                    if b"<!DOCTYPE" in part.read(4096):
                        raise UnreadableSource("unsafe_workbook")
    stream.seek(0)


def as_text_file(stream: BinaryIO, bounds: Bounds) -> Iterator[str]:
    """Lines of a UTF-8 text; raises UnreadableSource where one is too long or is not UTF-8."""
    for number, line in enumerate(lines(stream, bounds), start=1):
        if line is None:
            raise UnreadableSource("row_too_long", number)
        try:
            yield line.decode()
        except UnicodeDecodeError as error:
            raise UnreadableSource("not_utf8", number) from error


def seekable(stream: BinaryIO, bounds: Bounds) -> BinaryIO:
    """The stream, or what its gzip file holds as memory: a workbook is read back and forth."""
    if not isinstance(stream, gzip.GzipFile):
        return stream
    with damage_named():
        content = stream.read(bounds.file_bytes + 1)
    if len(content) > bounds.file_bytes:
        raise UnreadableSource("expands_too_far")
    return io.BytesIO(content)
