"""Reads a published file of procedures, whatever its format, row by row."""

import csv
import json
import os
import xml.etree.ElementTree as ElementTree
import zipfile
import zlib
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, BinaryIO

from hoaphuong.dossiers.catalogue.records import ProcedureRecord, Reject, SourceKind
from hoaphuong.dossiers.catalogue.rows import is_header, record_or_reject, reject, text_of
from hoaphuong.dossiers.catalogue.sources import (
    Bounds,
    UnreadableSource,
    as_text_file,
    check_workbook,
    lines,
    opened,
    seekable,
    shape,
    unpacked,
    whole,
)

# A title, a motto and blank lines may stand above the header.
HEADER_WITHIN_ROWS = 30

Rows = Iterator[ProcedureRecord | Reject]
# openpyxl's own complaint, InvalidFileException, is met where the workbook is opened.
_SHEET_ERRORS = (
    AttributeError,
    EOFError,
    ElementTree.ParseError,
    IndexError,
    KeyError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


def read(
    source: str | os.PathLike[str] | BinaryIO,
    *,
    bounds: Bounds = Bounds(),  # noqa: B008 - frozen
) -> Rows:
    """One record or reject for each row that is not blank, in the file's order.

    Takes a path or an open binary file. Raises UnreadableSource for a file that cannot be read as a
    whole; a damaged archive shows that only where the damage is, so store what came before it in
    the same transaction or not at all.
    """
    with opened(source, bounds) as packed:
        stream = unpacked(packed)
        found = shape(stream)
        rows = (
            _workbook(stream, bounds)
            if found == "xlsx"
            else _array(stream, bounds)
            if found == "json"
            else _json_lines(stream, bounds)
            if found == "jsonl"
            else _table(stream, bounds)
        )
        for count, row in enumerate(rows, start=1):
            if count > bounds.rows:
                raise UnreadableSource("too_many_rows")
            yield row


def _json_lines(stream: BinaryIO, bounds: Bounds) -> Rows:
    for number, line in enumerate(lines(stream, bounds), start=1):
        if line is None:
            yield reject("line_too_long", source="full", line=number, raw="")
        elif line.strip():
            yield _from_json(line, number)


def _from_json(line: bytes, number: int) -> ProcedureRecord | Reject:
    try:
        value = json.loads(line.decode())
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        spelled = line.decode(errors="replace")
        return reject("line_unreadable", source="full", line=number, raw=spelled)
    return record_or_reject(value, source="full", line=number)


def _array(stream: BinaryIO, bounds: Bounds) -> Rows:
    try:
        items = json.loads(whole(stream, bounds))
    except (ValueError, RecursionError) as error:
        raise UnreadableSource("not_json") from error
    for number, item in enumerate(items, start=1):
        if isinstance(item, dict):
            yield record_or_reject(item, source="local", line=number)
        else:
            yield reject("line_unreadable", source="local", line=number, raw=text_of(item))


def _table(stream: BinaryIO, bounds: Bounds) -> Rows:
    text = as_text_file(stream, bounds)
    head = list(islice(text, HEADER_WITHIN_ROWS))
    delimiter = next((mark for mark in ",;\t" if _has_header(head, mark)), None)
    if delimiter is None:
        raise UnreadableSource("no_header")
    rows = csv.reader(chain(head, text), delimiter=delimiter)
    yield from _below_header(_numbered(rows), source="index", bounds=bounds)


def _has_header(head: list[str], delimiter: str) -> bool:
    try:
        return any(is_header(cells) for cells in csv.reader(head, delimiter=delimiter))
    except csv.Error:
        return False


def _numbered(rows: Any) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line it starts on; a quoted cell may run over several lines."""
    while True:
        line = rows.line_num + 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableSource("row_too_long", line) from error
        yield line, cells


def _workbook(stream: BinaryIO, bounds: Bounds) -> Rows:
    stream = seekable(stream, bounds)
    check_workbook(stream, bounds)
    # Imported where a workbook is read: every start of the program would pay for it.
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
    except (InvalidFileException, *_SHEET_ERRORS) as error:
        raise UnreadableSource("damaged") from error
    found = False
    for sheet in book.worksheets:
        # The export's own note of its size is not always true.
        sheet.reset_dimensions()
        numbered = _cells(sheet, bounds)
        head = list(islice(numbered, HEADER_WITHIN_ROWS))
        if any(is_header(cells) for _, cells in head):
            found = True
            yield from _below_header(chain(head, numbered), source="portal-xlsx", bounds=bounds)
    if not found:
        raise UnreadableSource("no_header")


def _cells(sheet: Any, bounds: Bounds) -> Iterator[tuple[int, list[str]]]:
    rows = sheet.iter_rows(max_col=bounds.columns, values_only=True)
    number = 0
    while True:
        number += 1
        # A sheet may claim a row far below its last one; openpyxl fills the gap with blank rows.
        if number > bounds.rows:
            raise UnreadableSource("too_many_rows")
        try:
            row = next(rows, None)
        except _SHEET_ERRORS as error:
            raise UnreadableSource("damaged") from error
        if row is None:
            return
        yield number, [text_of(value) for value in row]


def _below_header(
    numbered: Iterator[tuple[int, list[str]]], *, source: SourceKind, bounds: Bounds
) -> Rows:
    header: list[str] = []
    for line, cells in numbered:
        if not header:
            header = cells if is_header(cells) else []
        elif any(cell.strip() for cell in cells):
            named = zip(header, cells[: len(header)], strict=False)
            row = {name: cell for name, cell in named if name.strip()}
            extra = [cell for cell in cells[len(header) : bounds.columns] if cell.strip()]
            yield record_or_reject(
                {**row, "+": "\n".join(extra)} if extra else row, source=source, line=line
            )
