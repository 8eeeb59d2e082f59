"""The QR code at the foot of a paper, by which anyone sees whether it is the city's."""

import re
from typing import Any

import segno

from hoaphuong.documents.typesetting.letters import MM, width

WIDE_MM, SIZE = 50, 8.5  # of the words beside the code
_PIECE = re.compile(r"[^/.?&]*[/.?&]+|[^/.?&]+")


def check_code(address: str) -> dict[str, Any] | None:
    """The code as SVG and the lines of the address beside it; None without an address."""
    if not address:
        return None
    # Any mask may be read; to weigh all eight costs as much as setting half a page.
    code = segno.make(address, error="m", mask=3)
    return {"svg": code.svg_inline(border=0, dark="#000000"), "lines": lines_of(address)}


def lines_of(address: str) -> list[str]:
    """An address in lines that fit, broken behind its signs; inside a word when it must."""
    lines = [""]
    for piece in _PIECE.findall(address):
        if _wide(lines[-1] + piece) and lines[-1]:
            lines.append("")
        for letter in piece:
            if _wide(lines[-1] + letter):
                lines.append("")
            lines[-1] += letter
    return lines


def _wide(text: str) -> bool:
    return width(text, size=SIZE, bold=False) > WIDE_MM * MM
