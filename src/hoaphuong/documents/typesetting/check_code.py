"""The QR code at the foot of a paper, by which anyone sees whether it is the city's."""

import re
from typing import Any

import segno

from hoaphuong.documents.typesetting.letters import MM, width

WIDE_MM, SIZE = 50, 8.5  # of the words beside the code
_PIECE = re.compile(r"[^/.?&]*[/.?&]+|[^/.?&]+")
_DARK = re.compile(rb"\x01+")


def check_code(address: str) -> dict[str, Any] | None:
    """The code as SVG and the lines of the address beside it; None without an address."""
    if not address:
        return None
    # Any mask may be read; to weigh all eight costs as much as setting half a page.
    code = segno.make(address, error="m", mask=3)
    return {"svg": _drawn(code.matrix), "lines": lines_of(address)}


def _drawn(matrix: tuple[bytearray, ...]) -> str:
    """SVG of one line for each run of dark modules, a module being 1 × 1."""
    runs = "".join(
        f"M{run.start()} {row}.5H{run.end()}"
        for row, modules in enumerate(matrix)
        for run in _DARK.finditer(modules)
    )
    size = f'width="{len(matrix)}" height="{len(matrix)}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><path stroke="#000" d="{runs}"/></svg>'


def lines_of(address: str) -> list[str]:
    """An address in lines that fit, broken behind its signs; inside a word when it must."""
    lines = [""]
    for piece in _PIECE.findall(address):
        if _wide(lines[-1] + piece) and lines[-1]:
            lines.append("")
        for part in piece if _wide(piece) else [piece]:
            if _wide(lines[-1] + part):
                lines.append("")
            lines[-1] += part
    return lines


def _wide(text: str) -> bool:
    return width(text, size=SIZE, bold=False) > WIDE_MM * MM
