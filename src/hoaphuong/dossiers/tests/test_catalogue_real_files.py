"""The published files that nobody on this project wrote: every row accounted for."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from hoaphuong.dossiers.catalogue import ProcedureRecord, content_hash, read, richer, shipped
from hoaphuong.dossiers.catalogue.wording import clean_text

FOLDER = Path(__file__).resolve().parents[5] / "shared" / "data" / "procedures"
ROWS = {
    "danh-sach-tthc-BoTuPhap.xlsx": 271,
    "danh-sach-tthc-BoXayDung.xlsx": 525,
    "tthc_full_bo-cong-an.jsonl.gz": 339,
    "tthc_full_bo-tai-chinh.jsonl.gz": 706,
    "tthc_full_bo-tu-phap.jsonl.gz": 271,
    "tthc_full_bo-xay-dung.jsonl.gz": 525,
    "tthc_index.csv": 2642,
    "tthc_sample_local.json": 215,
}
FULL = [name for name in ROWS if name.startswith("tthc_full")]

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/data is absent")


@cache
def records(name: str) -> tuple[ProcedureRecord, ...]:
    items = tuple(read(FOLDER / name))
    assert all(isinstance(item, ProcedureRecord) for item in items)
    return items  # type: ignore[return-value]


@pytest.mark.parametrize(("name", "rows"), ROWS.items())
def test_every_row_of_a_published_file_is_accepted(name: str, rows: int) -> None:
    assert len(records(name)) == rows


def test_one_name_on_ten_codes_is_ten_procedures() -> None:
    names = Counter(record.name for record in records("tthc_index.csv"))
    assert names.most_common(1)[0][1] == 10
    assert len({record.code for record in records("tthc_index.csv")}) == 2642


def test_every_time_cell_with_a_unit_becomes_a_limit() -> None:
    terms = [row for name in FULL for record in records(name) for row in record.channels]
    with_unit = [row for row in terms if re.search(r"\d.*[A-Za-z]", row.raw_limit)]
    assert len(terms) >= 4_700
    assert len(with_unit) >= 3_800
    assert [row.raw_limit for row in with_unit if row.limit is None] == []


def test_most_of_the_index_has_a_limit_and_no_bare_number_became_one() -> None:
    limited = [r for r in records("tthc_index.csv") if any(row.limit for row in r.channels)]
    assert len(limited) >= 2_150
    bare = [
        row
        for record in records("tthc_index.csv")
        for row in record.channels
        if row.raw_limit.isdecimal()
    ]
    assert len(bare) >= 500
    assert all(row.limit is None for row in bare)


def test_fees_are_read_where_stated_and_no_sum_is_too_small_to_be_one() -> None:
    fees = [fee for name in FULL for r in records(name) for row in r.channels for fee in row.fees]
    amounts = [fee.amount for fee in fees if fee.amount is not None]
    assert len(amounts) >= 2_700
    assert all(amount == 0 or amount >= 1_000 for amount in amounts)


def test_the_rows_put_together_again_are_the_published_text() -> None:
    heads = {"online": "Trực tuyến", "direct": "Trực tiếp", "post": "Dịch vụ bưu chính"}
    for name in FULL:
        for record in records(name):
            kept = "".join(
                heads[row.channel] + row.raw_limit + row.raw_fee + row.description
                for row in record.channels
            )
            published = clean_text(record.raw["cach_thuc_thuc_hien"])
            table = published.removeprefix("Hình thức nộpThời gianPhí, lệ phíMô tả")
            assert re.sub(r"\s", "", kept) == re.sub(r"\s", "", table)


def test_papers_and_laws_are_listed_for_nearly_every_full_text() -> None:
    everything = [record for name in FULL for record in records(name)]
    assert sum(bool(record.documents) for record in everything) >= 1_780
    assert sum(bool(record.legal_bases) for record in everything) >= 1_760
    open_counts = [p for r in everything for p in r.documents if p.originals is None]
    assert len(open_counts) <= 10


def catalogue(names: list[str]) -> dict[str, str]:
    merged: dict[str, ProcedureRecord] = {}
    for name in names:
        for record in records(name):
            known = merged.get(record.code)
            merged[record.code] = richer(known, record) if known else record
    return {code: content_hash(record) for code, record in sorted(merged.items())}


def test_importing_the_files_in_any_order_gives_the_same_catalogue() -> None:
    forward = catalogue(sorted(ROWS))
    assert catalogue(sorted(ROWS, reverse=True)) == forward
    assert catalogue([*FULL, *sorted(ROWS), *FULL]) == forward
    assert len(forward) == 2642


def test_the_shipped_facts_are_the_published_ones() -> None:
    published = {record.code: record for record in records("tthc_index.csv")}
    for procedure in shipped():
        record = published[procedure.code]
        assert record.name.rstrip(" .:") == procedure.name
        assert record.raw["url"] == procedure.source
        assert (record.levels, record.sector, record.decision) == (
            procedure.levels,
            procedure.sector_name,
            procedure.decision,
        )
