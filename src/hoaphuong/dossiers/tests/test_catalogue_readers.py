"""Reading files of every format, sound and hostile."""

import gzip
import io
import json
import os
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest

from hoaphuong.dossiers.catalogue import Bounds, ProcedureRecord, Reject, UnreadableSource, read

HEADER = "ma_thu_tuc,ten_thu_tuc,linh_vuc,cap_thuc_hien,cach_thuc_raw\n"
ROW = {"ma_thu_tuc": "1.000005", "ten_thu_tuc": "Thủ tục", "linh_vuc": "Hộ tịch"}


def written(folder: Path, content: bytes | str, name: str = "upload.bin") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


PORTAL = [
    ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nDANH SÁCH", None, None, None, None],
    ["Mã số", "Tên", "Cơ quan ban hành", "Cơ quan thực hiện", "Lĩnh vực"],
    ["1.000005", " Thủ tục\nmột ", "Bộ Tư pháp", "Sở Tư pháp\nUBND cấp xã", "Hộ tịch"],
    [None, "", None, None, None],
    ["1.00005", "Thủ tục hai", "Bộ Tư pháp", "", ""],
]


@pytest.mark.parametrize(
    ("content", "source"),
    [
        (HEADER + "1.000005,Thủ tục,Hộ tịch,Cấp xã,\n", "index"),
        ("\ufeff" + HEADER.replace(",", ";") + "1.000005;Thủ tục;Hộ tịch;;\n", "index"),
        ("DANH SÁCH\n\n" + HEADER.replace(",", "\t") + "1.000005\tThủ tục\tHộ tịch\n", "index"),
        (json.dumps(ROW) + "\n", "full"),
        (gzip.compress(json.dumps(ROW).encode(), mtime=0), "full"),
        (json.dumps([ROW], indent=1), "local"),
        (
            workbook([["x"], ["Mã số", "Tên", "Lĩnh vực"], ["1.000005", "Thủ tục", "Hộ tịch"]]),
            "portal-xlsx",
        ),
    ],
)
def test_the_content_decides_the_format_whatever_the_file_is_called(
    tmp_path: Path, content: bytes | str, source: str
) -> None:
    (record,) = read(written(tmp_path, content))
    assert isinstance(record, ProcedureRecord)
    assert (record.code, record.name, record.sector) == ("1.000005", "Thủ tục", "Hộ tịch")
    assert record.source == source


def test_an_open_file_is_read_like_a_path() -> None:
    assert [item.code for item in read(io.BytesIO(json.dumps(ROW).encode()))] == ["1.000005"]


def test_a_title_row_line_breaks_and_blank_rows_of_an_export_do_no_harm(tmp_path: Path) -> None:
    first, second = read(written(tmp_path, workbook(PORTAL)))
    assert isinstance(first, ProcedureRecord)
    assert (first.name, first.agency) == ("Thủ tục một", "Sở Tư pháp; UBND cấp xã")
    assert first.raw["Tên"] == " Thủ tục\nmột "
    assert isinstance(second, Reject)
    assert (second.line, second.code, second.reason_code) == (5, "1.00005", "code_malformed")


@pytest.mark.parametrize(
    ("row", "reason_code"),
    [
        (",Thủ tục,,,", "code_missing"),
        ("1.000,Thủ tục,,,", "code_malformed"),
        ("1.000005,\u00a0,,,", "name_missing"),
    ],
)
def test_only_the_code_or_a_missing_name_rejects_a_row(
    tmp_path: Path, row: str, reason_code: str
) -> None:
    good, bad = read(written(tmp_path, HEADER + "1.000001,Một,,Cấp lạ,không đọc được\n" + row))
    assert isinstance(good, ProcedureRecord)
    assert isinstance(bad, Reject)
    assert (bad.reason_code, bad.line) == (reason_code, 3)
    assert bad.reason.endswith(".")


def test_every_row_that_is_not_blank_gives_one_record_or_one_reject(tmp_path: Path) -> None:
    rows = ["1.000001,Một,,,", ",,,,", "x,Hai,,,", '1.000003,"Ba\nbốn",,,', "1.000001,Một,,,", ""]
    read_rows = list(read(written(tmp_path, HEADER + "\n".join(rows))))
    assert [type(row).__name__ for row in read_rows] == [
        "ProcedureRecord",
        "Reject",
        "ProcedureRecord",
        "ProcedureRecord",
    ]
    assert isinstance(read_rows[1], Reject)
    assert read_rows[1].line == 4


def test_a_bad_line_of_json_is_rejected_by_number_and_the_rest_is_read(tmp_path: Path) -> None:
    lines = [
        json.dumps(ROW),
        '{"ma_thu_tuc": ',
        "[1]",
        "",
        "{" * 200_000,
        '{"a": ' + "9" * 5000 + "}",
    ]
    content = "\n".join([*lines, json.dumps(ROW)]).encode() + b'\n{"a": "\xff"}'
    items = list(read(written(tmp_path, content)))
    rejects = [(item.line, item.reason_code) for item in items if isinstance(item, Reject)]
    assert rejects == [(number, "line_unreadable") for number in (2, 3, 5, 6, 8)]
    assert sum(isinstance(item, ProcedureRecord) for item in items) == 2


def test_a_line_over_the_bound_is_rejected_without_being_held(tmp_path: Path) -> None:
    long = json.dumps({**ROW, "trinh_tu_thuc_hien": "x" * 5000})
    items = list(
        read(
            written(tmp_path, f"{json.dumps(ROW)}\n{long}\n{json.dumps(ROW)}\n"),
            bounds=Bounds(line_bytes=1000),
        )
    )
    assert [getattr(item, "reason_code", "") for item in items] == ["", "line_too_long", ""]


def test_letters_no_database_can_hold_are_dropped(tmp_path: Path) -> None:
    line = '{"ma_thu_tuc": "1.000005", "ten_thu_tuc": "T\\u0000h\\ud800ủ", "a\\u0000": "b\\ud800"}'
    (record,) = read(written(tmp_path, line))
    assert isinstance(record, ProcedureRecord)
    assert (record.name, record.raw["a"]) == ("Thủ", "b")


def test_nested_values_and_surplus_cells_are_kept_as_text(tmp_path: Path) -> None:
    (record,) = read(written(tmp_path, json.dumps({**ROW, "them": {"a": [1]}})))
    assert isinstance(record, ProcedureRecord)
    assert record.raw["them"] == '{"a": [1]}'
    (record,) = read(written(tmp_path, HEADER + "1.000005,Thủ tục,,,,thừa\n"))
    assert isinstance(record, ProcedureRecord)
    assert record.raw["+"] == "thừa"


def gzip_bomb() -> bytes:
    return gzip.compress(b"{" + b" " * 5_000_000, mtime=0)


def zip_with(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
TIGHT = Bounds(file_bytes=200_000, expanded_bytes=1_000_000, line_bytes=100_000, rows=50)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"x" * 300_000, "too_large"),
        (gzip_bomb(), "expands_too_far"),
        (gzip.compress(b'{"a": 1}\n' * 1000, mtime=0)[:-20], "damaged"),
        (gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0), "damaged"),
        (b"\x1f\x8bnot gzip at all", "damaged"),
        (zip_with({"xl/workbook.xml": b" " * 5_000_000}), "expands_too_far"),
        (zip_with({"xl/workbook.xml": ENTITIES}), "unsafe_workbook"),
        (zip_with({"xl/workbook.xml": b"<broken"}), "damaged"),
        (zip_with({"notes.txt": b"no workbook"}), "damaged"),
        (b"PK\x03\x04 and nothing more", "damaged"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old_excel"),
        (b"a,b\n1,2\n", "no_header"),
        (workbook([["a", "b"], [1, 2]]), "no_header"),
        (HEADER.encode() + "1.000005,Thủ tục,,,\n".encode("utf-16"), "not_utf8"),
        (HEADER.encode() + b'1.000005,"' + b"x" * 150_000, "row_too_long"),
        (HEADER.encode() + b"1.000005,x,,,\n" * 51, "too_many_rows"),
        (workbook([["Mã số", "Tên"], *[["1.000005", "x"]] * 51]), "too_many_rows"),
        (b"[1, 2", "not_json"),
        (b"[" * 100_000, "not_json"),
        (b'["\xff"]', "not_utf8"),
    ],
)
def test_a_file_that_cannot_be_read_as_a_whole_says_why(
    tmp_path: Path, content: bytes, code: str
) -> None:
    with pytest.raises(UnreadableSource) as refused:
        list(read(written(tmp_path, content), bounds=TIGHT))
    assert refused.value.code == code
    assert refused.value.reason.endswith(".")


def test_a_sheet_that_claims_a_far_row_is_stopped(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Mã số", "Tên"])
    book.active.cell(row=1_000_000, column=1, value="1.000005")
    stream = io.BytesIO()
    book.save(stream)
    with pytest.raises(UnreadableSource) as refused:
        list(read(stream, bounds=Bounds(rows=1000)))
    assert refused.value.code == "too_many_rows"


def test_what_is_not_an_ordinary_file_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    cases = [(tmp_path, "not_a_file"), (pipe, "not_a_file"), (tmp_path / "no", "missing")]
    for path, code in cases:
        with pytest.raises(UnreadableSource) as refused:
            list(read(path))
        assert refused.value.code == code


def test_a_row_built_to_be_slow_is_read_in_good_time(tmp_path: Path) -> None:
    slow = {
        "doi_tuong_thuc_hien": "," * 300_000,
        "cach_thuc_thuc_hien": "phí" + "\n" * 300_000 + "Trực tiếp1Miễn phí(" * 20_000,
        "thanh_phan_ho_so": "1" * 300_000 + " bản chính" * 10_000,
        "can_cu_phap_ly": "1/" * 100_000,
    }
    started = time.monotonic()
    (record,) = read(written(tmp_path, json.dumps({**ROW, **slow}, ensure_ascii=False)))
    assert isinstance(record, ProcedureRecord)
    assert time.monotonic() - started < 10
