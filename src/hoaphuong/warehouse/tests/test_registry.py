"""A table is a function; what is missing from it is said when the worker starts."""

import pytest

from hoaphuong.warehouse.registry import (
    BadTable,
    changed_by,
    described,
    in_order,
    raw_inputs,
    tables,
)


def core_tests__things(raw_tests__told):
    """Things."""


def out_tests__count(core_tests__things, reference__today):
    """How many things
    there are.

    vi: Có bao nhiêu.
    """


def test_a_definition_has_two_languages_on_one_line_each():
    table = described(out_tests__count)
    assert (table.text_en, table.text_vi) == ("How many things there are.", "Có bao nhiêu.")
    assert table.inputs == ("core_tests__things", "reference__today")


def test_a_published_table_without_vietnamese_is_refused():
    def out_tests__half(raw_tests__told):
        """Only English."""

    with pytest.raises(BadTable, match="both languages"):
        described(out_tests__half)


def test_a_parameter_that_names_no_table_is_refused():
    def out_tests__loose(rows):
        """Loose.

        vi: Lỏng.
        """

    with pytest.raises(BadTable, match="named after the table"):
        described(out_tests__loose)


def test_tables_come_after_those_they_are_made_of():
    found = in_order([described(out_tests__count), described(core_tests__things)])
    assert [table.name for table in found] == ["core_tests__things", "out_tests__count"]
    assert raw_inputs(found) == {"raw_tests__told"}


def test_a_table_made_of_one_that_nobody_makes_is_refused():
    with pytest.raises(BadTable, match="nobody makes"):
        in_order([described(out_tests__count)])


def test_only_what_is_touched_is_computed_anew():
    found = in_order([described(out_tests__count), described(core_tests__things)])
    assert changed_by({"raw_tests__told"}, found) == {"core_tests__things", "out_tests__count"}
    assert changed_by({"reference__today"}, found) == {"out_tests__count"}
    assert changed_by({"raw_tests__other"}, found) == set()


def test_the_house_publishes_its_tables():
    published = {table.name for table in tables() if table.published}
    assert {"out_dossiers__received", "out_dossiers__overdue"} <= published


def test_events_of_every_app_have_a_raw_table_whether_its_contracts_are_a_file_or_a_folder():
    from hoaphuong.warehouse import raw

    apps = {name.partition(".")[0] for name in raw.contracts()}
    assert {"signing", "documents", "exchange", "dossiers", "identity", "files"} <= apps
    for contract in raw.contracts().values():
        assert raw.schema(contract).names
