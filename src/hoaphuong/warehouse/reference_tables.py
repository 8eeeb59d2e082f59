"""Code lists and the day, as tables that others are computed from or named by."""

from datetime import date

import pyarrow as pa

from hoaphuong.identity import queries as identity
from hoaphuong.reference import queries as reference

# A code is named as it was on the last of these days on which it was in force.
MAPS = (date(2024, 12, 31), date(2025, 1, 1), date(2025, 7, 1))


def reference_tables(*, today: date) -> dict[str, pa.Table]:
    """``reference__<what>`` by name; today is the city's day on which the tables are computed."""
    return {
        "reference__today": pa.table({"today": pa.array([today], pa.date32())}),
        "reference__agencies": _named(
            [(facts.code, facts.name, facts.name_en) for facts in identity.agencies().values()]
        ),
        "reference__divisions": _named(_divisions(today)),
    }


def _named(rows: list[tuple[str, str, str]]) -> pa.Table:
    schema = pa.schema([(name, pa.string()) for name in ("code", "name_vi", "name_en")])
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return pa.Table.from_arrays([pa.array(c, pa.string()) for c in columns], schema=schema)


def _divisions(today: date) -> list[tuple[str, str, str]]:
    found = {}
    for day in sorted({*MAPS, today}):
        for one in reference.divisions(day):
            found[one.code] = (one.code, one.name_vi, one.name_en)
    return sorted(found.values())
