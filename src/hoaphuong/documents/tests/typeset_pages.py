"""Papers to set, and what is really on the pages that were made of them."""

import ctypes
import datetime as dt
from dataclasses import dataclass, replace

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from hoaphuong.documents.typesetting import Capacity, Kind, Meeting, Paper, Signer, Typeset

AT = dt.date(2026, 2, 3)
MM = 72 / 25.4
WIDE, HIGH = 210 * MM, 297 * MM
SENTENCE = (
    "Các cơ quan, đơn vị chủ động rà soát, tổng hợp khó khăn, vướng mắc phát sinh, kịp thời báo "
    "cáo Ủy ban nhân dân thành phố xem xét, chỉ đạo giải quyết theo quy định."
)
MEETING = Meeting(
    starts="08 giờ 00, ngày 05 tháng 3 năm 2026",
    place="Phòng họp số 2",
    chair="Bà Trần Thị Hải Yến",
    purpose="Hội nghị sơ kết",
    present=("Bà Trần Thị Hải Yến", "Ông Lê Anh Dũng"),
    secretary="Phạm Văn Đông",
    ends="11 giờ 30, ngày 05 tháng 3 năm 2026",
)
BASE = Paper(
    kind=Kind.NOTICE,
    parent="Ủy ban nhân dân thành phố Hải Phòng",
    agency="Sở Nội vụ",
    notation="TB-SNV",
    place="Hải Phòng",
    title="Về kết quả rà soát thủ tục hành chính năm 2026",
    body=f"{SENTENCE}\n{SENTENCE}",
    signer=Signer("Trần Thị Hải Yến", "Phó Giám đốc", ((Capacity.DEPUTY, "Giám đốc"),)),
    recipients=("Ban Giám đốc Sở",),
    archive="VT, CCHC",
)
GROUND = "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025"


def paper(kind: Kind, **changed: object) -> Paper:
    """An ordinary paper of ``kind``."""
    made = replace(BASE, kind=kind, notation="SNV-CCHC" if kind is Kind.LETTER else f"{kind}-SNV")
    if kind is Kind.DECISION:
        body = f"Điều 1. {SENTENCE}\nĐiều 2. {SENTENCE}"
        made = replace(made, body=body, grounds=(GROUND, "Theo đề nghị của Trưởng phòng"))
    if kind in (Kind.LETTER, Kind.SUBMISSION, Kind.TELEGRAM, Kind.INVITATION):
        made = replace(made, addressees=("Văn phòng Ủy ban nhân dân thành phố", "Sở Tài chính"))
    if kind in (Kind.INVITATION, Kind.MINUTES):
        made = replace(made, meeting=MEETING)
    return replace(made, **changed)


@dataclass(frozen=True)
class Sign:
    """One letter on a page: where its origin is, in points from the lower left corner."""

    text: str
    x: float
    y: float
    right: float
    size: float
    font: str
    colour: tuple[int, int, int]


@dataclass(frozen=True)
class Row:
    """Letters of one baseline that belong together."""

    signs: tuple[Sign, ...]

    @property
    def text(self) -> str:
        return "".join(sign.text for sign in self.signs).strip()

    @property
    def x1(self) -> float:
        return next(sign.x for sign in self.signs if sign.text.strip())

    @property
    def x2(self) -> float:
        return max(sign.right for sign in self.signs if sign.text.strip())

    @property
    def y(self) -> float:
        return self.signs[0].y

    @property
    def middle(self) -> float:
        return (self.x1 + self.x2) / 2

    @property
    def look(self) -> set[tuple[float, str]]:
        """Sizes and faces of its letters."""
        return {(sign.size, sign.font) for sign in self.signs if sign.text.strip()}


@dataclass(frozen=True)
class Page:
    """What one page shows."""

    width: float
    height: float
    rows: tuple[Row, ...]
    rules: tuple[tuple[float, float, float, float], ...]  # left, bottom, right, top

    def row(self, start: str) -> Row:
        """The row that begins with ``start``."""
        found = [row for row in self.rows if row.text.startswith(start)]
        assert found, f"no row begins with {start!r}: {[row.text for row in self.rows]}"
        return found[0]

    def rule_below(self, row: Row, *, within: float = 8) -> tuple[float, float, float, float]:
        """The horizontal line right below a row."""
        found = [
            rule
            for rule in self.rules
            if rule[3] - rule[1] < 2
            and 0 < row.y - rule[1] < within
            and rule[0] < row.middle < rule[2]
        ]
        assert len(found) == 1, f"{len(found)} lines below {row.text!r}"
        return found[0]


def pages(made: Typeset | bytes) -> list[Page]:
    """Read the pages of a file with PDFium."""
    document = pdfium.PdfDocument(made if isinstance(made, bytes) else made.pdf)
    return [_page(document[n]) for n in range(len(document))]


def _page(page: pdfium.PdfPage) -> Page:
    text = page.get_textpage()
    signs = [_sign(text.raw, n) for n in range(text.count_chars())]
    signs = [sign for sign in signs if sign.text not in "\r\n\ufffe"]
    rows: list[list[Sign]] = []
    for sign in signs:
        last = rows[-1][-1] if rows else None
        near = last and abs(last.y - sign.y) < 0.5 and -3 < sign.x - last.right < 38
        if near:
            rows[-1].append(sign)
        elif sign.text.strip():
            rows.append([sign])
    rules = [thing.get_bounds() for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH])]
    return Page(*page.get_size(), tuple(Row(tuple(row)) for row in rows), tuple(rules))


def _sign(text: object, n: int) -> Sign:
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(text, n, x, y)
    box = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(text, n, box)
    name, flags = ctypes.create_string_buffer(100), ctypes.c_int()
    raw.FPDFText_GetFontInfo(text, n, name, 100, flags)
    colour = [ctypes.c_uint() for _ in range(4)]
    raw.FPDFText_GetFillColor(text, n, *colour)
    face = name.value.decode().partition("+")[2] or name.value.decode()
    return Sign(
        text=chr(raw.FPDFText_GetUnicode(text, n)),
        x=x.value,
        y=y.value,
        right=box.right,
        size=round(raw.FPDFText_GetFontSize(text, n), 1),
        font=face,
        colour=(colour[0].value, colour[1].value, colour[2].value),
    )
