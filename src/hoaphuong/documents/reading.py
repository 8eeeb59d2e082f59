"""Reads the words of a scan: ``python -m hoaphuong.documents.reading FILE MEDIA_TYPE``.

A process of its own, for one file: what a stranger's PDF does to a decoder ends with it. It prints
one JSON object: ``text`` and ``pages``, or ``fault`` (``no_reader``, ``unreadable``,
``too_many_pages``). The words are for searching only; the original stays what counts.
"""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

PDF = "application/pdf"
DPI = 300  # Decree 30/2020/NĐ-CP asks for at least 200; Tesseract reads best at 300
MOST_PAGES = 200
LONGEST_SIDE = 5_000  # pixels of a page: A3 at 300 dpi
SECONDS_A_PAGE = 60
MOST_LETTERS = 2_000_000  # of a whole scan; the rest is not searched
MEMORY_BYTES = 2_000_000_000  # of this process, and of Tesseract
ENOUGH_LETTERS = 50  # a page whose PDF holds more text than this needs no reading


class Unreadable(Exception):
    """``args[0]`` is the fault as it is printed."""


@cache
def reader() -> str | None:
    """Path of Tesseract with its Vietnamese model, or None."""
    found = shutil.which("tesseract")
    if not found:
        return None
    listed = subprocess.run([found, "--list-langs"], capture_output=True, text=True, timeout=20)
    return found if "vie" in listed.stdout.split() else None


def read(path: Path, media_type: str) -> tuple[str, int]:
    """(text, pages) of a scan; Unreadable."""
    texts = []
    with tempfile.TemporaryDirectory(prefix="reading-") as folder:
        for text, picture in _pages(path, media_type):
            if text is None:
                page = Path(folder) / "page.png"
                picture.save(page, dpi=(DPI, DPI))
                text = _words(page)
            texts.append(text.strip())
    return _plain("\n\f\n".join(texts)), len(texts)


def _plain(text: str) -> str:
    """Without what no database keeps: zero bytes and halves of letters."""
    return text[:MOST_LETTERS].replace("\0", " ").encode(errors="replace").decode()


def _words(page: Path) -> str:
    tesseract = reader()
    if tesseract is None:
        raise Unreadable("no_reader")
    # One thread: several fight for the same cores and are six times slower.
    done = subprocess.run(
        [tesseract, str(page), "-", "-l", "vie"],
        capture_output=True,
        text=True,
        timeout=SECONDS_A_PAGE,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )
    if done.returncode:
        raise Unreadable("unreadable")
    return done.stdout


def _pages(path: Path, media_type: str) -> Iterator[tuple[str | None, Any]]:
    """Each page as the text it holds already, or as a picture to read."""
    if media_type == PDF:
        yield from _pdf_pages(path)
        return
    from PIL import Image, ImageSequence

    with Image.open(path) as picture:
        for number, frame in enumerate(ImageSequence.Iterator(picture)):
            if number >= MOST_PAGES:
                raise Unreadable("too_many_pages")
            plain = frame.convert("L")
            plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            yield None, plain


def _pdf_pages(path: Path) -> Iterator[tuple[str | None, Any]]:
    import pypdfium2

    book = pypdfium2.PdfDocument(path)
    if len(book) > MOST_PAGES:
        raise Unreadable("too_many_pages")
    for page in book:
        text = page.get_textpage().get_text_bounded()
        if sum(letter.isalpha() for letter in text) > ENOUGH_LETTERS:
            yield text, None
            continue
        scale = min(DPI / 72, LONGEST_SIDE / max(page.get_size()))
        yield None, page.render(scale=scale, grayscale=True).to_pil()


def main(words: list[str]) -> int:
    path, media_type = Path(words[0]), words[1]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    # Ended from outside, it takes the Tesseract that it waits for with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    told: dict[str, Any]
    try:
        text, pages = read(path, media_type)
        told = {"text": text, "pages": pages}
    except Unreadable as fault:
        told = {"fault": fault.args[0]}
    except Exception as fault:  # whatever a decoder does with a stranger's file
        told = {"fault": "unreadable", "kind": type(fault).__name__}
    sys.stdout.write(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
