"""Answers of `reference`: places, how they passed into one another, and days."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Division:
    """A province, district or commune under one name, kind and parent; dates are inclusive.

    `valid_to` is the last day in force, None while it is in force. `lat` and `lon` (degrees,
    WGS 84) are kept for the communes in force today only.
    """

    code: str
    name_vi: str
    name_en: str
    kind: str
    level: str
    parent_code: str
    valid_from: date
    valid_to: date | None
    lat: float | None
    lon: float | None


@dataclass(frozen=True, slots=True)
class Succession:
    """On `on` the old division passed into the new one, as a `whole` or in `part`.

    `principal` marks the one successor to which a record belongs that does not say in which part
    it lies; a district that was split among communes has none.
    """

    old_code: str
    new_code: str
    on: date
    share: str
    principal: bool
    source: str


@dataclass(frozen=True, slots=True)
class DayFact:
    """A day that is not what its weekday says, and where that is written.

    `kind` is holiday, compensation, swapped_day_off or working_saturday; `mark` is verified,
    recalled or estimated.
    """

    day: date
    kind: str
    name_vi: str
    name_en: str
    source: str
    mark: str
