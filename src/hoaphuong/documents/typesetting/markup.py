"""The light markup of a body: what officers type in a plain field, line by line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hoaphuong.documents.typesetting.faults import Fault

MOST_COLUMNS = 12
Runs = list[list[str | bool]]  # [text, bold]

_DIVISION = re.compile(
    r"(?P<word>Phần|Chương|Mục|Tiểu mục)\s+(?P<number>[IVXLC]+|\d+|thứ \w+)"
    r"\s*[.:]?\s*(?P<title>.*)$"
)
_ARTICLE = re.compile(r"(Điều \d+[a-zđ]?\.)\s*(.*)$")
_ROMAN = re.compile(r"([IVXLC]+\.)\s+(.+)$")
_CLAUSE = re.compile(r"(\d+(?:\.\d+)*\.?)\s+(.+)$")
_POINT = re.compile(r"([a-zđ]{1,2}\))\s+(.+)$")
_DASH = re.compile(r"([-–+•])\s+(.+)$")
_RULE = re.compile(r"\|(?:\s*(?::-+:?|-+:|-{2,})\s*\|?)+$")
_ENDS = (".", ";", ":", ",", "/", "!", "?")


@dataclass(frozen=True)
class Line:
    """One line that is not empty, with its number from 1."""

    number: int
    text: str


def lines_of(text: str) -> list[Line]:
    """The lines that say something; white space at their ends and doubled inside is dropped."""
    found = ((n, " ".join(line.split())) for n, line in enumerate(text.splitlines(), 1))
    return [Line(n, line) for n, line in found if line]


def runs_of(text: str, *, bold: bool = False) -> Runs | None:
    """Cut at ``**``; None when the last one is not closed."""
    parts = text.split("**")
    if len(parts) % 2 == 0:
        return None
    return [[part, bold or n % 2 == 1] for n, part in enumerate(parts) if part]


def blocks_of(text: str, *, field: str) -> tuple[list[dict[str, Any]], list[Fault]]:
    """Blocks of a body for the template, and what is wrong with it.

    Each line is a paragraph. ``Phần I``, ``Chương I``, ``Mục 1`` are centred with the title in
    the same or the next line; ``Điều 1.`` and ``I.`` are bold; ``1.`` is bold when it is a title,
    that is in a body without articles and without a sign at its end; ``a)`` and ``-`` are
    paragraphs; lines that begin with ``|`` are a table.
    """
    lines, faults = lines_of(text), []
    by_article = any(_ARTICLE.match(line.text) for line in lines)
    blocks: list[dict[str, Any]] = []
    rest = iter(lines)
    pending: list[Line] = []
    while line := (pending.pop() if pending else next(rest, None)):
        if line.text.startswith("|"):
            rows, after = _rows(line, rest)
            pending += after
            made, wrong = _table(rows, field)
        elif (division := _DIVISION.match(line.text)) and _is_division(division):
            title = division["title"]
            if not title:
                below = next(rest, None)
                title = below.text if below else ""
            made, wrong = _division(division, title, line, field)
        else:
            made, wrong = _paragraph(line, by_article, field)
        blocks += made
        faults += wrong
    return blocks, faults


def _is_division(match: re.Match[str]) -> bool:
    """Whether a line is a heading and not a sentence such as "Mục 2 của Kế hoạch nêu: …"."""
    title = match["title"]
    return not title or title == title.upper() or not title.endswith(_ENDS) and title[0].isupper()


def _rows(first: Line, rest: Iterator[Line]) -> tuple[list[Line], list[Line]]:
    rows = [first]
    for line in rest:
        if not line.text.startswith("|"):
            return rows, [line]
        rows.append(line)
    return rows, []


def _cells(line: Line) -> list[str]:
    return [cell.strip() for cell in line.text.removeprefix("|").removesuffix("|").split("|")]


def _table(rows: list[Line], field: str) -> tuple[list[dict[str, Any]], list[Fault]]:
    faults = []
    asked = len(_cells(rows[0]))
    if asked > MOST_COLUMNS:
        faults.append(Fault(field, "wide-table", {"line": rows[0].number, "most": MOST_COLUMNS}))
    aligned = ["left"] * asked
    head = len(rows) > 1 and bool(_RULE.match(rows[1].text))
    if head:
        aligned = [_aligned(cell) for cell in _cells(rows[1])]
        rows = [rows[0], *rows[2:]]
        if len(rows) == 1:
            faults.append(Fault(field, "empty-table", {"line": rows[0].number}))
    cells: list[list[Runs]] = []
    for n, row in enumerate(rows):
        texts = _cells(row)
        if len(texts) != asked:
            values = {"line": row.number, "found": len(texts), "asked": asked}
            faults.append(Fault(field, "cells", values))
        cut = [runs_of(text, bold=head and n == 0) for text in texts]
        if None in cut:
            faults.append(Fault(field, "bold", {"line": row.number}))
        cells.append([runs or [] for runs in cut])
    if head and len(aligned) != asked and not faults:
        values = {"line": rows[0].number + 1, "found": len(aligned), "asked": asked}
        faults.append(Fault(field, "cells", values))
    table: dict[str, Any] = {"is": "table", "head": head, "rows": cells, "align": aligned}
    return [table | {"widths": _widths(cells, asked)}], faults


def _aligned(cell: str) -> str:
    if cell.endswith(":"):
        return "center" if cell.startswith(":") else "right"
    return "left"


def _widths(rows: list[list[Runs]], columns: int) -> list[int]:
    """Shares of the width: by the longest text of a column, between 5 and 40 letters."""
    shares = []
    for column in range(columns):
        texts = ["".join(str(run[0]) for run in row[column]) for row in rows if column < len(row)]
        shares.append(max(5, min(40, max(map(len, texts), default=5))))
    return shares


def _division(
    match: re.Match[str], title: str, line: Line, field: str
) -> tuple[list[dict[str, Any]], list[Fault]]:
    label = f"{match['word']} {match['number']}"
    if not title:
        return [], [Fault(field, "no-title", {"line": line.number, "sign": label})]
    return [{"is": "division", "label": label, "title": title.replace("**", "")}], []


def _paragraph(
    line: Line, by_article: bool, field: str
) -> tuple[list[dict[str, Any]], list[Fault]]:
    """One paragraph; a heading keeps with the next one."""
    kind, mark, text, bold = "par", "", line.text, False
    if match := _ARTICLE.match(line.text):
        mark, text = match.groups()
        kind, bold = "article", not text.endswith(_ENDS)
    elif match := _ROMAN.match(line.text):
        kind, mark, text = "roman", "", f"{match[1]} {match[2]}"
        bold = True
    elif match := _CLAUSE.match(line.text):
        bold = not by_article and match[1].endswith(".") and not line.text.endswith(_ENDS)
        kind = "clause"
    elif _POINT.match(line.text):
        kind = "point"
    elif match := _DASH.match(line.text):
        kind, text = "dash", f"{'-' if match[1] in '–•' else match[1]} {match[2]}"
    runs = runs_of(text, bold=bold)
    if runs is None:
        return [], [Fault(field, "bold", {"line": line.number})]
    if not runs and not mark:
        return [], []
    if mark:
        runs = [[f"{mark} ", True], *runs]
    if kind == "roman":
        runs = [[str(part).upper(), True] for part, _bold in runs]
    return [{"is": kind, "runs": runs, "heading": bold}], []
