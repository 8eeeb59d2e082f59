"""What a fee comes to: dated amounts of ``parameters.toml``, per unit and copy, with reductions."""

import tomllib
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from math import floor
from pathlib import Path
from typing import Any


class NoSuchFee(LookupError):
    """No fee of this code is in force on that day."""


class NotAsked(ValueError):
    """A number of units or copies below one, or a reduction the law does not know."""


@dataclass(frozen=True)
class Reduction:
    """Who pays less: ``share`` of the amount is left to pay, 0 for an exemption."""

    code: str
    name: str
    name_en: str
    share: Fraction
    article: str


@dataclass(frozen=True)
class Band:
    """Units up to number ``up_to`` (None: all further ones) cost ``amount`` đồng each."""

    up_to: int | None
    amount: int


@dataclass(frozen=True)
class Fee:
    """One fee (phí) or charge (lệ phí) from ``valid_from`` to ``valid_to``, both included.

    ``per`` is what one unit is: person, page, case or copy. One copy costs the bands' amounts of
    its units, at most ``most_a_copy``; with ``free_copies`` the amount covers that many copies and
    each further one costs ``each_further_copy``. ``procedures`` are those it is asked for.
    """

    code: str
    kind: str
    name: str
    name_en: str
    per: str
    bands: tuple[Band, ...]
    article: str
    valid_from: date
    valid_to: date | None
    most_a_copy: int | None
    free_copies: int
    each_further_copy: int
    reductions: tuple[Reduction, ...]
    procedures: tuple[str, ...] = ()

    def reduction(self, code: str) -> Reduction:
        """NotAsked when the law does not know it."""
        found = [one for one in self.reductions if one.code == code]
        if not found:
            raise NotAsked(code)
        return found[0]


@dataclass(frozen=True)
class Line:
    """One line of an order, as it was worked out: amounts in đồng."""

    code: str
    kind: str
    name: str
    name_en: str
    per: str
    units: int
    copies: int
    full: int
    amount: int
    reduction: str
    article: str


@cache
def published() -> tuple[Fee, ...]:
    """Every dated fee of ``parameters.toml``; no two of one code on the same day."""
    text = Path(__file__).with_name("parameters.toml").read_text(encoding="utf-8")
    return tuple(_fee(entry) for entry in tomllib.loads(text)["fee"])


def fee(code: str, *, on: date) -> Fee:
    """The fee in force on a day; NoSuchFee."""
    for one in published():
        if one.code == code and one.valid_from <= on and (not one.valid_to or on <= one.valid_to):
            return one
    raise NoSuchFee(code)


def of_procedure(code: str, *, on: date) -> list[Fee]:
    """The fees of a procedure that are in force on a day, in the order of ``parameters.toml``."""
    codes = dict.fromkeys(one.code for one in published() if code in one.procedures)
    found = []
    for each in codes:
        with suppress(NoSuchFee):
            found.append(fee(each, on=on))
    return [one for one in found if code in one.procedures]


def line(one: Fee, *, units: int = 1, copies: int = 1, reduction: str = "") -> Line:
    """What is to be paid for so many units and copies, rounded half up once; NotAsked."""
    if units < 1 or copies < 1:
        raise NotAsked(f"{units} units, {copies} copies")
    whole = _of_one_copy(one, units)
    whole = whole + _further(one, copies) if one.free_copies else whole * copies
    granted = one.reduction(reduction) if reduction else None
    return Line(
        code=one.code,
        kind=one.kind,
        name=one.name,
        name_en=one.name_en,
        per=one.per,
        units=units,
        copies=copies,
        full=whole,
        amount=half_up(whole * granted.share) if granted else whole,
        reduction=reduction,
        article=f"{one.article}; {granted.article}" if granted else one.article,
    )


def most_favourable(one: Fee, claims: Collection[str]) -> str:
    """The claimed reduction that leaves least to pay; empty when none is claimed."""
    known = [each for each in one.reductions if each.code in claims]
    return min(known, key=lambda each: each.share).code if known else ""


def half_up(amount: Fraction) -> int:
    """To whole đồng, a half going up."""
    return floor(amount + Fraction(1, 2))


def _of_one_copy(one: Fee, units: int) -> int:
    total, counted = 0, 0
    for band in one.bands:
        upto = units if band.up_to is None else min(units, band.up_to)
        total += max(0, upto - counted) * band.amount
        counted = max(counted, upto)
    return total if one.most_a_copy is None else min(total, one.most_a_copy)


def _further(one: Fee, copies: int) -> int:
    return max(0, copies - one.free_copies) * one.each_further_copy


def _fee(entry: dict[str, Any]) -> Fee:
    bands = entry.get("bands") or [{"amount": entry["amount"]}]
    return Fee(
        code=entry["code"],
        kind=entry["kind"],
        name=entry["name"],
        name_en=entry["name_en"],
        per=entry["per"],
        bands=tuple(Band(band.get("up_to"), band["amount"]) for band in bands),
        article=entry["article"],
        valid_from=entry["from"],
        valid_to=entry.get("to"),
        most_a_copy=entry.get("most_a_copy"),
        free_copies=entry.get("free_copies", 0),
        each_further_copy=entry.get("each_further_copy", 0),
        reductions=tuple(
            Reduction(
                one["code"], one["name"], one["name_en"], Fraction(one["share"]), one["article"]
            )
            for one in entry.get("reductions", [])
        ),
        procedures=tuple(entry.get("procedures", [])),
    )
