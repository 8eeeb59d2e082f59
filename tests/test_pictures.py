"""The README's pictures: made by the program, light enough for a clone."""

from pathlib import Path

import pytest
from PIL import Image

from tests.browser import needs_chromium

SHIPPED = Path(__file__).resolve().parent.parent / "docs" / "pictures"
NAMES = {"services", "form", "tracking", "slip", "inbox", "dossier", "scoreboard", "data"}


def test_every_picture_is_there_and_light():
    sizes = {path.stem: path.stat().st_size for path in SHIPPED.glob("*.png")}
    assert set(sizes) == NAMES
    assert max(sizes.values()) < 200_000
    assert sum(sizes.values()) < 1_000_000


@pytest.mark.slow
@pytest.mark.one_database
@pytest.mark.browser
@needs_chromium
def test_the_program_takes_them_itself(real_city, tmp_path):
    done = real_city.run("pictures", str(tmp_path), timeout=400)
    assert done.returncode == 0, done.stderr
    made = {path.stem for path in tmp_path.glob("*.png")}
    assert made >= NAMES - {"slip"}  # the slip needs Poppler
    for name in made - {"slip"}:
        with Image.open(tmp_path / f"{name}.png") as picture:
            assert picture.width in (540, 1280)
