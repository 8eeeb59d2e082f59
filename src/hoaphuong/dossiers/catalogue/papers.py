"""The list of papers and the list of laws out of the portal's run-together text."""

import re

from hoaphuong.dossiers.catalogue.records import DocumentPart
from hoaphuong.dossiers.catalogue.wording import SMALL, clean_name, clean_text

_TABLE_HEAD = "Tên giấy tờMẫu đơn, tờ khaiSố lượng"
# The count cell has no blank before it; "01 bản chính" inside a name has one, or a bracket.
_COUNT = re.compile(
    r"(?:(?<=[^\s(\d])(?P<originals>\d{1,6})|(?<=\s)(?P<after_blank>[1-9]\d{1,5})) bản chính"
    rf"(?:,(?P<copies>\d{{1,3}}) bản sao)?(?! [{SMALL}(]|[;.:)])"
)
# No procedure asks for more originals of one paper; it tells a count from digits of the name.
MOST_ORIGINALS = 20
LONGEST_FILE_NAME = 100
_FORM = re.compile(r"\.(?:docx?|xlsx?|pdf|rtf|odt|zip|rar)", re.IGNORECASE)
# A form's file name starts where a capital or digit follows the name's last letter with no blank.
_SEAM = re.compile(rf"(?<=[{SMALL};:.,)”\"])(?=[A-ZĐ])")

_LAW = re.compile(
    r"(?<![\d/])(?P<number>\d{2}\.\d{1,2}|\d{1,8})(?P<rest>/\d{4}/"
    rf"(?:QH\d{{2}}|UBTVQH\d{{2}}|[A-ZĐ]{{2,9}}(?:-[A-ZĐ]{{1,9}})+))(?![{SMALL}])"
)


def documents(text: str) -> tuple[DocumentPart, ...]:
    """Each line of the list of papers, under the heading of its block."""
    blocks = clean_text(text).split(_TABLE_HEAD)
    parts: list[DocumentPart] = []
    heading = blocks[0]
    for block in blocks[1:]:
        start = 0
        for count in _COUNT.finditer(block):
            parts.append(_part(block[start : count.start()], count, _heading(heading)))
            start = count.end()
        heading = block[start:]
    return tuple(part for part in parts if part.name)


def _heading(text: str) -> str:
    return clean_name(text).strip("-:* ")


def _part(cell: str, count: re.Match[str], group: str) -> DocumentPart:
    digits = count["originals"] or count["after_blank"]
    copies = int(count["copies"] or 0)
    # The name may end in digits that run into the count: "Mẫu số 181 bản chính" is 18 and 1.
    widths = [
        width
        for width in (1, 2)
        if width <= len(digits)
        and int(digits[-width:]) <= MOST_ORIGINALS
        and (width == 1 or digits[-width] != "0")
    ]
    width = widths[0] if len(widths) == 1 else 0
    originals = int(digits[-width:]) if width else None
    cell += digits[:-width] if width else digits
    name, form = _form(cell)
    return DocumentPart(clean_name(name), originals, copies, form, group)


def _form(cell: str) -> tuple[str, str]:
    """The paper's name and the files of its form, where a seam shows between the two."""
    plain = cell.rstrip()
    ends = [match.end() for match in _FORM.finditer(plain)]
    if not ends or ends[-1] != len(plain):
        return cell, ""
    near = max(0, ends[0] - LONGEST_FILE_NAME)
    seam = _SEAM.search(plain, near, ends[0] - 4)
    if not seam:
        return cell, ""
    starts = [seam.start(), *ends[:-1]]
    files = [clean_name(_FORM.sub("", plain[a:b])) for a, b in zip(starts, ends, strict=True)]
    return plain[: seam.start()], "; ".join(file for file in files if file)


def legal_bases(text: str) -> tuple[str, ...]:
    """Numbers of the legal texts cited, such as 123/2015/NĐ-CP, each once, in order."""
    found = []
    for law in _LAW.finditer(clean_text(text)):
        number = law["number"]
        if len(number) > 5 or (len(number) == 5 and "." not in number):
            # The title before it ended in a year: "2011" and "02", run together.
            if number[:2] not in ("19", "20"):
                continue
            number = number[4:]
        found.append(number + law["rest"])
    return tuple(dict.fromkeys(found))
