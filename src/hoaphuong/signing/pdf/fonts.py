"""Tinos cut down to the letters that are used, and embedded (PDF/A-2b, 6.2.11).

Letters keep their place in the font, so that a string is the numbers of its glyphs (Identity-H).
The programs that fit letters to a coarse screen are left out.
"""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path

from hoaphuong.signing.pdf.syntax import Ref
from hoaphuong.signing.providers.base import SigningFault

FOLDER = Path(__file__).parents[2] / "web" / "fonts"
UPRIGHT, ITALIC = "Tinos_400Regular.ttf", "Tinos_400Regular_Italic.ttf"
ASCENT, DESCENT = 0.891, 0.216  # of the size
USUAL = frozenset("0123456789-:+./T ")  # of times and numbers: a subset serves again


class Unwritable(SigningFault):
    """A text cannot be set: a letter is not in the font, or it does not fit."""


def _table(data: bytes) -> dict[bytes, bytes]:
    count = struct.unpack_from(">H", data, 4)[0]
    found = {}
    for place in range(count):
        tag, _sum, at, size = struct.unpack_from(">4sIII", data, 12 + 16 * place)
        found[tag] = data[at : at + size]
    return found


class Font:
    """One file of a TrueType font, read once a process."""

    def __init__(self, path: Path, *, italic: bool) -> None:
        self.italic = italic
        self._tables = tables = _table(path.read_bytes())
        self.units = struct.unpack_from(">H", tables[b"head"], 18)[0]
        self.box = struct.unpack_from(">4h", tables[b"head"], 36)
        glyphs = struct.unpack_from(">H", tables[b"maxp"], 4)[0]
        long = struct.unpack_from(">h", tables[b"head"], 50)[0]
        entries = struct.unpack_from(f">{glyphs + 1}{'I' if long else 'H'}", tables[b"loca"])
        self._loca = entries if long else tuple(2 * entry for entry in entries)
        metrics = struct.unpack_from(">H", tables[b"hhea"], 34)[0]
        rows = struct.unpack_from(">" + "Hh" * metrics, tables[b"hmtx"])
        bearings = struct.unpack_from(f">{glyphs - metrics}h", tables[b"hmtx"], 4 * metrics)
        self.advance = rows[::2] + (rows[-2],) * (glyphs - metrics)
        self._bearing = rows[1::2] + bearings
        self._glyph_of = _letters(tables[b"cmap"])

    def glyphs(self, line: str) -> list[int]:
        """The glyphs of a line; Unwritable."""
        missing = sorted({letter for letter in line if letter not in self._glyph_of})
        if missing:
            raise Unwritable(f"The font has no {', '.join(map(repr, missing))}.")
        return [self._glyph_of[letter] for letter in line]

    def width(self, line: str) -> float:
        """How wide a line is at size 1."""
        return sum(self.advance[glyph] for glyph in self.glyphs(line)) / self.units

    def _outline(self, glyph: int) -> bytes:
        return self._tables[b"glyf"][self._loca[glyph] : self._loca[glyph + 1]]

    def cut(self, wanted: set[int]) -> bytes:
        """A font file with these glyphs only, each where it was."""
        outlines: dict[int, bytes] = {}
        waiting = [0, *wanted]
        while waiting:
            glyph = waiting.pop()
            if glyph not in outlines:
                outlines[glyph], parts = _unhinted(self._outline(glyph))
                waiting += parts
        last = max(outlines)
        loca, glyf = [0], b""
        for glyph in range(last + 1):
            outline = outlines.get(glyph, b"")
            glyf += outline + bytes(-len(outline) % 4)
            loca.append(len(glyf))
        metrics = b"".join(
            struct.pack(">Hh", self.advance[glyph], self._bearing[glyph])
            if glyph in outlines else bytes(4)
            for glyph in range(last + 1)
        )  # fmt: skip
        head = bytearray(self._tables[b"head"])
        head[8:12], head[50:52] = bytes(4), b"\x00\x01"
        hhea = self._tables[b"hhea"][:34] + struct.pack(">H", last + 1)
        maxp = self._tables[b"maxp"][:4] + struct.pack(">H", last + 1) + self._tables[b"maxp"][6:]
        made = {b"glyf": glyf, b"head": bytes(head), b"hhea": hhea, b"hmtx": metrics}
        made |= {b"loca": struct.pack(f">{len(loca)}I", *loca), b"maxp": maxp}
        return _file(made)


def _letters(cmap: bytes) -> dict[str, int]:
    """Which glyph a letter has, by the table for Windows (format 4)."""
    for place in range(struct.unpack_from(">H", cmap, 2)[0]):
        platform, encoding, at = struct.unpack_from(">HHI", cmap, 4 + 8 * place)
        if (platform, encoding) == (3, 1) and struct.unpack_from(">H", cmap, at)[0] == 4:
            break
    else:
        raise SigningFault("The font has no table of letters.")
    count = struct.unpack_from(">H", cmap, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", cmap, at + 14)
    starts = struct.unpack_from(f">{count}H", cmap, at + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", cmap, at + 16 + 4 * count)
    offsets_at = at + 16 + 6 * count
    offsets = struct.unpack_from(f">{count}H", cmap, offsets_at)
    found = {}
    for place, (start, end, delta, offset) in enumerate(
        zip(starts, ends, deltas, offsets, strict=True)
    ):
        for code in range(start, min(end, 0xFFFE) + 1):
            if offset:
                where = offsets_at + 2 * place + offset + 2 * (code - start)
                glyph = struct.unpack_from(">H", cmap, where)[0]
                glyph = (glyph + delta) & 0xFFFF if glyph else 0
            else:
                glyph = (code + delta) & 0xFFFF
            if glyph:
                found[chr(code)] = glyph
    return found


def _unhinted(outline: bytes) -> tuple[bytes, list[int]]:
    """An outline without its program, and the glyphs it is put together from."""
    if not outline:
        return b"", []
    contours = struct.unpack_from(">h", outline)[0]
    if contours >= 0:
        at = 10 + 2 * contours
        size = struct.unpack_from(">H", outline, at)[0]
        return outline[:at] + b"\x00\x00" + outline[at + 2 + size :], []
    made, at, parts, more = bytearray(outline[:10]), 10, [], True
    while more:
        flags, glyph = struct.unpack_from(">HH", outline, at)
        parts.append(glyph)
        size = 4 + (4 if flags & 1 else 2)
        size += 2 if flags & 8 else 4 if flags & 0x40 else 8 if flags & 0x80 else 0
        made += struct.pack(">H", flags & ~0x100) + outline[at + 2 : at + size]
        at, more = at + size, bool(flags & 0x20)
    return bytes(made), parts


def _file(tables: dict[bytes, bytes]) -> bytes:
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    head = struct.pack(
        ">IHHHH", 0x10000, count, 16 * power, power.bit_length() - 1, 16 * (count - power)
    )
    at, body = 12 + 16 * count, b""
    for tag in sorted(tables):
        padded = tables[tag] + bytes(-len(tables[tag]) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        head += struct.pack(">4sIII", tag, total, at + len(body), len(tables[tag]))
        body += padded
    return head + body


@cache
def font(*, italic: bool = False) -> Font:
    """Tinos, upright or italic."""
    return Font(FOLDER / (ITALIC if italic else UPRIGHT), italic=italic)


@dataclass(frozen=True)
class Subset:
    """What of a font is embedded for some letters: streams packed once and used again."""

    name: bytes
    file: bytes
    file_size: int
    unicode: bytes
    widths: bytes
    descriptor: bytes

    def put(self, new: Callable[[], Ref], raw: Callable[..., None]) -> Ref:
        """Write it as new objects; where the font is."""
        whole, descendant, descriptor, file, unicode = (new() for _ in range(5))
        raw(
            whole,
            b"<</Type/Font/Subtype/Type0/BaseFont%b/Encoding/Identity-H" % self.name,
            b"/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>" % (descendant.number, unicode.number),
        )
        raw(
            descendant,
            b"<</Type/Font/Subtype/CIDFontType2/BaseFont%b/CIDSystemInfo<</Registry(Adobe)"
            b"/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R/CIDToGIDMap/Identity"
            b"/DW 0/W[%b]>>" % (self.name, descriptor.number, self.widths),
        )
        raw(descriptor, b"<<%b/FontFile2 %d 0 R>>" % (self.descriptor, file.number))
        sizes = (self.file_size, len(self.file))
        head = b"<</Filter/FlateDecode/Length1 %d/Length %d>>stream\n" % sizes
        raw(file, head, self.file, b"\nendstream")
        head = b"<</Filter/FlateDecode/Length %d>>stream\n" % len(self.unicode)
        raw(unicode, head, self.unicode, b"\nendstream")
        return whole


@lru_cache(256)
def subset(letters: frozenset[str], *, italic: bool = False) -> Subset:
    """The part of Tinos that these letters and the usual ones need; Unwritable."""
    used = font(italic=italic)
    ordered = sorted(letters | USUAL)
    glyphs = dict(zip(used.glyphs("".join(ordered)), ordered, strict=True))
    file = used.cut(set(glyphs))
    tag = bytes(65 + byte % 26 for byte in sha256(file).digest()[:6])
    name = b"/" + tag + (b"+Tinos-Italic" if italic else b"+Tinos")
    scale = 1_000 / used.units
    widths = b" ".join(
        b"%d[%b]" % (glyph, f"{used.advance[glyph] * scale:.2f}".encode())
        for glyph in sorted(glyphs)
    )
    box = b" ".join(b"%d" % round(edge * scale) for edge in used.box)
    descriptor = (
        b"/Type/FontDescriptor/FontName%b/Flags %d/FontBBox[%b]/ItalicAngle %d/Ascent 891"
        b"/Descent -216/CapHeight 662/StemV 80" % (name, 68 if italic else 4, box, -16 * italic)
    )
    packed = zlib.compress(file, 9)
    unicode = zlib.compress(_to_unicode(glyphs), 9)
    return Subset(name, packed, len(file), unicode, widths, descriptor)


def _to_unicode(glyphs: dict[int, str]) -> bytes:
    rows = [
        b"<%04X> <%b>\n" % (glyph, letter.encode("utf-16-be").hex().upper().encode())
        for glyph, letter in sorted(glyphs.items())
    ]
    blocks = b"".join(
        b"%d beginbfchar\n%bendbfchar\n" % (len(block), b"".join(block))
        for block in (rows[first : first + 100] for first in range(0, len(rows), 100))
    )
    return (
        b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo\n"
        b"<< /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n/CMapName /Adobe-Identity-UCS"
        b" def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        + blocks + b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    )  # fmt: skip


def shown(line: str, *, italic: bool = False) -> bytes:
    """A line as the operand of Tj."""
    return b"<" + b"".join(b"%04X" % glyph for glyph in font(italic=italic).glyphs(line)) + b">"
