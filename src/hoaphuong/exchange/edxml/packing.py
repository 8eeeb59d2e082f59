"""How a file travels inside a message: in a ZIP of its own, as base64."""

import base64
import binascii
import io
import zipfile
import zlib

from hoaphuong.exchange.edxml.message import MOST_ATTACHMENT_BYTES, Malformed

_MOST_RATIO = 200
_EPOCH = (1980, 1, 1, 0, 0, 0)


def packed(name: str, content: bytes) -> str:
    """Base64 of a ZIP with one member; the same file always gives the same text."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        member = zipfile.ZipInfo(name, _EPOCH)
        member.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(member, content)
    return base64.b64encode(out.getvalue()).decode("ascii")


def unpacked(text: str, path: str, *, zipped: bool) -> bytes:
    """The file's bytes; line breaks in the base64 are fine, a bomb or an odd archive is not.

    ``zipped``: the message says it is a ZIP. Otherwise a ZIP is taken as the packing only when it
    holds one file and is no office document, whose own format is a ZIP of many.
    """
    try:
        raw = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("base64", path, "The attachment is not base64.") from None
    if not raw:
        raise Malformed("empty", path, "The attachment is empty.")
    if raw.startswith(b"PK\x03\x04"):
        return _member(raw, path, zipped=zipped)
    if len(raw) > MOST_ATTACHMENT_BYTES:
        raise Malformed("too_large", path, "The attachment is too large.")
    return raw


def _member(raw: bytes, path: str, *, zipped: bool) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) != 1:
                if zipped and not _office(members):
                    raise Malformed("zip", path, "The attachment's ZIP must hold one file.")
                return _as_it_is(raw, path)
            [member] = members
            _refuse_odd(member, path)
            with archive.open(member) as stream:
                # The size in the archive is only a claim: no more than the limit is ever read.
                content = stream.read(MOST_ATTACHMENT_BYTES + 1)
    except Malformed:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError,
            OSError, ValueError) as fault:  # fmt: skip
        raise Malformed("zip", path, "The attachment's ZIP is damaged or locked.") from fault
    if len(content) > MOST_ATTACHMENT_BYTES:
        raise Malformed("too_large", path, "The attachment is too large.")
    if not content:
        raise Malformed("empty", path, "The attachment is empty.")
    return content


def _as_it_is(raw: bytes, path: str) -> bytes:
    if len(raw) > MOST_ATTACHMENT_BYTES:
        raise Malformed("too_large", path, "The attachment is too large.")
    return raw


def _office(members: list[zipfile.ZipInfo]) -> bool:
    """DOCX, XLSX and their like (ECMA-376), or OpenDocument: formats that are ZIPs themselves."""
    return bool({"[Content_Types].xml", "mimetype"} & {member.filename for member in members})


def _refuse_odd(member: zipfile.ZipInfo, path: str) -> None:
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or ":" in name or "\0" in name:
        raise Malformed("path", path, "The attachment's ZIP names a place outside itself.")
    if member.file_size > MOST_ATTACHMENT_BYTES:
        raise Malformed("too_large", path, "The attachment is too large.")
    if member.file_size > 1_048_576 and member.file_size > _MOST_RATIO * member.compress_size:
        raise Malformed("bomb", path, "The attachment's ZIP unpacks to far more than it is.")
