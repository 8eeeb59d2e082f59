"""What a file is by its content, and the name it may keep; pure."""

import re
import unicodedata
import zipfile
from typing import BinaryIO

PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
WEBP = "image/webp"
HEIC = "image/heic"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TIFF = "image/tiff"

# What can be looked into, with the extension its name gets. A type missing here is never stored.
EXTENSIONS = {
    PDF: ".pdf",
    JPEG: ".jpg",
    PNG: ".png",
    WEBP: ".webp",
    HEIC: ".heic",
    DOCX: ".docx",
    XLSX: ".xlsx",
    TIFF: ".tif",
}
PHOTOS = frozenset({JPEG, PNG, WEBP, HEIC})
KNOWN = frozenset(EXTENSIONS)
# What a person sends from a phone or an office; TIFF comes from an office's scanner only.
USUAL = KNOWN - {TIFF}
SCANS = frozenset({PDF, JPEG, PNG, TIFF})

# What the program makes or receives by a protocol is kept unseen; people cannot upload it.
XML = "application/xml"
CSV = "text/csv"
MADE = EXTENSIONS | {XML: ".xml", CSV: ".csv"}

# Recognised only to be named when they are refused.
ZIP = "application/zip"
HTML = "text/html"
SVG = "image/svg+xml"
OLD_OFFICE = "application/x-ole-storage"
PROGRAM = "application/x-executable"
OTHER = "application/octet-stream"

HEAD_BYTES = 2_048
NAME_LENGTH = 120
_LONGEST_EXTENSION = 8
_FORMAT_MARKS = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_RESERVED = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
_DEVICES = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}


def sniff(head: bytes) -> str:
    """The media type told by the first 2,048 bytes; a name or a browser's word is never asked.

    Office files are ZIP here: ``office_type`` tells which.
    """
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith((b"II*\x00", b"MM\x00*")):
        return TIFF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return HEIC
    if head.startswith(b"PK\x03\x04"):
        return ZIP
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return OLD_OFFICE
    if head.startswith((b"MZ", b"\x7fELF", b"#!")):
        return PROGRAM
    return _markup(head)


def _markup(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", errors="ignore")
    else:
        text = head.decode("utf-8-sig", errors="replace")
    text = text.lstrip().lower()
    if re.search(r"<svg[\s>]", text):
        return SVG
    if re.match(r"<(!doctype\s+html|html|script|body|iframe)", text):
        return HTML
    if re.match(r"<(\?|!doctype|!--|[a-z])", text):
        return XML
    return OTHER


def office_type(members: list[str]) -> str:
    """DOCX or XLSX by the members of the package (ECMA-376), otherwise ZIP."""
    if "[Content_Types].xml" in members:
        if "word/document.xml" in members:
            return DOCX
        if "xl/workbook.xml" in members:
            return XLSX
    return ZIP


def detect(stream: BinaryIO) -> str:
    """The media type of a whole file, reading no more than its head and a ZIP's directory."""
    stream.seek(0)
    found = sniff(stream.read(HEAD_BYTES))
    if found != ZIP:
        return found
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as package:
            return office_type(package.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return ZIP


def safe_name(name: str, media_type: str) -> str:
    """A name fit for a disk and a header: NFC, no path, no control or bidirectional marks.

    At most 120 characters with the extension of the type found; Vietnamese letters stay. A name
    of which nothing is left becomes ``tep``.
    """
    text = "".join(
        " " if c.isspace() else "" if unicodedata.category(c) in _FORMAT_MARKS else c for c in name
    )
    text = re.split(r"[/\\\u2044\u2215\u29f8]", text)[-1].translate(_RESERVED)
    stem, dot, extension = text.rpartition(".")
    if not dot or len(extension) > _LONGEST_EXTENSION or not extension.strip().isalnum():
        stem = text
    stem = " ".join(stem.split()).strip(". ") or "tep"
    if _DEVICES.match(stem):
        stem = f"_{stem}"
    ending = MADE[media_type]
    # After the marks are gone: their going can bring letters together that NFC joins.
    kept = unicodedata.normalize("NFC", stem)[: NAME_LENGTH - len(ending)].rstrip(". ")
    return kept + ending


def place_of(sha256: str) -> str:
    """Where a file lies below the folder of files: ``ab/cd/abcd…``."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
