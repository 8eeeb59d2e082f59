"""A clock that can be paused."""

from collections.abc import Callable
from datetime import date


def paused_for(paused_on: date, resumed_on: date, *, between: Callable[[date, date], int]) -> int:
    """Working days of a pause: the day it began does not count, the day it ended does."""
    return max(between(paused_on, resumed_on), 0)


def moved_due(
    due_on: date | None, days: int, *, add_working_days: Callable[[date, int], date]
) -> date | None:
    """The due date after a pause of ``days`` working days."""
    return add_working_days(due_on, days) if due_on and days else due_on
