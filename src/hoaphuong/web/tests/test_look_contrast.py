"""Colours that stand on each other can be told apart: WCAG 2.2, 1.4.3 and 1.4.11."""

import re
from pathlib import Path

import pytest

STYLE = Path(__file__).resolve().parents[1] / "static" / "city" / "city.css"

TEXT_ON_GROUND = [
    ("ink", "white"),
    ("ink", "paper"),
    ("ink", "mist"),
    ("ink", "sea-soft"),
    ("ink", "wait-soft"),
    ("ink", "good-soft"),
    ("ink", "red-soft"),
    ("quiet", "white"),
    ("quiet", "paper"),
    ("quiet", "mist"),
    ("quiet", "sea-soft"),
    ("sea", "white"),
    ("sea", "paper"),
    ("sea", "mist"),
    ("sea", "sea-soft"),
    ("sea-deep", "foam"),
    ("sea-mid", "white"),
    ("sea-mid", "paper"),
    ("sea-mid", "mist"),
    ("sea-mid", "sea-soft"),
    ("red-deep", "white"),
    ("red-deep", "sea-soft"),
    ("red-deep", "red-soft"),
    ("good", "good-soft"),
    ("wait", "white"),
    ("wait", "wait-soft"),
    ("wait", "sea-soft"),
    ("white", "red"),
    ("white", "red-deep"),
    ("white", "sea"),
    ("white", "sea-deep"),
    ("white", "good"),
    ("white", "quiet"),
    ("foam", "sea"),
    ("foam", "sea-deep"),
]
SHAPE_ON_GROUND = [
    ("edge", "white"),
    ("edge", "paper"),
    ("edge", "mist"),
    ("sea", "line"),
    ("good", "line"),
    ("red", "line"),
    ("wait", "line"),
    ("red", "white"),
    ("red", "sea-soft"),
    ("gold", "sea"),
    ("gold", "sea-deep"),
]


def tokens() -> dict[str, str]:
    found = re.findall(r"--hp-([a-z-]+): (#[0-9A-F]{6});", STYLE.read_text(encoding="utf-8"))
    return dict(found)


def luminance(colour: str) -> float:
    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_has_the_greatest_contrast():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_is_readable_on_its_ground(text, ground):
    assert contrast(tokens()[text], tokens()[ground]) >= 4.5


@pytest.mark.parametrize(("shape", "ground"), SHAPE_ON_GROUND)
def test_a_shape_that_carries_meaning_stands_out(shape, ground):
    assert contrast(tokens()[shape], tokens()[ground]) >= 3


def test_every_colour_token_is_in_a_tested_pair():
    paired = {name for pair in TEXT_ON_GROUND + SHAPE_ON_GROUND for name in pair}
    assert set(tokens()) == paired


def test_the_two_colours_of_the_city_are_the_agreed_ones():
    assert tokens()["red"] == "#C8102E"
    assert tokens()["sea"] == "#0B3954"
