"""Numbers, statuses and clocks of a dossier. Guarantees and worked numbers: docs/due-dates.md."""

import calendar as months
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

# Which status may follow which (suggested by the national portal's list; ours where it is silent).
NEXT: dict[int, frozenset[int]] = {
    1: frozenset({2, 3, 5, 7}),
    2: frozenset({4}),
    3: frozenset(),
    4: frozenset({5, 6, 7, 8, 9}),
    5: frozenset({4, 7, 8}),
    6: frozenset({4, 7, 8}),
    7: frozenset(),
    8: frozenset(),
    9: frozenset({10}),
    10: frozenset(),
}
ENDED = frozenset(status for status, following in NEXT.items() if not following)
NEW_NUMBERS_FROM = date(2025, 7, 1)  # Decree 118/2025/ND-CP: no districts, organisation codes
HALF_PAST_WORK = 15  # Law on Civil Status 60/2014, Article 18.2: from 15:00 it is the next day's

NUMBER = re.compile(
    r"^(?:[0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z]\d{2}-\d{6}-\d{4,}"
    r"|[A-Z]\d{2}(?:\.[0-9A-Z]{1,5}){0,3}-\d{8}-\d{7})$"
)


def may_follow(status: int, following: int) -> bool:
    """Whether a dossier may go from one status straight to another."""
    return following in NEXT[status]


def number_series(agency: str, dotted: str, *, on: date) -> str:
    """The series a dossier's serial is taken from: a day's until June 2025, then a year's."""
    if on < NEW_NUMBERS_FROM:
        return f"dossier:{agency}:{on:%y%m%d}"
    return f"dossier:{dotted}:{on:%Y}"


def dossier_number(agency: str, dotted: str, *, on: date, serial: int) -> str:
    """The dossier's number by the law of its day.

    Until 30 June 2025 the agency's code, the day and its serial (Circular 01/2018/TT-VPCP,
    Article 19), then the organisation's code, the day and seven digits.
    """
    if on < NEW_NUMBERS_FROM:
        return f"{agency}-{on:%y%m%d}-{serial:04}"
    return f"{dotted}-{on:%Y%m%d}-{serial:07}"


def _next_month(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    last = months.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def due_on(
    *,
    amount: int,
    unit: str,
    received: datetime,
    add_working_days: Callable[[date, int], date],
) -> date:
    """The last day to answer, a working day (Civil Code 2015, Articles 147 and 148).

    The day of reception does not count. Working hours are counted eight to a day; a limit under
    one day ends the same day, or the next when received from 15:00 on. A period that ends on a
    day off ends on the next working day.
    """
    day = received.date()
    working_days = {
        "working_day": amount,
        "half_working_day": (amount + 1) // 2,
        "working_hour": -(-amount // 8),
    }
    if unit in working_days:
        days = working_days[unit]
        if unit != "working_day" or days == 0:
            late = received.hour >= HALF_PAST_WORK
            days = max(days - 1, 0) + (1 if late else 0)
        return add_working_days(day, days) if days else _first_working(day, add_working_days)
    if unit in ("minute", "hour"):
        hours = amount if unit == "hour" else -(-amount // 60)
        end = (received + timedelta(hours=hours)).date()
    elif unit == "day":
        end = day + timedelta(days=amount)
    elif unit == "week":
        end = day + timedelta(weeks=amount)
    elif unit == "month":
        end = _next_month(day, amount)
    else:
        end = _next_month(day, 12 * amount)
    return _first_working(end, add_working_days)


def _first_working(day: date, add_working_days: Callable[[date, int], date]) -> date:
    """The day itself when it is a working day, else the next one."""
    return add_working_days(day - timedelta(days=1), 1)


def days_late(*, due: date | None, decided: date, between: Callable[[date, date], int]) -> int:
    """Working days after the due date; zero on the due date itself and without a due date."""
    return between(due, decided) if due and decided > due else 0


# The catalogue's words for the tiers of government; ministries and others are not the city's.
TIERS = {"xa": "commune", "huyen": "district", "tinh": "city"}


def office_level(levels: tuple[str, ...], *, on: date) -> str:
    """Which tier answers: ``city``, ``district`` or ``commune``, the nearest one that may.

    Districts ended on 30 June 2025; what was theirs went to the communes (Law 72/2025/QH15).
    """
    tiers = {TIERS[level] for level in levels if level in TIERS}
    for tier in ("commune", "district"):
        if tier in tiers:
            return "commune" if on >= NEW_NUMBERS_FROM else tier
    return "city"
