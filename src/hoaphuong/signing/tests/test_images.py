"""A photo of ink on paper becomes a transparent picture in blue or red."""

import io
import random

import pytest
from PIL import Image, ImageDraw

from hoaphuong.files import queries as files
from hoaphuong.signing import actions, queries
from hoaphuong.signing.images import BLUE, RED, ImageRefused, fit, is_transparent
from hoaphuong.signing.tests.factories import NOON


def picture(*, ground=(236, 230, 214), ink=(40, 40, 60), size=(600, 300), noise=6, kind="JPEG"):
    """A stroke on paper as a camera sees it: not white, not even."""
    drawn = Image.new("RGB", size, ground)
    ImageDraw.Draw(drawn).line([(100, 200), (250, 90), (330, 220), (480, 100)], fill=ink, width=9)
    rng = random.Random(1)
    pixels = drawn.load()
    for _ in range(4_000):
        x, y = rng.randrange(size[0]), rng.randrange(size[1])
        pixels[x, y] = tuple(max(0, c - rng.randrange(noise)) for c in pixels[x, y])
    out = io.BytesIO()
    drawn.save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(("seal", "colour"), [(False, BLUE), (True, RED)])
@pytest.mark.parametrize("ink", [(40, 40, 60), (30, 60, 170), (200, 30, 40)])
def test_ink_of_any_colour_becomes_blue_or_red_on_a_transparent_ground(seal, colour, ink):
    made, width, height = fit(picture(ink=ink), seal=seal)
    assert is_transparent(made)
    read = Image.open(io.BytesIO(made))
    assert read.size == (width, height)
    assert width < 500  # cut to the ink
    assert height < 250
    pixels = [p for p in read.get_flattened_data() if p[3] > 128]
    assert {p[:3] for p in pixels} == {colour}
    assert read.getpixel((0, 0))[3] == 0
    assert 0.02 < len(pixels) / (width * height) < 0.4


def test_a_picture_that_is_transparent_already_keeps_its_shape():
    drawn = Image.new("RGBA", (200, 120), (0, 0, 0, 0))
    ImageDraw.Draw(drawn).rectangle([50, 40, 149, 79], fill=(0, 0, 0, 255))
    out = io.BytesIO()
    drawn.save(out, "PNG")
    made, width, height = fit(out.getvalue(), seal=False)
    assert (width, height) == (112, 52)  # its ink and a margin


def test_a_photo_lying_on_its_side_is_set_upright():
    photo = Image.open(io.BytesIO(picture(size=(600, 300))))
    exif = photo.getexif()
    exif[0x0112] = 6  # turn right by a quarter
    out = io.BytesIO()
    photo.save(out, "JPEG", exif=exif)
    _, width, height = fit(out.getvalue(), seal=False)
    assert height > width


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        picture(ink=(236, 230, 214), noise=2),
        picture(size=(6_000, 5_000), noise=1),
        picture(ground=(20, 20, 20), ink=(10, 10, 10)),
    ],
    ids=["nothing", "no picture", "broken", "blank", "too many pixels", "night"],
)
def test_what_no_signature_can_be_made_of_is_refused_with_a_sentence(content):
    with pytest.raises(ImageRefused) as refused:
        fit(content, seal=False)
    assert len(str(refused.value)) > 20


@pytest.mark.django_db
def test_the_newest_image_is_used_until_it_is_undone():
    first = actions.keep_image(content=picture(), account="an", by="an", at=NOON)
    second = actions.keep_image(content=picture(ink=(0, 0, 0)), account="an", by="an", at=NOON)
    seal = actions.keep_image(content=picture(), agency="x", by="mai", at=NOON)
    assert queries.image_row(account="an").file_key == second
    assert queries.image_row(agency="x").file_key == seal
    assert files.file_facts(second).media_type == "image/png"
    assert actions.undo_image(account="an", by="an", at=NOON)
    assert queries.image_row(account="an").file_key == first
    assert actions.undo_image(account="an", by="an", at=NOON)
    assert queries.image_row(account="an") is None
    assert not actions.undo_image(account="an", by="an", at=NOON)
    assert queries.image_row(agency="x").file_key == seal
