"""Tinos, read from its own tables: which signs it has, how wide words are, where lines end."""

import re
import struct
from functools import cache
from pathlib import Path
from typing import Any

FONTS = Path(__file__).parents[2] / "web" / "fonts"
FILES = {False: "Tinos_400Regular.ttf", True: "Tinos_700Bold.ttf"}
MM = 72 / 25.4
# Names are not broken inside these words.
_WHOLE = re.compile(r"ỦY BAN NHÂN DÂN|HỘI ĐỒNG NHÂN DÂN|VĂN PHÒNG|THÀNH PHỐ|\S+")


@cache
def advances(bold: bool) -> dict[int, float]:
    """Width of each sign in parts of the size, by code point (OpenType cmap and hmtx)."""
    font = (FONTS / FILES[bold]).read_bytes()
    count = struct.unpack(">H", font[4:6])[0]
    tables = {
        font[at : at + 4]: struct.unpack(">I", font[at + 8 : at + 12])[0]
        for at in range(12, 12 + 16 * count, 16)
    }
    em = struct.unpack_from(">H", font, tables[b"head"] + 18)[0]
    metrics = struct.unpack_from(">H", font, tables[b"hhea"] + 34)[0]

    def width(glyph: int) -> float:
        at = tables[b"hmtx"] + 4 * min(glyph, metrics - 1)
        return float(struct.unpack_from(">H", font, at)[0] / em)

    return {code: width(glyph) for code, glyph in _glyphs(font, tables[b"cmap"]).items()}


def _glyphs(font: bytes, cmap: int) -> dict[int, int]:
    """Glyphs of the basic plane: the cmap's subtable of format 4."""
    for n in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        at = cmap + struct.unpack_from(">I", font, cmap + 8 + 8 * n)[0]
        if struct.unpack_from(">H", font, at)[0] == 4:
            break
    else:
        raise ValueError("the font has no cmap of format 4")
    half = struct.unpack_from(">H", font, at + 6)[0]
    segments = half // 2
    ends = struct.unpack_from(f">{segments}H", font, at + 14)
    starts = struct.unpack_from(f">{segments}H", font, at + 16 + half)
    deltas = struct.unpack_from(f">{segments}H", font, at + 16 + 2 * half)
    offsets_at = at + 16 + 3 * half
    found = {}
    for n, (start, end, delta) in enumerate(zip(starts, ends, deltas, strict=True)):
        offset = struct.unpack_from(">H", font, offsets_at + 2 * n)[0]
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = code
            if offset:
                place = offsets_at + 2 * n + offset + 2 * (code - start)
                glyph = struct.unpack_from(">H", font, place)[0]
            if glyph and (glyph + delta) & 0xFFFF or not offset:
                found[code] = (glyph + delta) & 0xFFFF
    return {code: glyph for code, glyph in found.items() if glyph}


def missing(text: str) -> str:
    """The first sign that is not in the font; empty when all are."""
    known = advances(False)
    lacking = {sign for sign in set(text) if not sign.isspace() and ord(sign) not in known}
    return next((sign for sign in text if sign in lacking), "") if lacking else ""


def width(text: str, *, size: float, bold: bool) -> float:
    """Points that ``text`` is wide, without kerning."""
    known = advances(bold)
    return size * sum(known.get(ord(sign), 0.5) for sign in text)


def balanced(text: str, *, most_mm: float, size: float, bold: bool = False) -> dict[str, Any]:
    """``text`` in as few lines as the width asks, all about equally long, and its rule.

    The rule below is between 1/3 and 1/2 of the text (Annex I, II.2 and II.5), of the longest and
    of the last line alike where both can be.
    """
    words = _WHOLE.findall(text)
    if not words:
        return {"lines": [], "rule": 0.0}
    widths = [width(word, size=size, bold=bold) for word in words]
    space = width("\N{NO-BREAK SPACE}", size=size, bold=bold)
    limit = most_mm * MM
    lines = _broken(words, widths, space, limit)
    low, high = max(widths), limit
    while len(lines) > 1 and high - low > 2:
        middle = (low + high) / 2
        tried = _broken(words, widths, space, middle)
        if len(tried) > len(lines):
            low = middle
        else:
            lines, high = tried, middle
    longest, last = max(wide for _line, wide in lines), lines[-1][1]
    rule = (longest / 3 + last / 2) / 2 if last >= longest * 2 / 3 else longest * 0.4
    return {"lines": [line for line, _wide in lines], "rule": round(rule, 2)}


def lines_needed(text: str, *, most_mm: float, size: float) -> int:
    """In how many lines an upright text stands at most, broken between its words."""
    words = text.split()
    widths = [width(word, size=size, bold=False) for word in words]
    return len(_broken(words, widths, width(" ", size=size, bold=False), most_mm * MM))


def _broken(
    words: list[str], widths: list[float], space: float, limit: float
) -> list[tuple[str, float]]:
    lines: list[tuple[str, float]] = []
    for word, wide in zip(words, widths, strict=True):
        if lines and lines[-1][1] + space + wide <= limit:
            lines[-1] = (f"{lines[-1][0]} {word}", lines[-1][1] + space + wide)
        else:
            lines.append((word, wide))
    return lines
