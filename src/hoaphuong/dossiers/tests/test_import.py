"""Published lists come in whole, in any order, any number of times."""

import csv
import json
from datetime import UTC, datetime

import pytest

from hoaphuong.dossiers import actions, queries
from hoaphuong.dossiers.catalogue import UnreadableSource, shipped
from hoaphuong.dossiers.models import Procedure, ProcedureReject
from hoaphuong.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
HEADER = "ma_thu_tuc,ten_thu_tuc,linh_vuc,cach_thuc_raw\n"
GOOD = "1.000001,Thủ tục bịa một,Lĩnh vực bịa,Trực tuyến5 Ngày làm việcMiễn phí\n"
NO_CODE = ",Thủ tục không mã,Lĩnh vực bịa,\n"
BAD_CODE = "=1+1,Thủ tục mã sai,Lĩnh vực bịa,Trực tiếp3 Ngày làm việcMiễn phí\n"
NO_NAME = "1.000002,,Lĩnh vực bịa,\n"


@pytest.fixture
def listed(tmp_path):
    """A file of the given rows below the header."""

    def write(*rows, name="danh-sach.csv"):
        path = tmp_path / name
        path.write_text(HEADER + "".join(rows), encoding="utf-8")
        return path

    return write


def bring(path, **more):
    return actions.import_procedures(path=path, at=AT, by="a", **more)


def counts(report):
    return report.read, report.accepted, report.rejected, report.unchanged


def test_every_row_is_accepted_or_rejected_with_its_reason(listed, home):
    report = bring(listed(GOOD, NO_CODE, BAD_CODE, NO_NAME))

    assert counts(report) == (4, 1, 3, 0)
    assert Procedure.objects.get().code == "1.000001"
    kept = ProcedureReject.objects.order_by("line").values_list("line", "reason_code")
    assert list(kept) == [(3, "code_missing"), (4, "code_malformed"), (5, "name_missing")]
    with open(report.rejects_file, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["reason_code"] for row in rows] == [code for _line, code in kept]
    assert all(row["reason"] and row["source"] == "danh-sach.csv" for row in rows)
    assert str(home) in report.rejects_file


def test_a_cell_that_a_spreadsheet_would_run_is_disarmed(listed):
    with open(bring(listed(BAD_CODE)).rejects_file, encoding="utf-8-sig", newline="") as file:
        [row] = csv.DictReader(file)
    assert row["code"] == "'=1+1"


def test_the_second_time_nothing_changes_and_no_reject_is_doubled(listed):
    path = listed(GOOD, NO_CODE)
    bring(path)
    before = Procedure.objects.values_list("content_hash", "updated_at").get()

    assert counts(bring(path)) == (2, 1, 1, 1)
    assert Procedure.objects.values_list("content_hash", "updated_at").get() == before
    assert ProcedureReject.objects.count() == 1


def test_a_dry_run_counts_and_stores_nothing(listed):
    report = bring(listed(GOOD, NO_CODE), dry_run=True)

    assert counts(report) == (2, 1, 1, 0)
    assert report.rejects_file.endswith("-dry-run.csv")
    assert not Procedure.objects.exists()
    assert not ProcedureReject.objects.exists()
    assert not JournalEntry.objects.exists()


def test_the_import_is_a_fact_with_its_counts(listed):
    bring(listed(GOOD, NO_CODE))
    entry = JournalEntry.objects.get()
    body = json.loads(entry.body)
    assert entry.name == "dossiers.procedures_imported"
    assert (body["read"], body["accepted"], body["rejected"]) == (2, 1, 1)


def test_a_file_damaged_in_its_middle_stores_nothing(listed, home):
    path = listed(GOOD)
    with path.open("ab") as file:
        file.write(b"1.000003,\xff\xfe,x,\n")
    with pytest.raises(UnreadableSource):
        bring(path)
    assert not Procedure.objects.exists()
    assert not (home / "rejects").exists()


def test_what_cannot_be_stored_leaves_no_rejects_file(listed, home, monkeypatch):
    def full(*args, **kwargs):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("hoaphuong.kernel.journal.record", full)
    with pytest.raises(RuntimeError):
        bring(listed(GOOD, NO_CODE))
    assert not Procedure.objects.exists()
    assert list((home / "rejects").iterdir()) == []


def test_a_row_mended_in_the_file_is_closed_and_one_that_went_wrong_anew_is_opened(listed):
    bring(listed(GOOD, NO_CODE))
    bring(listed(GOOD, NO_CODE.replace(",", "1.000009,", 1)))
    assert ProcedureReject.objects.get().corrected_at == AT
    bring(listed(GOOD, NO_NAME))
    rows = ProcedureReject.objects.order_by("id").values_list("reason_code", "corrected_at")
    assert list(rows) == [("code_missing", AT), ("name_missing", None)]


UNREADABLE = '{"ma_thu_tuc": "1.000010", "ten_thu_tuc": "Thủ tục bịa'


@pytest.mark.parametrize(
    ("wrong", "mended"),
    [
        (NO_CODE, NO_CODE.replace(",", "1.000009,", 1)),
        (BAD_CODE, BAD_CODE.replace("=1+1", "1.000009")),
        (NO_NAME, NO_NAME.replace(",,", ",Có tên rồi,")),
    ],
    ids=["no code", "wrong code", "no name"],
)
@pytest.mark.parametrize("before", [(), (GOOD,)], ids=["same line", "another line"])
def test_the_corrected_file_closes_its_own_row_wherever_it_stands(listed, wrong, mended, before):
    bring(listed(wrong, NO_CODE.replace("không mã", "khác")))
    bring(listed(*before, mended, NO_CODE.replace("không mã", "khác")))
    closed = ProcedureReject.objects.filter(corrected_at=AT)
    assert closed.count() == 1
    assert closed.get().name == ("" if wrong is NO_NAME else wrong.split(",")[1])
    assert ProcedureReject.objects.get(corrected_at=None).line == 3 + len(before)


def test_a_line_that_could_not_be_read_is_closed_when_its_code_comes(tmp_path):
    path = tmp_path / "tthc_full.jsonl"
    whole = {"ma_thu_tuc": "1.000001", "ten_thu_tuc": "Thủ tục bịa một"}
    path.write_text(json.dumps(whole) + "\n" + UNREADABLE + "\n", encoding="utf-8")
    bring(path)
    assert ProcedureReject.objects.get().reason_code == "line_unreadable"
    path.write_text(json.dumps(whole) + "\n" + UNREADABLE + '"}\n', encoding="utf-8")
    bring(path)
    assert ProcedureReject.objects.get().corrected_at == AT


def test_another_file_of_the_same_name_loses_nothing_that_is_open(listed):
    bring(listed(NO_CODE, NO_NAME))
    bring(listed(NO_CODE.replace("không mã", "của phường khác"), GOOD))
    rows = ProcedureReject.objects.order_by("id").values_list("source", "line", "corrected_at")
    assert list(rows) == [
        ("index:danh-sach.csv", 2, None),
        ("index:danh-sach.csv", 3, None),
        ("index:danh-sach.csv (2)", 2, None),
    ]
    bring(listed(GOOD))
    assert ProcedureReject.objects.filter(corrected_at=None).count() == 3
    # Each file, corrected, closes its own.
    bring(listed(NO_CODE.replace(",", "1.000009,", 1), NO_NAME))
    assert list(
        ProcedureReject.objects.filter(corrected_at=None).values_list("line", "name").order_by("id")
    ) == [(3, ""), (2, "Thủ tục của phường khác")]


def test_a_row_that_moved_in_the_file_keeps_its_key_and_its_correction(listed):
    bring(listed(BAD_CODE, NO_CODE))
    first, second = ProcedureReject.objects.order_by("line")
    actions.correct_reject(key=first.key, code="1.000007", name=first.name, by="a", at=AT)
    bring(listed(GOOD, BAD_CODE, NO_CODE))
    rows = ProcedureReject.objects.order_by("line").values_list("key", "line", "corrected_at")
    assert list(rows) == [(first.key, 3, AT), (second.key, 4, None)]


def test_the_same_wrong_row_twice_in_a_file_is_two_rejects_again_and_again(listed):
    for _time in range(3):
        bring(listed(NO_CODE, NO_CODE))
    assert ProcedureReject.objects.filter(corrected_at=None).count() == 2


def test_another_file_s_rejects_are_left_alone(listed):
    bring(listed(NO_CODE, name="a.csv"))
    bring(listed(GOOD, name="b.csv"))
    assert ProcedureReject.objects.get().corrected_at is None


def test_two_sheets_with_a_bad_row_on_one_line_keep_both(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet()):
        sheet.append(["Mã số", "Tên"])
        sheet.append(["", f"Thủ tục bịa của {sheet.title}"])
    book.save(tmp_path / "hai.xlsx")
    assert counts(bring(tmp_path / "hai.xlsx")) == (2, 0, 2, 0)
    assert counts(bring(tmp_path / "hai.xlsx")) == (2, 0, 2, 0)
    assert ProcedureReject.objects.count() == 2


def test_a_correction_stores_the_whole_row(listed):
    bring(listed(BAD_CODE))
    reject = ProcedureReject.objects.get()

    actions.correct_reject(key=reject.key, code="1.000007", name=reject.name, by="a", at=AT)

    row = queries.procedure("1.000007")
    assert queries.time_limit(row, "direct") == (3, "working_day")
    assert row.sector == "Lĩnh vực bịa"
    with pytest.raises(actions.AlreadyCorrected):
        actions.correct_reject(key=reject.key, code="1.000008", name="x", by="a", at=AT)
    bring(listed(BAD_CODE))
    assert ProcedureReject.objects.get().corrected_at == AT


def test_a_correction_is_judged_like_any_row(listed):
    bring(listed(GOOD, NO_CODE))
    reject = ProcedureReject.objects.get()

    def correct(code, name="Thủ tục không mã"):
        actions.correct_reject(key=reject.key, code=code, name=name, by="a", at=AT)

    with pytest.raises(actions.StillRejected) as still:
        correct("1.2")
    assert still.value.reason_code == "code_malformed"
    with pytest.raises(actions.CodeOfAnother) as other:
        correct("1.000001")
    assert other.value.args == ("Thủ tục bịa một",)
    assert ProcedureReject.objects.get().corrected_at is None


def test_what_the_program_ships_survives_a_poorer_and_a_richer_file(city, listed):
    ours = next(one for one in shipped() if one.online_form)
    bare = f"{ours.code},{ours.name},{ours.sector_name},Trực tuyến1Miễn phí\n"
    bring(listed(bare))

    row = queries.procedure(ours.code)
    assert (row.name_en, row.offered_online) == (ours.name_en, True)
    assert row.record["raw"]["limit_note"] == ours.limit_note
    assert queries.time_limit(row, "online") is not None
    assert actions.store_shipped(at=AT).changed == 0
