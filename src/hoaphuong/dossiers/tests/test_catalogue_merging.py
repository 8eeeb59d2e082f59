"""Merging is the same in every order, and never lets a poorer file win."""

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoaphuong.dossiers.catalogue import (
    ChannelTerms,
    DocumentPart,
    Fee,
    ProcedureRecord,
    TimeLimit,
    content_hash,
    from_plain,
    richer,
    to_plain,
)

SOURCES = ("index", "portal-xlsx", "local", "full")
WORDS = st.sampled_from(["", "a", "b", "bb"])
LISTS = st.lists(st.sampled_from(["x", "y"]), max_size=2).map(tuple)
FEES = st.builds(Fee, st.sampled_from([None, 0, 5000]), st.just("unknown"), WORDS, WORDS)
LIMITS = st.none() | st.builds(TimeLimit, st.integers(0, 9), st.sampled_from(["day", "hour"]))
TERMS = st.builds(
    ChannelTerms,
    st.sampled_from(["online", "direct"]),
    LIMITS,
    st.lists(FEES, max_size=1).map(tuple),
    WORDS,
    WORDS,
    WORDS,
)
PAPERS = st.builds(DocumentPart, WORDS, st.none() | st.integers(0, 2), st.integers(0, 2))
RECORDS = st.builds(
    ProcedureRecord,
    code=st.just("1.000005"),
    name=st.sampled_from(["Một", "Hai"]),
    sector=WORDS,
    sector_code=st.none() | st.just("G03"),
    agency=WORDS,
    levels=LISTS,
    decision=WORDS,
    legal_bases=LISTS,
    applicants=LISTS,
    channels=st.lists(TERMS, max_size=2).map(tuple),
    documents=st.lists(PAPERS, max_size=1).map(tuple),
    steps_text=WORDS,
    requirements_text=WORDS,
    result_text=WORDS,
    raw=st.dictionaries(st.sampled_from(["k", "l"]), st.sampled_from(["v", "ww"])),
    source=st.sampled_from(SOURCES),
)
ONE = from_plain(
    {
        **dict.fromkeys(("sector", "agency", "decision", "steps_text"), ""),
        **dict.fromkeys(("levels", "legal_bases", "applicants", "channels", "documents"), []),
        **dict.fromkeys(("requirements_text", "result_text"), ""),
        "code": "1.000005",
        "name": "Một",
        "sector_code": None,
        "raw": {},
        "source": "full",
        "origins": {},
    }
)


def other(**changes: object) -> ProcedureRecord:
    return from_plain({**to_plain(ONE), "origins": {}, **changes})


@given(RECORDS, RECORDS, RECORDS)
def test_merging_does_not_depend_on_order_or_grouping(
    a: ProcedureRecord, b: ProcedureRecord, c: ProcedureRecord
) -> None:
    assert richer(a, b) == richer(b, a)
    assert richer(richer(a, b), c) == richer(a, richer(b, c))


@given(RECORDS, RECORDS)
def test_merging_again_changes_nothing(a: ProcedureRecord, b: ProcedureRecord) -> None:
    merged = richer(a, b)
    assert richer(a, a) == a
    assert richer(merged, a) == richer(merged, b) == merged
    assert content_hash(richer(merged, b)) == content_hash(merged)


@given(st.lists(RECORDS, min_size=2, max_size=5), st.randoms())
def test_any_order_of_files_ends_in_the_same_catalogue(records, random) -> None:
    shuffled = list(records)
    random.shuffle(shuffled)
    assert reduce(richer, shuffled) == reduce(richer, records)


@given(RECORDS, RECORDS)
def test_nothing_stated_is_lost_and_the_richness_never_falls(
    a: ProcedureRecord, b: ProcedureRecord
) -> None:
    merged = richer(a, b)
    assert merged.richness >= max(a.richness, b.richness)
    assert merged.raw.keys() == a.raw.keys() | b.raw.keys()


@given(RECORDS)
def test_a_record_survives_being_written_down(record: ProcedureRecord) -> None:
    assert from_plain(to_plain(record)) == record
    assert content_hash(from_plain(to_plain(record))) == content_hash(record)


def test_a_poorer_file_fills_a_gap_and_overwrites_nothing() -> None:
    full = other(name="Tên đủ", source="full")
    index = other(name="Một tên dài hơn nhiều", sector="Hộ tịch", source="index")
    merged = richer(index, full)
    assert (merged.name, merged.sector, merged.source) == ("Tên đủ", "Hộ tịch", "full")


def test_a_gap_filled_by_a_poor_file_gives_way_to_a_better_one_later() -> None:
    full = other(source="full")
    index = other(sector="Từ bảng kê", source="index")
    local = other(sector="Từ tệp địa phương", source="local")
    assert richer(richer(full, index), local).sector == "Từ tệp địa phương"
    assert richer(richer(full, local), index).sector == "Từ tệp địa phương"


def test_two_codes_do_not_merge() -> None:
    with pytest.raises(ValueError, match="two codes"):
        richer(ONE, other(code="1.000006"))
