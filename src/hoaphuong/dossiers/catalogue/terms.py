"""Time limits, fees and channels out of the portal's run-together text.

The text is a table whose cells were joined without a blank: channel, time, fee, remark. What it
does not say plainly stays None; the published words are always kept beside the reading.
docs/procedure-import.md gives the shapes with worked examples.
"""

import re
from collections.abc import Iterator

from hoaphuong.dossiers.catalogue.records import (
    Channel,
    ChannelTerms,
    Fee,
    FeeKind,
    LimitUnit,
    TimeLimit,
)
from hoaphuong.dossiers.catalogue.wording import clean_name, clean_text

# No fee is a smaller sum: portal offices type thousands of đồng or dollars into the đồng column.
SMALLEST_FEE_VND = 1_000

LONGEST_SUM = 20

_UNITS: dict[str, LimitUnit] = {
    "ngày làm việc": "working_day",
    "ngày": "day",
    "tuần": "week",
    "tháng": "month",
    "năm": "year",
    "giờ làm việc": "working_hour",
    "giờ": "hour",
    "phút": "minute",
}
_LIMIT = re.compile(
    r"(?<![\w./,-])(?P<amount>\d{1,3})(?P<part>[.,]\d+)?(?:\s*\([^()\d]{1,20}\))?\s*"
    r"(?P<unit>ngày làm việc|giờ làm việc|ngày|tuần|tháng|năm|giờ|phút)(?!\w)",
    re.IGNORECASE,
)
# A date or an hour of the clock holds a number and a unit too, but is no length of time.
_NOT_A_LENGTH = re.compile(r"(?:ngày|tháng|năm|sau|trước|lúc|từ|đến)\s+$", re.IGNORECASE)
_SAME_DAY = re.compile(r"ngay trong ngày|trong ngày (?:làm việc|tiếp nhận|nhận)", re.IGNORECASE)

_CURRENCY = r"(?:VNĐ|VND|Việt Nam Đồng|đồng|đ)(?!\w)"
_SUM = re.compile(rf"(?<![\d.,])(?P<sum>\d[\d.,]*)\s*{_CURRENCY}", re.IGNORECASE)
_HEADLINE = re.compile(r"(?P<sum>\d[\d.,]*) ?(?P<currency>VNĐ|Việt Nam Đồng|USD)")
_LABELLED = re.compile(
    rf"(?P<label>lệ\s+phí|phí)\s*:?\s*(?P<sum>\d[\d.,]*)\s*{_CURRENCY}"
    r"(?P<per>\s*/\s*[^\s(;,.][^(;,.\n]{0,40})?",
    re.IGNORECASE,
)
_PER = re.compile(
    r"(?:\A\(?\s*|đồng|đ|vnđ|vnd)\s*/\s*(?:0?1\s+)?(?P<per>[^\W\d][^/(;,.)\n:\d]{0,40}?)"
    r"(?=\s*(?:[/(;,.)\n:\d]|kể từ|áp dụng|đối với|từ ngày|theo|trong|\s-|\Z))",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*|\d+")
_NOTHING = re.compile(
    r"\W*(?:không(?: có| quy định| thu(?: phí| lệ phí)?)?|miễn(?: phí| lệ phí)?)?\W*", re.IGNORECASE
)
# The sum differs by city or lies in another text, whatever stands in the column.
_ELSEWHERE = re.compile(r"(?:do|của)\s+(?:hội đồng nhân dân|hđnd)", re.IGNORECASE)

# "Free", and then a remark that opens with the fee after all.
_FEE_FOLLOWS = re.compile(r"\W*(?:lệ\s+)?phí(?!\w)", re.IGNORECASE)

_CHANNELS: dict[str, Channel] = {
    "Trực tuyến": "online",
    "Trực tiếp": "direct",
    "Dịch vụ bưu chính": "post",
}
_UNIT_WORDS = r"(?:Ngày làm việc|Ngày|Tuần|Tháng|Năm|Giờ|Phút)"
_NO_LIMIT = (
    r"Không có thông tin|Không quy định|Ngay trong ngày[^\d\n]{0,60}?"
    r"|Không phải trả kết quả[^\n.]{0,60}?|Không(?: có)?"
)
_FEE_CELL = (
    r"Miễn phí|Không có thông tin|\d[\d.,]* ?(?:VNĐ|Việt Nam Đồng|USD)"
    r"|(?:Lệ phí|Phí) ?: ?\d[\d.,]* ?(?:Đồng|đồng|VNĐ)"
)
# Only the table's own spelling opens a row; a remark that says "trực tiếp 5 ngày" does not.
_ROW = re.compile(
    r"(?P<channel>Trực tuyến|Trực tiếp|Dịch vụ bưu chính)[ \n]?"
    rf"(?:(?P<timed>\d{{1,3}}(?:[.,]\d+)? ?{_UNIT_WORDS})\s?(?P<timed_fee>{_FEE_CELL})?"
    rf"|(?P<untimed>{_NO_LIMIT}|\d{{1,3}}(?![\d.,]))\s?(?P<untimed_fee>Miễn phí|Không có thông tin)"
    rf"|(?P<silent>{_NO_LIMIT})\s?(?P<silent_fee>{_FEE_CELL})"
    r"|(?P<glued>\d[\d.,]* (?:VNĐ|Việt Nam Đồng))"
    r"|(?P<cut>\d{0,3}(?: [^\d\n]{0,13})?)\Z)"
)
_TABLE_HEAD = "Hình thức nộpThời gianPhí, lệ phíMô tả"


def time_limits(text: str) -> tuple[TimeLimit, ...]:
    """Every length of time the text states, each once, in the order it states them."""
    plain = clean_text(text)
    found = [limit for match in _LIMIT.finditer(plain) if (limit := _length(match))]
    if not found and _SAME_DAY.search(plain):
        found = [TimeLimit(0, "working_day")]
    return tuple(dict.fromkeys(found))


def _length(match: re.Match[str]) -> TimeLimit | None:
    if _NOT_A_LENGTH.search(match.string, max(0, match.start() - 12), match.start()):
        return None
    unit = _UNITS[match["unit"].casefold()]
    amount = int(match["amount"])
    if match["part"] is None:
        return TimeLimit(amount, unit) if amount else None
    # Half a working day is exact; any other fraction has no unit of its own.
    if match["part"][1:] == "5" and unit == "working_day":
        return TimeLimit(2 * amount + 1, "half_working_day")
    return None


def fees(text: str) -> tuple[Fee, ...]:
    """The sums a fee cell states; empty where it says nothing, None for a sum in doubt.

    "Free" beside a remark that names a sum, a rate or another text is not read as free.
    """
    plain = clean_text(text)
    if not plain:
        return ()
    if plain.startswith("Miễn phí"):
        note = plain.removeprefix("Miễn phí")
        if note.count("(") == note.count(")") and _NOTHING.fullmatch(note):
            return (Fee(0, "free", "", plain),)
        return (Fee(None, "unknown", "", plain),)
    if headline := _HEADLINE.match(plain):
        return (_headline_fee(headline, plain),)
    labelled = tuple(
        Fee(
            _vnd(match["sum"]),
            _kind(match["label"]),
            clean_name((match["per"] or "").strip(" /")),
            clean_name(match[0]),
        )
        for match in _LABELLED.finditer(plain)
    )
    if labelled:
        return labelled
    return (Fee(None, _kind(plain), "", plain),) if re.search(r"phí", plain, re.IGNORECASE) else ()


def _headline_fee(headline: re.Match[str], plain: str) -> Fee:
    amount = _vnd(headline["sum"])
    note = plain[headline.end() :]
    noted = {_vnd(match["sum"]) for match in _SUM.finditer(note)}
    foreign = headline["currency"] == "USD"
    if foreign or (noted and amount not in noted) or _ELSEWHERE.search(note):
        amount = None
    per = _PER.search(note)
    return Fee(amount, _kind(note), clean_name(per["per"]) if per else "", plain)


def _vnd(digits: str) -> int | None:
    plain = digits.rstrip(".,")
    if len(plain) > LONGEST_SUM or not _GROUPED.fullmatch(plain):
        return None
    amount = int(re.sub(r"[.,]", "", plain))
    return amount if amount >= SMALLEST_FEE_VND else None


def _kind(text: str) -> FeeKind:
    charges = len(re.findall(r"lệ\s+phí", text, re.IGNORECASE))
    both = len(re.findall(r"(?<!\w)phí(?!\w)", text, re.IGNORECASE))
    if charges and charges == both:
        return "charge"
    return "fee" if both and not charges else "unknown"


def channel_terms(text: str) -> tuple[ChannelTerms, ...]:
    """Each row of the run-together table of channels, in the order of the text.

    A number without a unit is no limit. A sum that runs into the cell before it (`1100 VNĐ` may be
    1 and 100) is no sum. A row cut off at the end of the text keeps its channel and has no terms.
    """
    plain = clean_text(text)
    if plain.startswith(_TABLE_HEAD):
        plain = plain.removeprefix(_TABLE_HEAD).lstrip()
    rows = list(_rows(plain))
    ends = [*(row.start() for row in rows[1:]), len(plain)]
    return tuple(_terms(row, plain[row.end() : end]) for row, end in zip(rows, ends, strict=False))


def _rows(plain: str) -> Iterator[re.Match[str]]:
    # A remark may end in the name of a channel; a row that was cut off has no blank before it.
    rows = [
        row
        for row in _ROW.finditer(plain)
        if row["cut"] is None or not plain[: row.start()][-1:].isspace()
    ]
    if rows and rows[0].start() == 0:
        return iter(rows)
    # The time cell may hold a sentence: whatever stands before the first fee cell, in every row.
    channel = next((word for word in _CHANNELS if plain.startswith(word)), None)
    sentence = channel and re.match(rf"([^\n]{{1,200}}?)(?:{_FEE_CELL})", plain[len(channel) :])
    if not sentence:
        return iter(rows)
    same = re.escape(sentence[1])
    channels = "|".join(_CHANNELS)
    pattern = rf"(?P<channel>{channels})(?P<silent>{same})(?P<silent_fee>{_FEE_CELL})"
    return re.finditer(pattern, plain)


def _terms(row: re.Match[str], rest: str) -> ChannelTerms:
    cells = {name: cell or "" for name, cell in row.groupdict().items()}
    channel = _CHANNELS[cells["channel"]]
    note, description = _bracketed(rest)
    if glued := cells.get("glued"):
        read = tuple(Fee(None, fee.kind, fee.per, fee.text) for fee in fees(glued + note))
        return ChannelTerms(channel, None, read, "", glued + note, description)
    raw_limit = next(filter(None, map(cells.get, ("timed", "untimed", "silent", "cut"))), "")
    fee_cell = next(filter(None, map(cells.get, ("timed_fee", "untimed_fee", "silent_fee"))), "")
    if not fee_cell:
        note, description = "", clean_text(rest)
    stated = time_limits(raw_limit)
    read = fees(fee_cell + note) if fee_cell else ()
    if read and read[0].kind == "free" and _FEE_FOLLOWS.match(description):
        read = (Fee(None, "unknown", "", f"{fee_cell}{note} {description}"),)
    return ChannelTerms(
        channel=channel,
        limit=stated[0] if len(stated) == 1 else None,
        fees=read,
        raw_limit=raw_limit,
        raw_fee=fee_cell + note,
        description=description,
    )


def _bracketed(rest: str) -> tuple[str, str]:
    """The remark in brackets that follows a fee, and what follows the remark."""
    if not rest.startswith("("):
        return "", clean_text(rest)
    depth = 0
    for place, letter in enumerate(rest):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return rest[: place + 1], clean_text(rest[place + 1 :])
    return rest, ""
