"""Disclosure control, tried by somebody who subtracts: docs/disclosure-control.md."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoaphuong.warehouse.rules import LEAST, Cell, DoesNotAddUp, is_over, suppress
from hoaphuong.warehouse.tests.attack import Equation, ranges


def total(key: str, *parts: Cell) -> Cell:
    added = tuple(sum(column) for column in zip(*(part.counts for part in parts), strict=True))
    return Cell((key,), added, parts)


def agency(key: str, *counts: int) -> Cell:
    return Cell((key,), counts)


def hidden(cell: Cell) -> str:
    return "".join(sorted(key[0] for key in suppress(cell)))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([("a", 40), ("b", 25), ("c", 12)], ""),
        ([("a", 40), ("b", 25), ("c", 3)], "bc"),
        ([("a", 40), ("b", 4), ("c", 3)], "bc"),
        ([("a", 40), ("b", 2), ("c", 2)], "abc"),
        ([("a", 40), ("b", 0), ("c", 3)], "ac"),
        ([("a", 1), ("b", 1), ("c", 1)], "Tabc"),
        ([("a", 40), ("b", 0)], ""),
    ],
)
def test_worked_numbers(parts, expected):
    assert hidden(total("T", *(agency(*part) for part in parts))) == expected


def test_a_row_with_one_small_class_is_hidden_whole():
    rows = agency("a", 40, 9), agency("b", 30, 3), agency("c", 20, 8)
    assert hidden(total("T", *rows)) == "bc"


def test_what_is_left_of_each_class_is_enough():
    # Hiding b and c would leave 3 + 0 of the second class: a reader would know the 3.
    rows = agency("a", 40, 9), agency("b", 30, 3), agency("c", 20, 0)
    assert hidden(total("T", *rows)) == "abc"


def test_a_hidden_month_is_hidden_with_its_agencies_and_so_is_a_second_month():
    months = [
        total("1", agency("a", 3), agency("b", 0)),
        total("2", agency("c", 30), agency("d", 9)),
        total("3", agency("e", 60), agency("f", 50)),
    ]
    assert hidden(total("Y", *months)) == "12abcd"


def test_parts_that_are_not_the_total_are_refused():
    with pytest.raises(DoesNotAddUp):
        Cell(("T",), (9,), (agency("a", 5),))


def test_a_month_is_over_on_the_first_of_the_next():
    march = date(2026, 3, 1)
    assert not is_over(march, today=date(2026, 3, 31))
    assert is_over(march, today=date(2026, 4, 1))
    assert not is_over(march, today=date(2026, 2, 28))


counts = st.tuples(*[st.integers(0, 12)] * 2)
years = st.lists(st.lists(counts, min_size=1, max_size=5), min_size=1, max_size=5)


@given(years)
def test_nobody_finds_a_hidden_count_by_subtracting(numbers):
    months = []
    for m, agencies in enumerate(numbers):
        cells = [Cell((f"{m}", f"{a}"), pair) for a, pair in enumerate(agencies)]
        whole = tuple(sum(column) for column in zip(*agencies, strict=True))
        months.append(Cell((f"{m}",), whole, tuple(cells)))
    whole = tuple(sum(column) for column in zip(*(m.counts for m in months), strict=True))
    year = Cell(("year",), whole, tuple(months))
    secret = suppress(year)

    everyone = [year, *months, *(part for month in months for part in month.parts)]
    for column in range(2):
        known = {c.key: c.counts[column] for c in everyone if c.key not in secret}
        equations = [
            Equation(c.key, tuple(part.key for part in c.parts)) for c in everyone if c.parts
        ]
        found = ranges(known, equations)
        for cell in everyone:
            count = cell.counts[column]
            assert cell.key in secret or not 0 < count < LEAST
            if cell.key in secret and 0 < count < LEAST:
                low, high = found[cell.key]
                assert low == 0
                assert high >= LEAST
