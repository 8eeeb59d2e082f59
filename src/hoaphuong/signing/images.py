"""Pictures of hand signatures and seals made fit for a paper: transparent ground, blue or red ink.

Decree 30/2020/NĐ-CP, Annex I, II.7 and II.8: a blue signature, a red seal, PNG with a transparent
ground.
"""

import io
import warnings

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageChops, ImageOps

from hoaphuong.signing.picture_refused import ImageRefused

BLUE, RED = (20, 54, 158), (214, 20, 30)
MOST_BYTES = 5 * 1_048_576
MOST_PIXELS = 24_000_000
LEAST_SIDE, LONGEST_SIDE = 40, 900  # 900 pixels over 38 mm of a seal are 600 dots per inch
MARGIN = 6
MOST_INKED = 0.5
_FORMATS = ("PNG", "JPEG", "WEBP")


def fit(content: bytes, *, seal: bool) -> tuple[bytes, int, int]:
    """A transparent PNG in blue or red, cut to its ink, with its width and height; ImageRefused.

    A picture whose ground is transparent already keeps its shape; of any other what is darker
    than its paper becomes ink.
    """
    if len(content) > MOST_BYTES:
        raise ImageRefused(_("This picture is larger than 5 MB."))
    picture = _opened(content)
    ink = _ink(picture)
    box = ink.point(lambda value: 255 if value > 40 else 0).getbbox()
    if box is None:
        raise ImageRefused(_("Nothing is written on this picture."))
    if not seal and _share(ink) > MOST_INKED:
        raise ImageRefused(
            _("The ground of this picture cannot be told from the ink: sign on white paper.")
        )
    ink = ink.crop(box)
    if min(ink.size) < LEAST_SIDE // 4 or max(ink.size) < LEAST_SIDE:
        raise ImageRefused(_("This picture is too small: at least 40 pixels a side are needed."))
    ink.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    ink = ImageOps.expand(ink, border=MARGIN, fill=0)
    drawn = Image.new("RGBA", ink.size, (*(RED if seal else BLUE), 0))
    drawn.putalpha(ink)
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue(), drawn.width, drawn.height


def is_transparent(content: bytes) -> bool:
    """Whether a PNG has a ground that lets through and something that does not."""
    with Image.open(io.BytesIO(content), formats=("PNG",)) as picture:
        seen = picture.convert("RGBA").getchannel("A").histogram()
    return seen[0] > 0 and sum(seen[201:]) > 0


def _opened(content: bytes) -> Image.Image:
    unreadable = ImageRefused(_("This is no readable PNG, JPEG or WEBP picture."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=_FORMATS)
            if picture.width * picture.height > MOST_PIXELS:
                raise ImageRefused(_("This picture has too many pixels."))
            picture.load()
            return ImageOps.exif_transpose(picture)
    except ImageRefused:
        raise
    except Exception as fault:  # a decoder may fail in any way on hostile bytes
        raise unreadable from fault


def _ink(picture: Image.Image) -> Image.Image:
    """How much ink each pixel has, 0 to 255."""
    if picture.has_transparency_data:
        alpha = picture.convert("RGBA").getchannel("A")
        if alpha.histogram()[0]:
            return alpha
    # The weakest colour of a pixel: blue and red ink are dark in it, paper is bright in all.
    red, green, blue = picture.convert("RGB").split()
    weakest = ImageChops.darker(ImageChops.darker(red, green), blue)
    paper = _paper(weakest)
    dark = paper * 0.45

    def inked(value: int) -> int:
        return round(255 * min(1.0, max(0.0, (paper * 0.86 - value) / (paper * 0.86 - dark))))

    return weakest.point(inked)


def _paper(grey: Image.Image) -> float:
    """How bright the paper is: most of a picture of a signature is paper."""
    counts = grey.histogram()
    half, seen = sum(counts) / 2, 0
    for value in range(255, -1, -1):
        seen += counts[value]
        if seen >= half:
            return max(60.0, float(value))
    return 255.0


def _share(ink: Image.Image) -> float:
    counts = ink.histogram()
    return sum(counts[128:]) / max(1, sum(counts))
