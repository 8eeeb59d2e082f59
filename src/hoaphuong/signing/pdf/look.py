"""What a visible signature shows: an image and lines of text (Decree 30/2020/NĐ-CP, Annex I)."""

import zlib
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from hoaphuong.signing.contracts import Look
from hoaphuong.signing.pdf.fonts import ASCENT, DESCENT, Unwritable, font, shown, subset
from hoaphuong.signing.pdf.syntax import Ref, number
from hoaphuong.signing.pdf.update import Update
from hoaphuong.signing.providers.base import SigningFault

MOST_IMAGE_BYTES = 5_000_000
MOST_PIXELS = 4_000_000
LEADING = 1.2


@dataclass(frozen=True)
class _Image:
    width: int
    height: int
    colours: bytes
    cover: bytes | None


@lru_cache(64)
def _image(png: bytes) -> _Image:
    """An image unpacked into colours and how far they cover, once for thousands of papers."""
    from PIL import Image

    if len(png) > MOST_IMAGE_BYTES:
        raise SigningFault("The image of the signature is too large.")
    try:
        opened = Image.open(BytesIO(png), formats=("PNG",))
        if opened.width * opened.height > MOST_PIXELS:
            raise SigningFault("The image of the signature is too large.")
        pixels = opened.convert("RGBA")
    except (OSError, ValueError, SyntaxError) as fault:
        raise SigningFault("The image of the signature is not a PNG.") from fault
    alpha = pixels.getchannel("A").tobytes()
    cover = None if alpha == b"\xff" * len(alpha) else zlib.compress(alpha, 9)
    colours = zlib.compress(pixels.convert("RGB").tobytes(), 9)
    return _Image(pixels.width, pixels.height, colours, cover)


def _put_image(update: Update, image: _Image) -> Ref:
    head = b"/Type/XObject/Subtype/Image/BitsPerComponent 8/Filter/FlateDecode"
    head += b"/Width %d/Height %d" % (image.width, image.height)
    mask = b""
    if image.cover is not None:
        mask = b"/SMask %d %d R" % update.stream(head + b"/ColorSpace/DeviceGray", image.cover)
    return update.stream(head + b"/ColorSpace/DeviceRGB" + mask, image.colours)


def put_look(update: Update, look: Look, *, width: float, height: float, turned: int = 0) -> Ref:
    """The appearance of a signature in a field of this many points; Unwritable.

    ``turned`` is by how many degrees the field is turned against its page, counterclockwise.
    """
    drawn, resources = [], b""
    leading = LEADING * look.size
    needed = (ASCENT + DESCENT) * look.size + leading * (len(look.lines) - 1) if look.lines else 0.0
    widest = max((font().width(line) for line in look.lines), default=0.0) * look.size
    if needed > height + 0.01 or widest > width + 0.01:
        raise Unwritable(
            f"The lines need {widest:.0f} × {needed:.0f} points, the field has"
            f" {width:.0f} × {height:.0f}."
        )
    if look.image:
        image = _image(look.image)
        scale = min(width / image.width, (height - needed) / image.height)
        wide, high = image.width * scale, image.height * scale
        if scale <= 0:
            raise Unwritable("The lines leave no room for the image.")
        left, below = (width - wide) / 2, needed + (height - needed - high) / 2
        place = tuple(map(number, (wide, high, left, below)))
        drawn.append(b"q %b 0 0 %b %b %b cm /Im Do Q" % place)
        resources += b"/XObject<</Im %d %d R>>" % _put_image(update, image)
    if look.lines:
        base = needed - ASCENT * look.size if look.image else height - ASCENT * look.size
        whole = subset(frozenset("".join(look.lines))).put(update.new, update.raw)
        resources += b"/Font<</F %d %d R>>" % whole
        drawn.append(
            b"q BT 0 g /F %b Tf %b TL 0 %b Td " % tuple(map(number, (look.size, leading, base)))
            + b" T* ".join(shown(line) + b" Tj" for line in look.lines)
            + b" ET Q"
        )
    return _put_form(
        update, b"\n".join(drawn), resources, width=width, height=height, turned=turned
    )


def put_text(
    update: Update,
    value: str,
    *,
    size: float,
    italic: bool,
    whole: Ref,
    width: float,
    height: float,
    right: bool = False,
) -> Ref:
    """The appearance of a filled field, in its middle or at its right end, on the line's height."""
    wide = font(italic=italic).width(value) * size
    if wide > width + 0.01:
        raise Unwritable(f"The text needs {wide:.0f} points, the field has {width:.0f}.")
    left = width - wide if right else (width - wide) / 2
    place = tuple(map(number, (size, left, DESCENT * size)))
    drawn = b"/Tx BMC q BT 0 g /F %b Tf %b %b Td " % place
    drawn += shown(value, italic=italic) + b" Tj ET Q EMC"
    return _put_form(update, drawn, b"/Font<</F %d %d R>>" % whole, width=width, height=height)


def put_empty(update: Update, *, text: bool, width: float, height: float) -> Ref:
    """The appearance of a place that is still free."""
    return _put_form(update, b"/Tx BMC EMC" if text else b"", b"", width=width, height=height)


# Counterclockwise, about the lower left corner: a viewer moves the form into its field by itself.
_TURNS = {
    90: b"/Matrix[0 1 -1 0 0 0]",
    180: b"/Matrix[-1 0 0 -1 0 0]",
    270: b"/Matrix[0 -1 1 0 0 0]",
}


def _put_form(
    update: Update, drawn: bytes, resources: bytes, *, width: float, height: float, turned: int = 0
) -> Ref:
    head = b"/Type/XObject/Subtype/Form/BBox[0 0 %b %b]%b/Resources<<%b>>" % (
        number(width), number(height), _TURNS.get(turned, b""), resources
    )  # fmt: skip
    return update.stream(head, drawn)
