"""Phone photos become pages: upright, small, and with nothing but the picture in them."""

from typing import BinaryIO

from PIL import Image, ImageOps

from hoaphuong.files.inspection import opened_photo

LONGEST_SIDE = 2_000
A4_HEIGHT_POINTS = 842


def page_image(stream: BinaryIO, media_type: str) -> Image.Image:
    """The picture turned as EXIF says, at most 2,000 pixels a side, on white, without metadata.

    The pixels are copied to a new image, so that place, time, device and comments stay behind.
    """
    with opened_photo(stream, media_type) as photo:
        photo.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(photo)
        page = Image.new("RGB", upright.size, "white")
        if upright.has_transparency_data:
            coloured = upright.convert("RGBA")
            page.paste(coloured, mask=coloured)
        else:
            page.paste(upright.convert("RGB"))
    return page


def resolution(page: Image.Image) -> float:
    """Pixels per inch at which the longer side of the page is that of A4."""
    return max(page.size) * 72 / A4_HEIGHT_POINTS
