"""The objects of PDF as plain Python values, read and written (ISO 32000-1, 7.2 and 7.3).

Dictionaries are ``dict`` with names as keys, arrays ``list``, and so on; a number that is not an
integer and a string keep the bytes they were read as, so that what is written again is what was
read.
"""

import re
from functools import lru_cache
from typing import Any, NamedTuple

from hoaphuong.signing.providers.base import SigningFault


class Name(bytes):
    """A name with its slash, ``#xx`` already replaced."""


class Token(bytes):
    """A real number or a string exactly as it is written in the file."""


class Ref(NamedTuple):
    """A reference to an indirect object."""

    number: int
    generation: int


class Broken(SigningFault):
    """The file is not a PDF that can be read."""


DEEPEST = 100
_SPACE = re.compile(rb"(?:[\x00\t\n\x0c\r ]+|%[^\r\n]*)*")
_REF = re.compile(
    rb"(\d{1,10})[\x00\t\n\x0c\r ]+(\d{1,5})[\x00\t\n\x0c\r ]+R(?![^\x00\t\n\x0c\r ()<>\[\]{}/%])"
)
_NAME = re.compile(rb"/[^\x00\t\n\x0c\r ()<>\[\]{}/%]*")
_WORD = re.compile(rb"[^\x00\t\n\x0c\r ()<>\[\]{}/%]+")
_NUMBER = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)\Z")
_HEX = re.compile(rb"<[0-9A-Fa-f\x00\t\n\x0c\r ]*>")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_PARENS = re.compile(rb"\\.|[()]", re.DOTALL)
_PLAIN = re.compile(rb"[!-~]*\Z")
_KEYWORDS = {b"true": True, b"false": False, b"null": None}


def read(data: bytes, at: int, depth: int = 0) -> tuple[Any, int]:
    """The object that begins at ``at`` and where it ends; Broken."""
    if depth > DEEPEST:
        raise Broken("Objects are nested too deeply.")
    at = _SPACE.match(data, at).end()  # type: ignore[union-attr]
    first = data[at : at + 1]
    if first == b"/":
        found = _NAME.match(data, at)
        assert found
        return _name(found[0]), found.end()
    if first == b"<":
        if data[at + 1 : at + 2] == b"<":
            return _dictionary(data, at + 2, depth)
        if not (found := _HEX.match(data, at)):
            raise Broken(f"A string of digits at {at} has no end.")
        return Token(found[0]), found.end()
    if first == b"[":
        return _array(data, at + 1, depth)
    if first == b"(":
        return _string(data, at)
    if found := _REF.match(data, at):
        return Ref(int(found[1]), int(found[2])), found.end()
    if not (found := _WORD.match(data, at)):
        raise Broken(f"There is no object at {at}.")
    word = found[0]
    if word in _KEYWORDS:
        return _KEYWORDS[word], found.end()
    if not _NUMBER.match(word):
        raise Broken(f"There is no object at {at}.")
    return (int(word) if word.isdigit() else Token(word)), found.end()


def _name(written: bytes) -> Name:
    if b"#" in written:
        written = _ESCAPED.sub(lambda hit: bytes([int(hit[1], 16)]), written)
    return Name(written)


def _array(data: bytes, at: int, depth: int) -> tuple[list[Any], int]:
    items: list[Any] = []
    while True:
        at = _SPACE.match(data, at).end()  # type: ignore[union-attr]
        if data[at : at + 1] == b"]":
            return items, at + 1
        item, at = read(data, at, depth + 1)
        items.append(item)


def _dictionary(data: bytes, at: int, depth: int) -> tuple[dict[Name, Any], int]:
    entries: dict[Name, Any] = {}
    while True:
        at = _SPACE.match(data, at).end()  # type: ignore[union-attr]
        if data[at : at + 2] == b">>":
            return entries, at + 2
        if not (found := _NAME.match(data, at)):
            raise Broken(f"There is no key at {at}.")
        key = _name(found[0])
        if key in entries:  # readers differ on which one counts
            raise Broken(f"A key is there twice at {at}.")
        entries[key], at = read(data, found.end(), depth + 1)


def _string(data: bytes, at: int) -> tuple[Token, int]:
    depth, end = 1, at + 1
    while depth:
        if not (found := _PARENS.search(data, end)):
            raise Broken(f"The string at {at} has no end.")
        end = found.end()
        if found[0] == b"(":
            depth += 1
        elif found[0] == b")":
            depth -= 1
    return Token(data[at:end]), end


def write(value: Any) -> bytes:
    """The bytes of a value."""
    if isinstance(value, Name):
        return _written_name(value)
    if isinstance(value, bytes):
        return value
    if isinstance(value, dict):
        inside = b"".join(
            write(key) + (b"" if (body := write(item))[:1] in b"/<[(" else b" ") + body
            for key, item in value.items()
        )
        return b"<<" + inside + b">>"
    if isinstance(value, Ref):
        return b"%d %d R" % value
    if isinstance(value, list):
        return b"[" + b" ".join(map(write, value)) + b"]"
    if value is True:
        return b"true"
    if value is False:
        return b"false"
    if value is None:
        return b"null"
    if isinstance(value, int):
        return b"%d" % value
    if isinstance(value, float):
        return number(value)
    raise TypeError(f"{type(value)} is not written to a PDF")


@lru_cache(1_024)
def _written_name(name: Name) -> bytes:
    if _PLAIN.match(name) and not any(byte in b"()<>[]{}/%#" for byte in name[1:]):
        return name
    return b"/" + b"".join(
        bytes([byte]) if 33 <= byte <= 126 and byte not in b"()<>[]{}/%#" else b"#%02X" % byte
        for byte in name[1:]
    )


def number(value: float) -> Token:
    """A real number as PDF writes it, never with an exponent."""
    return Token(f"{value:.4f}".rstrip("0").rstrip(".").encode() or b"0")


def text(value: str) -> Token:
    """A text string: as it is when ASCII, otherwise UTF-16 (7.9.2.2)."""
    if value.isascii():
        escaped = re.sub(r"([\\()])", r"\\\1", value).replace("\r", "\\r")
        return Token(b"(" + escaped.encode() + b")")
    return Token(b"<" + (b"\xfe\xff" + value.encode("utf-16-be")).hex().upper().encode() + b">")


_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|\r|\n)|(.))|\r\n?", re.DOTALL)


def string_bytes(token: bytes) -> bytes:
    """What a string says, in bytes."""
    if token[:1] == b"<":
        digits = b"".join(token[1:-1].split()).replace(b"\x00", b"")
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())

    def said(hit: re.Match[bytes]) -> bytes:
        octal, line, other = hit.groups()
        if octal:
            return bytes([int(octal, 8) & 255])
        if line:
            return b""
        return _ESCAPES.get(other, other) if other else b"\n"

    return _ESCAPE.sub(said, token[1:-1])


def string_text(token: Any) -> str:
    """What a text string says; nothing when it is no string."""
    if not isinstance(token, Token) or token[:1] not in (b"(", b"<"):
        return ""
    said = string_bytes(token)
    if said[:2] == b"\xfe\xff":
        return said[2:].decode("utf-16-be", "replace")
    if said[:3] == b"\xef\xbb\xbf":
        return said[3:].decode("utf-8", "replace")
    return said.decode("latin-1")  # PDFDocEncoding is the same for what names are made of


def real(value: Any) -> float:
    """A number of any kind; Broken."""
    if isinstance(value, bool) or not isinstance(value, int | float | Token):
        raise Broken("There is something else where a number should be.")
    try:
        return float(value)
    except ValueError:
        raise Broken("There is something else where a number should be.") from None
