"""Looks into an upload before it is kept: whole, open, without scripts, of a bearable size."""

import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import pillow_heif
from PIL import Image, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from hoaphuong.files import rules
from hoaphuong.files.refusals import (
    BrokenFile,
    EncryptedPdf,
    FileRefused,
    MacroInDocument,
    ScriptInPdf,
    TooManyPixels,
    UnreadableHeic,
)

pillow_heif.register_heif_opener()

MAX_PIXELS = 64_000_000  # the largest common phone camera takes 50 million
MAX_PDF_OBJECTS = 100_000
MAX_UNPACKED_BYTES = 256 * 1_048_576
MAX_MEMBERS = 10_000
_PIL_FORMATS = {
    rules.JPEG: ("JPEG", "MPO"),
    rules.PNG: ("PNG",),
    rules.WEBP: ("WEBP",),
    rules.HEIC: ("HEIF",),
    rules.TIFF: ("TIFF",),
}
_SCRIPT_KEYS = {"/JS", "/JavaScript"}
_SCRIPT_ACTIONS = {"/JavaScript", "/Launch"}


def inspect(stream: BinaryIO, media_type: str) -> None:
    """Raise a refusal when the file, of a type told by ``rules.detect``, is not acceptable."""
    stream.seek(0)
    with refusing(media_type):
        if media_type == rules.PDF:
            _inspect_pdf(stream)
        elif media_type in _PIL_FORMATS:
            with opened_photo(stream, media_type) as photo:
                photo.load()
        else:
            _inspect_office(stream)


@contextmanager
def refusing(media_type: str) -> Iterator[None]:
    """A parser may fail in any way on a hostile file; whatever it raises is a broken file."""
    try:
        yield
    except FileRefused:
        raise
    except (Exception, RecursionError) as fault:
        raise _broken(media_type) from fault


def _broken(media_type: str) -> FileRefused:
    # A phone may pack another picture than the library reads: “save it again” would not help.
    return UnreadableHeic() if media_type == rules.HEIC else BrokenFile()


@contextmanager
def opened_photo(stream: BinaryIO, media_type: str) -> Iterator[Image.Image]:
    """The photo, not yet decoded; TooManyPixels before a decompression bomb is unpacked."""
    stream.seek(0)
    with warnings.catch_warnings():
        # Our own limit, below, is lower than the one Pillow warns of.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            photo = Image.open(stream, formats=_PIL_FORMATS[media_type])
        except Image.DecompressionBombError as fault:
            raise TooManyPixels(MAX_PIXELS) from fault
        except UnidentifiedImageError as fault:
            raise _broken(media_type) from fault
    with photo:
        if photo.width * photo.height > MAX_PIXELS:
            raise TooManyPixels(MAX_PIXELS)
        yield photo


def _inspect_pdf(stream: BinaryIO) -> None:
    try:
        reader = PdfReader(stream)
    except PyPdfError as fault:
        raise BrokenFile from fault
    if reader.is_encrypted:
        raise EncryptedPdf
    if len(reader.pages) == 0:
        raise BrokenFile
    numbers = {
        (number, generation) for generation, objects in reader.xref.items() for number in objects
    }
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > MAX_PDF_OBJECTS:
        raise BrokenFile
    if _runs_something(reader.trailer):
        raise ScriptInPdf
    for number, generation in sorted(numbers):
        try:
            found = reader.get_object(IndirectObject(number, generation, reader))
        except PyPdfError:  # an object nothing refers to may be damaged in honest files
            continue
        if _runs_something(found):
            raise ScriptInPdf


def _runs_something(found: Any) -> bool:
    """Whether an object, with all that is written inside it, holds a script or starts a program.

    References are not followed: every object of the file is looked at by itself.
    """
    waiting = [found]
    while waiting:
        here = waiting.pop()
        if isinstance(here, NameObject) and here in _SCRIPT_ACTIONS:
            return True
        if isinstance(here, DictionaryObject):
            if _SCRIPT_KEYS & here.keys():
                return True
            waiting.extend(dict.values(here))
        elif isinstance(here, ArrayObject):
            waiting.extend(list.__iter__(here))
    return False


def _inspect_office(stream: BinaryIO) -> None:
    with zipfile.ZipFile(stream) as package:
        members = package.infolist()
        if len(members) > MAX_MEMBERS:
            raise BrokenFile
        if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
            raise BrokenFile
        if any("vba" in member.filename.lower() for member in members):
            raise MacroInDocument
        if b"macroenabled" in _head(package, "[Content_Types].xml").lower():
            raise MacroInDocument
        if package.testzip() is not None:
            raise BrokenFile


def _head(package: zipfile.ZipFile, member: str) -> bytes:
    with package.open(member) as part:
        return part.read(1_048_576)
