"""Turns one row of a published file, by its column names, into a record or a reject."""

import json
from collections.abc import Mapping
from typing import Any

from hoaphuong.dossiers.catalogue.papers import documents, legal_bases
from hoaphuong.dossiers.catalogue.records import ProcedureRecord, Reject, SourceKind
from hoaphuong.dossiers.catalogue.terms import channel_terms
from hoaphuong.dossiers.catalogue.wording import (
    agency,
    applicants,
    clean_name,
    clean_text,
    fold,
    is_code,
    levels,
    storable,
)

# Column names as the crawls and the portal's exports spell them, folded.
COLUMNS: dict[str, tuple[str, ...]] = {
    "code": ("ma thu tuc", "mã thủ tục", "mã số", "mã tthc", "mã thủ tục hành chính"),
    "name": ("ten thu tuc", "tên thủ tục", "tên", "tên tthc", "tên thủ tục hành chính"),
    "sector": ("linh vuc", "lĩnh vực"),
    "sector_code": ("ma linh vuc", "mã lĩnh vực"),
    "agency": ("co quan thuc hien", "cơ quan thực hiện"),
    "competent": ("co quan co tham quyen", "cơ quan có thẩm quyền"),
    "levels": ("cap thuc hien", "cấp thực hiện"),
    "decision": ("so quyet dinh", "số quyết định"),
    "legal": ("can cu phap ly", "căn cứ pháp lý"),
    "applicants": ("doi tuong thuc hien", "đối tượng thực hiện"),
    "channels": ("cach thuc thuc hien", "cach thuc raw", "cách thức thực hiện"),
    "documents": ("thanh phan ho so", "thành phần hồ sơ"),
    "steps": ("trinh tu thuc hien", "trình tự thực hiện"),
    "requirements": ("yeu cau dieu kien", "yêu cầu, điều kiện", "yêu cầu điều kiện"),
    "result": ("ket qua xu ly", "kết quả thực hiện", "kết quả xử lý"),
}
_FIELD_OF = {column: name for name, columns in COLUMNS.items() for column in columns}

REASONS: dict[str, str] = {
    "code_missing": "The row has no procedure code.",
    "code_malformed": "The procedure code is not of the form d.dddddd.",
    "name_missing": "The row has no procedure name.",
    "line_unreadable": "The line is not a readable JSON object.",
    "line_too_long": "The line is longer than allowed.",
}
# A rejected row is kept whole, so that it can be stored once its code or name is corrected.
RAW_CHARS = 400_000


def is_header(cells: list[str]) -> bool:
    """Whether a row of cells names both the code column and the name column."""
    named = {_FIELD_OF.get(fold(cell)) for cell in cells}
    return "code" in named and "name" in named


def text_of(value: Any) -> str:
    """A cell's or a JSON value's text; nested JSON keeps its JSON spelling."""
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def record_or_reject(
    row: Mapping[str, Any], *, source: SourceKind, line: int
) -> ProcedureRecord | Reject:
    """The procedure a row describes; only its code or its missing name can reject it."""
    raw = {storable(str(key)): storable(text_of(value)) for key, value in row.items()}
    raw = {key: text for key, text in raw.items() if text.strip()}
    cells: dict[str, str] = {}
    for key, text in raw.items():
        cells.setdefault(_FIELD_OF.get(fold(key), ""), text)
    code = clean_name(cells.get("code", ""))
    name = clean_name(cells.get("name", ""))
    wrong = (
        "code_missing"
        if not code
        else "code_malformed"
        if not is_code(code)
        else ""
        if name
        else "name_missing"
    )
    if wrong:
        return reject(wrong, source=source, line=line, raw=text_of(raw), code=code, name=name)
    return ProcedureRecord(
        code=code,
        name=name,
        sector=clean_name(cells.get("sector", "")),
        sector_code=clean_name(cells.get("sector_code", "")) or None,
        agency=agency(cells.get("agency", ""), cells.get("competent", "")),
        levels=levels(cells.get("levels", "")),
        decision=clean_name(cells.get("decision", "")),
        legal_bases=legal_bases(cells.get("legal", "")),
        applicants=applicants(cells.get("applicants", "")),
        channels=channel_terms(cells.get("channels", "")),
        documents=documents(cells.get("documents", "")),
        steps_text=clean_text(cells.get("steps", "")),
        requirements_text=clean_text(cells.get("requirements", "")),
        result_text=clean_text(cells.get("result", "")),
        raw=raw,
        source=source,
    )


def corrected_row(raw: str, *, code: str, name: str) -> dict[str, str]:
    """A rejected row again, with another code and name; only these where it was unreadable."""
    try:
        row = json.loads(raw)
    except (ValueError, RecursionError):
        row = None
    kept = row if isinstance(row, dict) else {}
    given = {"code": code, "name": name}
    others = {k: text_of(v) for k, v in kept.items() if _FIELD_OF.get(fold(k)) not in given}
    return {COLUMNS["code"][0]: code, COLUMNS["name"][0]: name, **others}


def reject(
    reason_code: str, *, source: str, line: int, raw: str, code: str = "", name: str = ""
) -> Reject:
    """A row that gave no record, with its reason in words."""
    return Reject(
        source=source,
        line=line,
        code=code or None,
        name=name or None,
        reason_code=reason_code,
        reason=REASONS[reason_code],
        raw=storable(raw)[:RAW_CHARS],
    )
