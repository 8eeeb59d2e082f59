"""What a page makes a cheap phone fetch before charts, and the copying of libraries."""

import gzip
import json
import re
from pathlib import Path

import pytest

from hoaphuong.web.frontend import (
    TYPESETTING_FILES,
    VENDOR_FILES,
    FrontendIncomplete,
    copy_frontend,
    without_source_map,
)

WEB = Path(__file__).resolve().parents[1]
ROOT = WEB.parents[2]
STATIC = WEB / "static"

STYLES = ["vendor/bootstrap.min.css", "city/city.css"]
SCRIPTS = ["city/city.js"]
FONTS = [
    f"vendor/be-vietnam-pro-{subset}-{weight}.woff2"
    for subset in ("latin", "vietnamese")
    for weight in (400, 600)
]
OFFICER_SCRIPTS = ["vendor/htmx.min.js"]
PICTURES = ["city/icons.svg", "city/mark-on-sea.svg", "city/bloom.svg"]


def transferred(names: list[str]) -> int:
    """Bytes on the wire: text compressed, a font as it is (woff2 is compressed already)."""
    absent = [name for name in names if not (STATIC / name).is_file()]
    if absent:
        pytest.skip("the vendor files are absent: run the set-up")
    return sum(
        (STATIC / name).stat().st_size
        if name.endswith(".woff2")
        else len(gzip.compress((STATIC / name).read_bytes(), 6))
        for name in names
    )


def test_styles_script_and_fonts_of_a_citizens_page_stay_below_110_kb():
    assert transferred(STYLES + SCRIPTS + FONTS) < 110_000


def test_an_officers_page_with_its_pictures_leaves_15_kb_of_150_for_the_text():
    assert transferred(STYLES + SCRIPTS + FONTS + OFFICER_SCRIPTS + PICTURES) < 135_000


def test_the_style_asks_only_for_fonts_that_are_copied():
    style = (STATIC / "city" / "city.css").read_text(encoding="utf-8")
    asked = set(re.findall(r'url\("\.\./vendor/([^"]+)"\)', style))
    assert asked == {name for name in VENDOR_FILES.values() if name.endswith(".woff2")}


def test_libraries_are_pinned_and_the_lock_names_no_address():
    package = json.loads((ROOT / "package.json").read_text())
    wanted = package["dependencies"] | package["devDependencies"]
    lock_text = (ROOT / "package-lock.json").read_text()
    locked = json.loads(lock_text)["packages"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all("integrity" in entry for name, entry in locked.items() if name)
    assert "resolved" not in lock_text


def unpacked(folder: Path) -> Path:
    for name in (*VENDOR_FILES, *TYPESETTING_FILES):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("body{}\n/*# sourceMappingURL=x.map */")
    return folder


def test_copying_brings_every_file_once_and_can_be_repeated(tmp_path):
    source = unpacked(tmp_path / "node_modules")
    places = {"vendor": tmp_path / "vendor", "fonts": tmp_path / "fonts"}
    first = copy_frontend(node_modules=source, **places)
    again = copy_frontend(node_modules=source, **places)
    assert first == again
    assert len(first) == len(set(first)) == len(VENDOR_FILES) + len(TYPESETTING_FILES)
    assert "sourceMappingURL" not in (tmp_path / "vendor" / "bootstrap.min.css").read_text()


def test_a_missing_file_is_named_and_nothing_is_copied(tmp_path):
    source = unpacked(tmp_path / "node_modules")
    (source / "htmx.org/dist/htmx.min.js").unlink()
    with pytest.raises(FrontendIncomplete, match="htmx.min.js"):
        copy_frontend(node_modules=source, vendor=tmp_path / "vendor", fonts=tmp_path / "fonts")
    assert not (tmp_path / "vendor").exists()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a{}\n/*# sourceMappingURL=a.css.map */", "a{}\n"),
        ("a()\n//# sourceMappingURL=a.js.map\n", "a()\n"),
        ("a{}", "a{}\n"),
    ],
)
def test_only_the_closing_source_map_comment_is_dropped(text, kept):
    assert without_source_map(text) == kept
