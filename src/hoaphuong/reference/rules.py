"""What holds on a date: divisions, their successors, and working days."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hoaphuong.reference.contracts import DayFact, Division, Succession

SATURDAY = 5


class OutsideCalendar(LookupError):
    """The day lies outside the years whose holidays are recorded."""


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Working days from `first` to `last`, laid out so that a count is one subtraction.

    `working` holds the ordinals of the working days in order; `counted[n]` is the number of
    working days up to and including the n-th day after `first`.
    """

    first: date
    last: date
    working: tuple[int, ...]
    counted: tuple[int, ...]


def in_force(division: Division, on: date) -> bool:
    """Whether the division existed under this name, kind and parent on the day."""
    return division.valid_from <= on and (division.valid_to is None or on <= division.valid_to)


def follow(
    code: str,
    reforms: Mapping[date, Mapping[str, Sequence[Succession]]],
    *,
    from_: date,
    on: date,
) -> tuple[Succession, ...]:
    """What became of a division between two days, through every reform in between.

    The share is `whole` when one division is reached and `part` when several are; a successor is
    principal when it is reached through principal steps alone.
    """
    reached = {code: True}
    sources: list[str] = []
    last = from_
    for reform in sorted(day for day in reforms if from_ < day <= on):
        step: dict[str, bool] = {}
        for held, principal in reached.items():
            for succession in reforms[reform][held]:
                new = succession.new_code
                step[new] = step.get(new, False) or (principal and succession.principal)
                if succession.source not in sources:
                    sources.append(succession.source)
        reached, last = step, reform
    share = "whole" if len(reached) == 1 else "part"
    return tuple(
        Succession(code, new, last, share, principal, "; ".join(sources))
        for new, principal in sorted(reached.items())
    )


def is_day_off(fact: DayFact) -> bool:
    """Whether offices are closed for this fact: everything but a Saturday worked in exchange."""
    return fact.kind != "working_saturday"


def working_calendar(first: date, last: date, facts: Iterable[DayFact]) -> WorkingCalendar:
    """The working days of civil servants: Monday to Friday, less days off, plus worked Saturdays.

    Bộ luật Lao động 2019, Điều 111 and 112; swaps by decision of the Prime Minister.
    """
    facts = tuple(facts)
    closed = {fact.day for fact in facts if is_day_off(fact)}
    opened = {fact.day for fact in facts if not is_day_off(fact)}
    working: list[int] = []
    counted: list[int] = []
    for n in range((last - first).days + 1):
        day = first + timedelta(n)
        if day in opened or (day.weekday() < SATURDAY and day not in closed):
            working.append(day.toordinal())
        counted.append(len(working))
    return WorkingCalendar(first, last, tuple(working), tuple(counted))


def days_worked_by(calendar: WorkingCalendar, day: date) -> int:
    """Working days from the calendar's first day to this one, inclusive; OutsideCalendar beyond."""
    if not calendar.first <= day <= calendar.last:
        raise _outside(calendar, day)
    return calendar.counted[day.toordinal() - calendar.first.toordinal()]


def is_working_day(calendar: WorkingCalendar, day: date) -> bool:
    """Whether civil servants work on the day; OutsideCalendar beyond its years."""
    worked = days_worked_by(calendar, day)
    return worked > 0 and calendar.working[worked - 1] == day.toordinal()


def add_working_days(calendar: WorkingCalendar, start: date, days: int) -> date:
    """The day on which a period of working days ends.

    The day after `start` counts as day 1 (Bộ luật Dân sự 2015, Điều 147 khoản 2), whatever day
    `start` is; zero days gives `start` back. ValueError for a negative number, OutsideCalendar
    when the end is not recorded.
    """
    if days < 0:
        raise ValueError("A period of working days cannot be negative.")
    worked = days_worked_by(calendar, start)
    if days == 0:
        return start
    if worked + days > len(calendar.working):
        raise _outside(calendar, f"{days} working days after {start}")
    return date.fromordinal(calendar.working[worked + days - 1])


def working_days_between(calendar: WorkingCalendar, start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; negative when `end` comes first."""
    return days_worked_by(calendar, end) - days_worked_by(calendar, start)


def first_working_day_from(calendar: WorkingCalendar, day: date) -> date:
    """The day itself when it is worked, otherwise the next that is.

    A period counted in calendar days ends so (Bộ luật Dân sự 2015, Điều 148 khoản 5).
    """
    return day if is_working_day(calendar, day) else add_working_days(calendar, day, 1)


def _outside(calendar: WorkingCalendar, what: date | str) -> OutsideCalendar:
    return OutsideCalendar(
        f"{what} lies outside the working-day calendar, which is recorded from {calendar.first} "
        f"to {calendar.last}."
    )
