"""Cleans published Vietnamese text and reads its codes, levels and lists of applicants."""

import re
import unicodedata

# Portal code, then the province's organisation code on a local copy.
CODE = re.compile(r"[1-9]\.[0-9]{6}(\.[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2})?")

# Small Vietnamese letters. A range such as à-ỹ would take in capitals: Đ lies inside it.
SMALL = "".join(map(chr, [*range(0x61, 0x7B), *range(0xDF, 0x1EFA)]))
SMALL = "".join(letter for letter in SMALL if letter.islower())

# PostgreSQL refuses NUL and lone surrogates; the other controls only hide text from readers.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff\u200b\u200e\u200f]")
_BLANKS = re.compile("[\u00a0\u2000-\u200a\u202f\u3000]")
_SILENT = frozenset({"", "-", "--", "không có thông tin"})
_LEVELS = {
    "cấp bộ": "bo",
    "cấp tỉnh": "tinh",
    "cấp huyện": "huyen",
    "cấp xã": "xa",
    "cơ quan khác": "khac",
}


def storable(text: str) -> str:
    """The text as published, less the characters that no database or page can show."""
    return _UNWANTED.sub("", text)


def clean_text(text: str) -> str:
    """NFC, ordinary blanks, lines kept; empty where the text says that it says nothing."""
    plain = _BLANKS.sub(" ", unicodedata.normalize("NFC", storable(text)))
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in plain.splitlines())
    kept = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return "" if kept.casefold().rstrip(".") in _SILENT else kept


def clean_name(text: str) -> str:
    """One line: NFC, single blanks, no blank at either end."""
    return " ".join(clean_text(text).split())


def fold(text: str) -> str:
    """A column heading reduced to what two spellings of it share."""
    return clean_name(text).casefold().replace("_", " ").strip(" :*.")


def is_code(text: str) -> bool:
    """Whether the text is a national procedure code, alone or with a province's suffix."""
    return CODE.fullmatch(text) is not None


def levels(text: str) -> tuple[str, ...]:
    """Levels of government named in the text; a word that is not a level is left out."""
    named = (
        _LEVELS.get(part.strip().casefold()) for part in re.split(r"[,;|\n]", clean_text(text))
    )
    return tuple(dict.fromkeys(level for level in named if level))


def applicants(text: str) -> tuple[str, ...]:
    """Kinds of applicant; a comma inside brackets or before a small letter does not part them."""
    kinds: list[str] = []
    depth = 0
    for part in re.split(r"[,;\n]", clean_text(text)):
        name = clean_name(part)
        if kinds and name and (depth > 0 or name[0].islower()):
            kinds[-1] = f"{kinds[-1]}, {name}"
        elif name:
            kinds.append(name)
        depth += part.count("(") - part.count(")")
    return tuple(dict.fromkeys(kinds))


def agency(*texts: str) -> str:
    """The first text that names an agency; several lines become one, parted by semicolons."""
    for text in texts:
        if cleaned := clean_text(text):
            return "; ".join(clean_name(line) for line in cleaned.splitlines() if line)
    return ""
