"""Phone photos are kept upright, of a bearable size, and with nothing but the picture in them."""

from typing import BinaryIO

from PIL import Image, ImageOps

from hoaphuong.files import rules
from hoaphuong.files.inspection import opened_photo, refusing

PAGE_SIDE = 2_000
PHOTO_SIDE = 4_000  # small print on a photographed A4 page is still read at 340 dots per inch
A4_HEIGHT_POINTS = 842
# HEIC is kept as JPEG: no browser at an officer's desk shows the former.
KEPT_AS = {kind: kind for kind in rules.PHOTOS} | {rules.HEIC: rules.JPEG}
PIL_FORMATS = {rules.JPEG: "JPEG", rules.PNG: "PNG", rules.WEBP: "WEBP"}


def picture(stream: BinaryIO, media_type: str, *, side: int) -> Image.Image:
    """The picture turned as EXIF says, at most ``side`` pixels a side, on white, without metadata.

    The pixels are copied to a new image, so that place, time, device and comments stay behind.
    """
    with refusing(media_type), opened_photo(stream, media_type) as photo:
        photo.thumbnail((side, side))
        upright = ImageOps.exif_transpose(photo)
        drawn = Image.new("RGB", upright.size, "white")
        if upright.has_transparency_data:
            coloured = upright.convert("RGBA")
            drawn.paste(coloured, mask=coloured)
        else:
            drawn.paste(upright.convert("RGB"))
    return drawn


def resolution(page: Image.Image) -> float:
    """Pixels per inch at which the longer side of the page is that of A4."""
    return max(page.size) * 72 / A4_HEIGHT_POINTS
