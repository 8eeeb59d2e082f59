"""The pages of a copy: of a scan's pictures, or of a PDF as it is seen."""

import io

from hoaphuong.documents.refusals import NotCopyable

MOST_PAGES = 500


def of_pictures(content: bytes) -> bytes:
    """The pictures of a scan in their size, one a page."""
    from PIL import Image, ImageSequence

    try:
        with Image.open(io.BytesIO(content)) as picture:
            dpi = float(picture.info.get("dpi", (200, 200))[0]) or 200.0
            frames = [frame.convert("RGB") for frame in ImageSequence.Iterator(picture)]
    except (OSError, ValueError, SyntaxError) as fault:
        raise NotCopyable("unreadable") from fault
    out = io.BytesIO()
    frames[0].save(out, "PDF", save_all=True, append_images=frames[1:], resolution=dpi)
    return out.getvalue()


def as_seen(content: bytes, pages: str) -> bytes:
    """Pages of a PDF with what stands in its fields, and no field or signature any more."""
    import pypdfium2

    try:
        book = pypdfium2.PdfDocument(content)
        book.init_forms()
        wanted = _numbers(pages, len(book))
        if book.formenv is not None:  # without fields there is nothing to flatten
            for number in wanted:
                book[number].flatten()
        made = pypdfium2.PdfDocument.new()
        made.import_pages(book, wanted)
        out = io.BytesIO()
        made.save(out)
    except pypdfium2.PdfiumError as fault:
        raise NotCopyable("unreadable") from fault
    return out.getvalue()


def _numbers(pages: str, there: int) -> list[int]:
    """Pages such as "1, 3-4", counted from 0 here; all when none are named. NotCopyable.

    The first page is always taken: it says whose paper it is, its number and its day.
    """
    if there > MOST_PAGES:
        raise NotCopyable("long")
    if not pages.strip():
        return list(range(there))
    found = {0}
    for part in pages.replace(";", ",").split(","):
        first, _, last = (half.strip() for half in part.partition("-"))
        last = last or first
        if not (first.isdecimal() and last.isdecimal() and len(first + last) < 9):
            raise NotCopyable("pages")
        if not 1 <= int(first) <= int(last) <= there:
            raise NotCopyable("pages")
        found.update(range(int(first) - 1, int(last)))
    return sorted(found)
