"""Finds the QR code on the pages of a file, as a scanner would."""

from dataclasses import dataclass

import pypdfium2 as pdfium
import segno

from hoaphuong.documents.tests.typeset_pages import HIGH, MM

SIDE = 18 * MM


@dataclass(frozen=True)
class Code:
    """A code that was found: its page from 0, and its box in points."""

    page: int
    x1: float
    y1: float

    @property
    def x2(self) -> float:
        return self.x1 + SIDE

    @property
    def y2(self) -> float:
        return self.y1 + SIDE

    def touches(self, x1: float, y1: float, x2: float, y2: float) -> bool:
        return x1 < self.x2 and self.x1 < x2 and y1 < self.y2 and self.y1 < y2


def codes(pdf: bytes, wanted: str) -> list[Code]:
    """Where codes are drawn; each says ``wanted``, in every module, dark and light."""
    matrix = segno.make(wanted, error="m", mask=3).matrix
    found = []
    document = pdfium.PdfDocument(pdf)
    for number, sheet in enumerate(document):
        bounds = {
            tuple(round(edge, 1) for edge in thing.get_bounds())
            for thing in sheet.get_objects(max_depth=4)
        }
        for x1, y1, x2, y2 in bounds:
            if abs(x2 - x1 - SIDE) > 4 or abs(y2 - y1 - SIDE) > 4:  # strokes count double
                continue
            code = Code(number, (x1 + x2 - SIDE) / 2, (y1 + y2 - SIDE) / 2)
            read = _read(sheet, code, len(matrix))
            assert read == [[bool(dot) for dot in row] for row in matrix], "it cannot be read"
            found.append(code)
    return found


def _read(sheet: pdfium.PdfPage, code: Code, count: int) -> list[list[bool]]:
    """Which modules are dark, each looked at in its middle on a page of 300 dots an inch."""
    scale = 300 / 72
    picture = sheet.render(scale=scale, grayscale=True).to_pil()
    one = SIDE / count
    return [
        [
            picture.getpixel(
                (
                    int((code.x1 + (column + 0.5) * one) * scale),
                    int((HIGH - code.y2 + (row + 0.5) * one) * scale),
                )
            )
            < 128
            for column in range(count)
        ]
        for row in range(count)
    ]
