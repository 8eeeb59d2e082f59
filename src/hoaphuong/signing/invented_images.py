"""Invented hand signatures and seals for the demonstration, drawn by code and marked as such."""

import io
import math
import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

MARK = "TRÌNH DIỄN"
SEAL_SIDE = 560  # a seal of 38 mm at about 375 dots per inch
_FONT = Path(__file__).resolve().parents[1] / "web" / "fonts" / "Tinos_700Bold.ttf"


def hand_signature(name: str) -> bytes:
    """A stroke that is nobody's, always the same for a name, with the mark below: a PNG."""
    rng = random.Random(f"signature-{name}")
    drawn = Image.new("RGBA", (720, 300), (0, 0, 0, 0))
    pen = ImageDraw.Draw(drawn)
    x, y = 60.0, 170.0
    points = [(x, y)]
    for number in range(rng.randint(6, 9)):
        reach = rng.uniform(55, 90)
        high = y + rng.uniform(-110, -40) if number % 2 == 0 else y + rng.uniform(10, 60)
        points += [(x + reach * 0.4, high), (x + reach, min(220, max(50, high + 60)))]
        x, y = points[-1]
    points += [(x + 40, y + 20), (80, 235), (min(690, x + 60), 205)]
    curve = list(_smooth(points))
    for number, (here, there) in enumerate(zip(curve, curve[1:], strict=False)):
        width = 4 + round(3 * abs(math.sin(number / 19)))
        pen.line([here, there], fill=(0, 0, 0, 255), width=width)
        pen.ellipse(_around(here, width / 2), fill=(0, 0, 0, 255))
    pen.text((560, 262), MARK, font=_font(24), fill=(0, 0, 0, 255), anchor="mm")
    return _png(drawn)


def seal(agency: str) -> bytes:
    """A round seal with the agency's name around and the mark across: a PNG."""
    drawn = Image.new("RGBA", (SEAL_SIDE, SEAL_SIDE), (0, 0, 0, 0))
    pen = ImageDraw.Draw(drawn)
    middle = SEAL_SIDE / 2
    for radius, width in ((272, 9), (256, 3), (168, 3)):
        pen.ellipse(_around((middle, middle), radius), outline=(0, 0, 0, 255), width=width)
    _around_the_ring(drawn, f"{agency.upper()} • ", radius=212)
    pen.polygon(list(_star(middle, middle - 52, 58)), fill=(0, 0, 0, 255))
    pen.text((middle, middle + 44), MARK, font=_font(46), fill=(0, 0, 0, 255), anchor="mm")
    pen.text((middle, middle + 94), "hư cấu", font=_font(32), fill=(0, 0, 0, 255), anchor="mm")
    return _png(drawn)


def _around_the_ring(drawn: Image.Image, text: str, *, radius: float) -> None:
    """Letters with their feet to the middle, each turned to its place."""
    size = max(18, min(54, round(2 * math.pi * radius / max(1, len(text)) * 1.45)))
    font = _font(size)
    widths = [font.getlength(letter) for letter in text]
    turn, at = 2 * math.pi / sum(widths), -math.pi / 2
    middle = drawn.width / 2
    for letter, width in zip(text, widths, strict=True):
        angle = at + width * turn / 2
        at += width * turn
        tile = Image.new("RGBA", (size * 2, size * 2), (0, 0, 0, 0))
        ImageDraw.Draw(tile).text((size, size), letter, font=font, fill="black", anchor="mm")
        turned = tile.rotate(-math.degrees(angle) - 90, resample=Image.Resampling.BICUBIC)
        place = (
            round(middle + radius * math.cos(angle) - size),
            round(middle + radius * math.sin(angle) - size),
        )
        drawn.alpha_composite(turned, place)


def _smooth(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """A curve through all points (Catmull and Rom)."""
    ends = [points[0], *points, points[-1]]
    found = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        for step in range(24):
            t = step / 24
            found.append((_spline(a[0], b[0], c[0], d[0], t), _spline(a[1], b[1], c[1], d[1], t)))
    return found


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (
        2 * b
        + (c - a) * t
        + (2 * a - 5 * b + 4 * c - d) * t * t
        + (3 * b - a - 3 * c + d) * t * t * t
    )


def _star(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    found = []
    for corner in range(10):
        angle = corner * math.pi / 5 - math.pi / 2
        reach = radius if corner % 2 == 0 else radius / 2.6
        found.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    return found


def _around(at: tuple[float, float], radius: float) -> tuple[float, float, float, float]:
    return at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONT), size)


def _png(drawn: Image.Image) -> bytes:
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue()
