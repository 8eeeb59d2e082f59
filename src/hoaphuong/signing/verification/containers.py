"""A stranger's ZIP archive read whole and bounded, or refused: no file hides, none escapes."""

import io
import stat
import unicodedata
import zipfile
import zlib

from hoaphuong.signing.verification.base import Unreadable

MOST_FILES = 1000
MOST_BYTES = 128 * 1024 * 1024
_HEADER, _END = 30, 22
# A data descriptor behind a file: 12, 16, 20 or 24 bytes (APPNOTE 4.3.9).
_DESCRIPTOR, _DESCRIBED = 24, 0x08


def opened(content: bytes) -> dict[str, bytes]:
    """Every file of an archive by its name, in its order; Unreadable.

    Refused: encrypted ones, two of one name, names that leave the folder, links, and bytes that
    belong to no file, where another reader could find another file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _look(archive, content)
            return {
                entry.filename: _read(archive, entry) for entry in entries if not entry.is_dir()
            }
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error, ValueError) as fault:
        raise Unreadable("broken", f"{type(fault).__name__}: {str(fault)[:200]}") from fault


def _look(archive: zipfile.ZipFile, content: bytes) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        raise Unreadable("too_hard", f"{len(entries)} files")
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise Unreadable("too_large", "unpacked")
    seen: set[str] = set()
    for entry in entries:
        if entry.flag_bits & 0x41:
            raise Unreadable("encrypted", entry.filename[:100])
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unreadable("broken", f"packing method {entry.compress_type}")
        if _escapes(entry) or stat.S_ISLNK(entry.external_attr >> 16):
            raise Unreadable("broken", f"a name that leads elsewhere: {entry.filename[:100]!r}")
        name = unicodedata.normalize("NFC", entry.filename).casefold()
        if name in seen:
            raise Unreadable("broken", f"two files of one name: {entry.filename[:100]!r}")
        seen.add(name)
        if entry.is_dir() and entry.file_size:
            raise Unreadable("broken", "a folder with content")
    _refuse_gaps(archive, content)


def _escapes(entry: zipfile.ZipInfo) -> bool:
    name = entry.orig_filename
    parts = name.rstrip("/").split("/")
    return (
        "\\" in name
        or "\0" in name
        or ":" in parts[0]
        or any(part in ("", ".", "..") for part in parts)
    )


def _refuse_gaps(archive: zipfile.ZipFile, content: bytes) -> None:
    place = slack = 0
    for entry in sorted(archive.infolist(), key=lambda one: one.header_offset):
        if not place <= entry.header_offset <= place + slack:
            raise Unreadable("broken", "bytes that belong to no file")
        head = content[entry.header_offset : entry.header_offset + _HEADER]
        names = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        place = entry.header_offset + _HEADER + names + entry.compress_size
        slack = _DESCRIPTOR if entry.flag_bits & _DESCRIBED else 0
    if not place <= archive.start_dir <= place + slack:
        raise Unreadable("broken", "bytes behind its last file")
    end = content[len(content) - len(archive.comment) - _END :][:4]
    if end != b"PK\x05\x06":
        raise Unreadable("broken", "bytes behind its end")


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as file:
        content = file.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise Unreadable("broken", f"not as long as it says: {entry.filename[:100]!r}")
    return content
