"""``./hoaphuong import procedures`` as a person and as a program use it."""

import json

import pytest

from hoaphuong.command.main import main
from hoaphuong.dossiers.models import Procedure

ROWS = "ma_thu_tuc,ten_thu_tuc\n1.000001,Bịa\n,Không mã\n"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "danh-sach.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def test_json_is_one_object_and_nothing_else(db, path, capsys):
    assert main(["import", "procedures", str(path), "--json"]) == 0
    said = capsys.readouterr()
    report = json.loads(said.out)
    assert list(report) == ["read", "accepted", "rejected", "unchanged", "rejects_file"]
    assert (report["read"], report["accepted"], report["rejected"]) == (2, 1, 1)
    assert said.err == ""


def test_a_person_reads_a_summary(db, path, capsys):
    assert main(["import", "procedures", str(path), "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "Đã đọc 2 dòng" in said
    assert "chạy thử" in said
    assert not Procedure.objects.exists()


@pytest.mark.parametrize("content", [None, b"", b"%PDF-1.7 x", b"\x1f\x8bx"])
def test_what_cannot_be_read_is_one_sentence(db, tmp_path, capsys, content):
    path = tmp_path / "x.csv"
    if content is not None:
        path.write_bytes(content)
    assert main(["import", "procedures", str(path), "--json"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
