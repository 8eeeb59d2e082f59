"""A PDF as it is read before it gets an update: quickly when it is plain, with pyHanko otherwise.

Plain is what typst writes: a table of cross-references and no compressed objects. Both ways give
the same values (``tests/test_pdf_reading.py`` compares them).
"""

import re
import zlib
from typing import Any

from hoaphuong.signing.pdf.syntax import Broken, Name, Ref, read
from hoaphuong.signing.providers.base import SigningFault

MOST_BYTES = 200_000_000
MOST_OBJECTS = 1_000_000
MOST_UNPACKED = 50_000_000
MOST_UPDATES = 1_000
_START = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF\s*\Z")
_OBJECT = re.compile(rb"(\d{1,10})\s+(\d{1,5})\s+obj\b")
_SECTION = re.compile(rb"\s*(\d{1,10}) (\d{1,10})[ ]?(?:\r\n|\r|\n)")
_TRAILER = re.compile(rb"\s*trailer\b")
_STREAM = re.compile(rb"\s*stream(\r\n|\n)")
_ENTRY = re.compile(rb"\d{10} \d{5} [nf](?: \r| \n|\r\n)\Z")


def _any(letter: str) -> str:
    return f"(?:{letter}|#{ord(letter):02x}|#{ord(letter):02X})"


_SCRIPT = re.compile(
    "|".join(
        "/" + "".join(_any(letter) for letter in word) + r"(?![\w#])"
        for word in ("JavaScript", "Launch", "XFA")
    ).encode()
)


class Unsignable(SigningFault):
    """The paper is of a kind that gets no signature here; ``reason`` as in ``signing.reasons``."""

    def __init__(self, said: str, *, reason: str = "paper_unreadable") -> None:
        super().__init__(said)
        self.reason = reason


def refuse_scripts(data: bytes) -> None:
    """Scripts, programs to start and XFA forms change what is seen; Unsignable."""
    if _SCRIPT.search(data):
        said = "The file carries a script, starts a program or holds an XFA form."
        raise Unsignable(said, reason="paper_scripts")


def unpacked(packed: bytes) -> bytes:
    """What zlib packed, unless it is huge or broken; Broken."""
    opened = zlib.decompressobj()
    try:
        made = opened.decompress(packed, MOST_UNPACKED)
    except zlib.error as fault:
        raise Broken(f"A stream cannot be unpacked: {fault}") from fault
    if not opened.eof:
        raise Broken("A stream is too large or has no end.")
    return made


class Plain(Exception):
    """The file is not plain."""


class Paper:
    """What is asked of a file before an update is written behind it."""

    content: bytes
    trailer: dict[Name, Any]
    start: int  # of the newest cross-references
    compressed: bool  # whether its cross-references are a stream

    def __init__(self) -> None:
        self._read: dict[Ref, Any] = {}

    def get(self, ref: Ref) -> Any:
        """The object of a reference, only to be read; a stream gives its dictionary alone."""
        if ref not in self._read:
            self._read[ref] = self.own(ref)
        return self._read[ref]

    def own(self, ref: Ref) -> Any:
        """The same, read anew so that it may be changed."""
        raise NotImplementedError

    def stream(self, ref: Ref) -> bytes:
        """What a stream says, filters undone."""
        raise NotImplementedError

    def resolved(self, value: Any) -> Any:
        """The value, fetched when it is a reference."""
        for _ in range(20):
            if not isinstance(value, Ref):
                return value
            value = self.get(value)
        raise Broken("A reference leads to itself.")

    def dictionary(self, value: Any) -> dict[Name, Any]:
        """The value as a dictionary; Broken."""
        value = self.resolved(value)
        if not isinstance(value, dict):
            raise Broken("There is something else where a dictionary should be.")
        return value

    def array(self, value: Any) -> list[Any]:
        """The value as an array, nothing as an empty one; Broken."""
        value = self.resolved(value)
        if value is None:
            return []
        if not isinstance(value, list):
            raise Broken("There is something else where an array should be.")
        return value

    @property
    def root(self) -> Ref:
        """Where the catalog is."""
        root = self.trailer.get(Name(b"/Root"))
        if not isinstance(root, Ref):
            raise Broken("The file has no catalog.")
        return root

    @property
    def size(self) -> int:
        """One more than the highest number of an object."""
        size = self.trailer.get(Name(b"/Size"))
        if not isinstance(size, int) or not 0 < size <= MOST_OBJECTS:
            raise Unsignable("The file does not say how many objects it has, or has too many.")
        return size


class PlainPaper(Paper):
    """A file with tables of cross-references only."""

    compressed = False

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.content = content
        found = _START.search(content, max(0, len(content) - 1_024))
        if not found:
            raise Broken("The file has no end.")
        self.start = int(found[1])
        self._sections: list[tuple[int, int, int]] = []
        at, seen = self.start, set[int]()
        while True:
            if at in seen or len(seen) > MOST_UPDATES:
                raise Broken("The cross-references lead in a circle, or there are too many.")
            seen.add(at)
            trailer = self._table(at)
            if at == self.start:
                self.trailer = trailer
            if Name(b"/XRefStm") in trailer:
                raise Unsignable("The file has two kinds of cross-references (hybrid).")
            earlier = trailer.get(Name(b"/Prev"))
            if earlier is None:
                break
            if not isinstance(earlier, int):
                raise Broken("The file does not say where its earlier cross-references are.")
            at = earlier

    def _table(self, at: int) -> dict[Name, Any]:
        if self.content[at : at + 4] != b"xref":
            raise Plain
        at += 4
        while found := _SECTION.match(self.content, at):
            first, count, begin = int(found[1]), int(found[2]), found.end()
            at = begin + 20 * count
            if count > MOST_OBJECTS or at > len(self.content):
                raise Broken("The cross-references are longer than the file.")
            if count and not _ENTRY.match(self.content, at - 20, at):
                raise Plain  # pyHanko may know better, or says what is wrong
            self._sections.append((first, count, begin))
        if not (found := _TRAILER.match(self.content, at)):
            raise Plain
        trailer, _end = read(self.content, found.end())
        if not isinstance(trailer, dict):
            raise Broken("The file has no trailer.")
        return trailer

    def _offset(self, ref: Ref) -> int | None:
        for first, count, begin in self._sections:
            if first <= ref.number < first + count:
                at = begin + 20 * (ref.number - first)
                entry = self.content[at : at + 20]
                if not _ENTRY.match(entry):
                    raise Broken("The cross-references cannot be read.")
                if entry[17:18] == b"f" or int(entry[11:16]) != ref.generation:
                    return None
                return int(entry[:10])
        return None

    def _begin(self, ref: Ref) -> int | None:
        at = self._offset(ref)
        if at is None:
            return None
        found = _OBJECT.match(self.content, at)
        if not found or (int(found[1]), int(found[2])) != ref:
            raise Broken(f"Object {ref.number} is not where it should be.")
        return found.end()

    def own(self, ref: Ref) -> Any:
        at = self._begin(ref)
        return None if at is None else read(self.content, at)[0]

    def stream(self, ref: Ref) -> bytes:
        at = self._begin(ref)
        entries, end = read(self.content, at or 0)
        found = _STREAM.match(self.content, end)
        size = self.resolved(entries.get(Name(b"/Length"))) if isinstance(entries, dict) else None
        if at is None or not found or not isinstance(size, int):
            raise Broken(f"Object {ref.number} is no stream.")
        packed = self.content[found.end() : found.end() + size]
        kind = self.resolved(entries.get(Name(b"/Filter")))
        if kind is None:
            return packed
        if kind != b"/FlateDecode":
            raise Broken(f"Object {ref.number} is packed in a way that is not expected.")
        return unpacked(packed)


def open_paper(content: bytes) -> Paper:
    """The file, ready to be asked; Broken or Unsignable."""
    if len(content) > MOST_BYTES:
        raise Unsignable(f"The file has more than {MOST_BYTES:,} bytes.", reason="paper_too_large")
    if not content.startswith(b"%PDF-"):
        raise Broken("The file is not a PDF.")
    refuse_scripts(content)
    paper: Paper
    try:
        paper = PlainPaper(content)
    except Plain:
        from hoaphuong.signing.pdf.thorough import ThoroughPaper

        paper = ThoroughPaper(content)
    if Name(b"/Encrypt") in paper.trailer:
        raise Unsignable("The file is encrypted.", reason="paper_locked")
    _ = paper.size
    return paper
