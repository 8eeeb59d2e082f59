"""Code lists and calendars, as of a date."""

import csv
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType

from hoaphuong.reference import rules
from hoaphuong.reference.contracts import DayFact, Division, Succession
from hoaphuong.reference.rules import OutsideCalendar as OutsideCalendar

FACTS = Path(__file__).parent / "data"
LEVELS = ("province", "district", "commune")


class UnknownDivision(LookupError):
    """No division had this code on that day."""


class BeforeRecords(LookupError):
    """The day is earlier than the first division recorded."""


def divisions(
    on: date, *, level: str | None = None, within: str | None = None
) -> tuple[Division, ...]:
    """Divisions in force on the day by level and code; `within` keeps those below that code.

    ValueError for a level other than province, district or commune; UnknownDivision when `within`
    was not in force; BeforeRecords before 2020-02-01.
    """
    if level is not None and level not in LEVELS:
        raise ValueError(f"{level!r} is not a level of division: {', '.join(LEVELS)}.")
    found = tuple(_in_force(on).values()) if within is None else _below(within, on)
    return tuple(one for one in found if level in (None, one.level))


def division(code: str, on: date) -> Division:
    """The division with this GSO code on the day; UnknownDivision when there was none."""
    try:
        return _in_force(on)[code]
    except KeyError:
        raise UnknownDivision(f"No division had the code {code!r} on {on}.") from None


def name(code: str, on: date, language: str) -> str:
    """The division's name on the day, in English for `en`, otherwise in Vietnamese."""
    found = division(code, on)
    return found.name_en if language.startswith("en") else found.name_vi


def communes_of(code: str, on: date) -> tuple[Division, ...]:
    """The communes of a province or district on the day, by code."""
    return divisions(on, level="commune", within=code)


def district_of(code: str, on: date) -> Division | None:
    """The district a division lies in or is; None for provinces, and from 2025-07-01 for all."""
    found = division(code, on)
    while found.level == "commune":
        found = division(found.parent_code, on)
    return found if found.level == "district" else None


@lru_cache(maxsize=4096)
def successors(code: str, *, on: date, from_: date) -> tuple[Succession, ...]:
    """What the division of day `from_` had become by day `on`, each with its share.

    One answer, itself, when no reform lies between. UnknownDivision when the code was not in force
    on `from_`; ValueError when `on` is earlier.
    """
    if on < from_:
        raise ValueError(f"Successors are followed forward: {on} is earlier than {from_}.")
    division(code, from_)
    return rules.follow(code, _reforms(), from_=from_, on=on)


def as_of_today(code: str, recorded_on: date, today: date) -> tuple[Succession, ...]:
    """A code as it was recorded, read on today's map: `successors` from then to now."""
    return successors(code, on=today, from_=recorded_on)


def crosswalk(*, on: date, from_: date) -> tuple[Succession, ...]:
    """Every pair of a lowest division of day `from_` and what it had become by day `on`.

    The lowest division is the commune; Bạch Long Vĩ, a district without communes, stands for
    itself until 2025-06-30.
    """
    parents = {one.parent_code for one in divisions(from_)}
    lowest = (one.code for one in divisions(from_) if one.code not in parents)
    return tuple(pair for code in lowest for pair in successors(code, on=on, from_=from_))


def origins(code: str, *, on: date, from_: date) -> tuple[Succession, ...]:
    """The lowest divisions of day `from_` of which the division of day `on` was made."""
    division(code, on)
    return tuple(pair for pair in crosswalk(on=on, from_=from_) if pair.new_code == code)


def holidays(start: date, end: date) -> frozenset[date]:
    """Days off by law between two days, inclusive: holidays, days in lieu, days swapped.

    Those that fall on a weekend are among them. OutsideCalendar beyond 2018-2027.
    """
    return frozenset(fact.day for fact in _between(start, end) if rules.is_day_off(fact))


def working_saturdays(start: date, end: date) -> frozenset[date]:
    """Saturdays worked in exchange for a weekday off, between two days inclusive."""
    return frozenset(fact.day for fact in _between(start, end) if not rules.is_day_off(fact))


def day_facts(year: int) -> tuple[DayFact, ...]:
    """Every recorded day of a year with its name, source and mark; OutsideCalendar beyond."""
    return _between(date(year, 1, 1), date(year, 12, 31))


def is_working_day(day: date) -> bool:
    """Whether civil servants work on the day; OutsideCalendar beyond 2018-2027."""
    return rules.is_working_day(_calendar(), day)


def add_working_days(start: date, days: int) -> date:
    """The last day of a period of working days; the day after `start` is day 1.

    Bộ luật Dân sự 2015, Điều 147. ValueError for a negative number, OutsideCalendar beyond
    2018-2027.
    """
    return rules.add_working_days(_calendar(), start, days)


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; negative when `end` comes first."""
    return rules.working_days_between(_calendar(), start, end)


def first_working_day_from(day: date) -> date:
    """The day itself when it is worked, otherwise the next one: Bộ luật Dân sự 2015, Điều 148."""
    return rules.first_working_day_from(_calendar(), day)


def _rows(table: str) -> Iterator[dict[str, str]]:
    with (FACTS / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


@cache
def _divisions() -> tuple[Division, ...]:
    return tuple(
        Division(
            code=row["code"],
            name_vi=row["name_vi"],
            name_en=row["name_en"],
            kind=row["kind"],
            level=row["level"],
            parent_code=row["parent_code"],
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            lat=float(row["lat"]) if row["lat"] else None,
            lon=float(row["lon"]) if row["lon"] else None,
        )
        for row in _rows("divisions")
    )


@cache
def _successions() -> tuple[Succession, ...]:
    return tuple(
        Succession(
            old_code=row["old_code"],
            new_code=row["new_code"],
            on=date.fromisoformat(row["on"]),
            share=row["share"],
            principal=row["principal"] == "true",
            source=row["source"],
        )
        for row in _rows("successions")
    )


@cache
def _reforms() -> dict[date, dict[str, list[Succession]]]:
    reforms: dict[date, dict[str, list[Succession]]] = {}
    for pair in _successions():
        reforms.setdefault(pair.on, {}).setdefault(pair.old_code, []).append(pair)
    return reforms


@cache
def _epochs() -> tuple[date, ...]:
    return tuple(sorted({one.valid_from for one in _divisions()}))


def _in_force(on: date) -> MappingProxyType[str, Division]:
    # Nothing changes between two first days, so the map is built once for each of them.
    epoch = bisect_right(_epochs(), on)
    if epoch == 0:
        raise BeforeRecords(f"Divisions are recorded from {_epochs()[0]}; {on} is earlier.")
    return _map_of(_epochs()[epoch - 1])


@cache
def _map_of(epoch: date) -> MappingProxyType[str, Division]:
    return MappingProxyType({one.code: one for one in _divisions() if rules.in_force(one, epoch)})


def _below(code: str, on: date) -> tuple[Division, ...]:
    division(code, on)
    above = {code}
    found = []
    # The table lists parents before children.
    for one in _in_force(on).values():
        if one.parent_code in above:
            above.add(one.code)
            found.append(one)
    return tuple(found)


@cache
def _facts() -> tuple[DayFact, ...]:
    return tuple(
        DayFact(
            day=date.fromisoformat(row["date"]),
            kind=row["kind"],
            name_vi=row["name_vi"],
            name_en=row["name_en"],
            source=row["source"],
            mark=row["mark"],
        )
        for row in _rows("calendar")
    )


@cache
def _calendar() -> rules.WorkingCalendar:
    facts = _facts()
    first, last = date(facts[0].day.year, 1, 1), date(facts[-1].day.year, 12, 31)
    return rules.working_calendar(first, last, facts)


def _between(start: date, end: date) -> tuple[DayFact, ...]:
    for edge in (start, end):
        rules.days_worked_by(_calendar(), edge)
    return tuple(fact for fact in _facts() if start <= fact.day <= end)
