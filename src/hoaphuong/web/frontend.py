"""Copy the browser libraries and fonts that npm unpacked to where pages and PDFs find them."""

from __future__ import annotations

import shutil
from pathlib import Path

FONT_WEIGHTS = (400, 600)
FONT_SUBSETS = ("latin", "vietnamese")

# Licence texts travel with the copies: a published wheel carries both.
VENDOR_FILES = {
    "bootstrap/dist/css/bootstrap.min.css": "bootstrap.min.css",
    "bootstrap/LICENSE": "bootstrap.LICENSE",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE",
    "echarts/dist/echarts.min.js": "echarts.min.js",
    "echarts/LICENSE": "echarts.LICENSE",
    "@fontsource/be-vietnam-pro/LICENSE": "be-vietnam-pro.LICENSE",
    **{
        f"@fontsource/be-vietnam-pro/files/be-vietnam-pro-{subset}-{weight}-normal.woff2": (
            f"be-vietnam-pro-{subset}-{weight}.woff2"
        )
        for weight in FONT_WEIGHTS
        for subset in FONT_SUBSETS
    },
}

# Times metrics with every Vietnamese letter: the typeface that Decree 30/2020 asks of documents.
TYPESETTING_FILES = {
    "@expo-google-fonts/tinos/LICENSE_FONT": "Tinos.LICENSE",
    **{
        f"@expo-google-fonts/tinos/{style}/Tinos_{style}.ttf": f"Tinos_{style}.ttf"
        for style in ("400Regular", "400Regular_Italic", "700Bold", "700Bold_Italic")
    },
}

# A source map is asked for by the browser's developer tools only, and a missing one breaks
# storages that rewrite addresses.
SOURCE_MAP_MARKS = ("/*# sourceMappingURL=", "//# sourceMappingURL=")


class FrontendIncomplete(Exception):
    """A file that the lock file promises is not in node_modules: `npm ci` has not finished."""


def copy_frontend(*, node_modules: Path, vendor: Path, fonts: Path) -> list[Path]:
    """Copy libraries to `vendor` and typefaces to `fonts`; return what was written, sorted.

    Raises FrontendIncomplete before anything is written when a file is missing.
    """
    wanted = [
        *((node_modules / source, vendor / target) for source, target in VENDOR_FILES.items()),
        *((node_modules / source, fonts / target) for source, target in TYPESETTING_FILES.items()),
    ]
    missing = [source for source, _ in wanted if not source.is_file()]
    if missing:
        raise FrontendIncomplete(", ".join(str(source) for source in missing))
    vendor.mkdir(parents=True, exist_ok=True)
    fonts.mkdir(parents=True, exist_ok=True)
    for source, target in wanted:
        if target.suffix in {".css", ".js"}:
            text = without_source_map(source.read_text(encoding="utf-8"))
            target.write_text(text, encoding="utf-8")
        else:
            shutil.copyfile(source, target)
    return sorted(target for _, target in wanted)


def without_source_map(text: str) -> str:
    """Return a style sheet or script without its closing source map comment."""
    lines = text.rstrip().split("\n")
    if lines[-1].startswith(SOURCE_MAP_MARKS):
        lines.pop()
    return "\n".join(lines) + "\n"
