"""CSV files that people open in a spreadsheet: no cell of words is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
MARK = "\ufeff"  # without it a spreadsheet reads Vietnamese letters wrong


def safe(value: Any) -> Any:
    """Words that begin like a formula get an apostrophe before them; numbers stay numbers."""
    if isinstance(value, int):
        return value
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def written(head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> str:
    """The file's text: RFC 4180."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n")
    write.writerow([str(one) for one in head])
    for row in rows:
        write.writerow([safe(one) for one in row])
    return out.getvalue()


def download(name: str, head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A file to keep, named by what is in it."""
    answer = HttpResponse(MARK + written(head, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer["Cache-Control"] = "private, no-store"
    return answer
