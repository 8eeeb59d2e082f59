"""Reading a stranger's PDF: fast strings, signed ranges, what lies outside every revision."""

import re
from functools import cache, lru_cache
from typing import Any

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.misc import PdfStreamError
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.pdf_utils.xref import XRefSectionType
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, SignatureCoverageLevel

from hoaphuong.signing.verification.pdf_objects import read_object
from hoaphuong.signing.verification.pdf_paths import paths_of

_END_OF_TABLE = re.compile(rb">>\s*startxref\s+\d+\s+%%EOF[\s\0]*\Z")
_END_OF_STREAM = re.compile(rb"\A[\s\0]*(?:endobj)?[\s\0]*startxref\s+\d+\s+%%EOF[\s\0]*\Z")
_HEX = re.compile(rb"<(?:[0-9a-f]*|[0-9A-F]*)>")
_DELIMITER = re.compile(b"[" + re.escape(misc.PDF_WHITESPACE + misc.PDF_DELIMITERS) + b"]")
_NOT_HEX = re.compile(rb"[^0-9a-fA-F]")
_COMPOSED = (generic.DictionaryObject, generic.ArrayObject, generic.DecryptedObjectProxy)
_SIMPLE = {generic.NameObject, generic.NumberObject, generic.FloatObject, generic.BooleanObject}
_SCRIPT = re.compile(rb"/(?:JavaScript|JS|Launch)\b")


def _hex_string(stream: Any) -> Any:
    """A string in hexadecimal digits, read at once: pyHanko asks for each digit by itself.

    A signature has some 20,000 of them, and reading them was nine tenths of a verification.
    """
    start = stream.tell() + 1
    stream.seek(start)
    digits = b""
    while b">" not in digits:
        piece = stream.read(32_768)
        if not piece:
            raise PdfStreamError("a hexadecimal string does not end")
        digits += piece
    end = digits.index(b">")
    stream.seek(start + end + 1)
    plain = digits[:end].translate(None, b" \t\r\n\f\0")
    if _NOT_HEX.search(plain):
        raise PdfStreamError("something else in a hexadecimal string")
    return generic.pdf_string(bytes.fromhex((plain + b"0" * (len(plain) % 2)).decode("ascii")))


def _until_delimiter(stream: Any) -> bytes:
    """What stands before the next delimiter, read at once: pyHanko asks for each byte by itself."""
    start, found = stream.tell(), b""
    while piece := stream.read(64):
        end = _DELIMITER.search(piece)
        if end:
            stream.seek(start + len(found) + end.start())
            return bytes(found + piece[: end.start()])
        found += piece
    return bytes(found)


_spelt = lru_cache(maxsize=4_096)(generic._decode_name)


def _name(name_bytes: bytes) -> generic.NameObject:
    """A name without its escapes: the same few hundred stand in a file again and again."""
    return generic.NameObject(_spelt(name_bytes))


generic.read_object = read_object
generic.read_hex_string_from_stream = _hex_string
generic.read_until_delimiter = _until_delimiter
generic._decode_name = _name


class _Revision(HistoricalResolver):
    """pyHanko's view of one revision, which copies only what leads to other objects."""

    def _subsume_object(self, obj: Any) -> Any:
        kind = type(obj)
        if kind is generic.IndirectObject:
            return generic.IndirectObject(obj.idnum, obj.generation, self)
        made: Any
        if kind is generic.DictionaryObject:
            made = generic.DictionaryObject()
            for key, value in obj.items():
                dict.__setitem__(made, key, self._part(value))
        elif kind is generic.ArrayObject:
            made = generic.ArrayObject(map(self._part, list.__iter__(obj)))
        elif isinstance(obj, _COMPOSED):  # a stream, something encrypted
            return super()._subsume_object(obj)
        else:
            return obj
        place = obj.get_container_ref()
        made.container_ref = generic.Reference(place.idnum, place.generation, self)
        return made

    def _load_reverse_xref_cache(self) -> None:
        if self._indirect_object_access_cache is None:
            self._indirect_object_access_cache = paths_of(self)

    def _part(self, value: Any) -> Any:
        return value if type(value) in _SIMPLE else self._subsume_object(value)


class Reader(PdfFileReader):
    """pyHanko's reader, which asks only once in which revision an object was changed."""

    def __init__(self, stream: Any) -> None:
        super().__init__(stream, strict=False)
        history: Any = self.xrefs
        history.get_last_change = cache(history.get_last_change)
        history.get_introducing_revision = cache(history.get_introducing_revision)

    def get_historical_resolver(self, revision: int) -> HistoricalResolver:
        known = self._historical_resolver_cache
        if revision not in known:
            known[revision] = _Revision(self, revision)
        return known[revision]


def signed_ranges(
    content: bytes, embedded: EmbeddedPdfSignature
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The two signed pieces; None when they are not all but the signature's own digits."""
    given = [int(one) for one in embedded.byte_range if isinstance(one, int)]
    if len(given) != 4 or len(embedded.byte_range) != 4:
        return None
    start, length, second, rest = given
    end = second + rest
    if start or not 0 < length < second <= end <= len(content):
        return None
    gap = content[length:second]
    if not _HEX.fullmatch(gap) or len(gap) % 2:
        return None
    if bytes.fromhex(gap[1:-1].decode("ascii")) != bytes(embedded.pkcs7_content):
        return None
    covers = embedded.evaluate_signature_coverage()
    if covers not in (
        SignatureCoverageLevel.ENTIRE_FILE,
        SignatureCoverageLevel.ENTIRE_REVISION,
    ):
        return None
    return (0, length), (second, end)


def outside_revisions(content: bytes, reader: PdfFileReader) -> bool:
    """Whether bytes stand behind the last revision, or between its table and the end."""
    last = reader.xrefs.get_xref_container_info(reader.xrefs.total_revisions - 1)
    if last.xref_section_type is XRefSectionType.STANDARD:
        rest, end = content[last.start_location :], _END_OF_TABLE
    else:
        rest, end = content[last.end_location :], _END_OF_STREAM
    return rest.count(b"startxref") != 1 or not end.search(rest)


def carries_scripts(content: bytes, reader: PdfFileReader) -> bool:
    """Whether a reader may be asked to run something when the file is opened."""
    if _SCRIPT.search(content):
        return True
    return "/AA" in reader.root or at(at(reader.root, "/Names"), "/JavaScript") is not None


def at(dictionary: Any, name: str) -> Any:
    """What stands under a name, wherever it lies; None where there is no such thing."""
    if not isinstance(dictionary, generic.DictionaryObject) or name not in dictionary:
        return None
    return dictionary[name]
