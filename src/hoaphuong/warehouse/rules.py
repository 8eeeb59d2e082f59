"""Disclosure control: which counts may be published, and which others must go with the hidden ones.

The guarantees and worked numbers are in ``docs/disclosure-control.md``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

LEAST = 5

Key = tuple[str, ...]


class DoesNotAddUp(ValueError):
    """The parts of a total are not the total."""


@dataclass(frozen=True)
class Cell:
    """Counts of one place and time, and the cells that add up to them.

    ``counts`` are classes that exclude one another (online, not online); every figure published of
    the cell is a sum of them. A cell without parts is published as it is or not at all.
    """

    key: Key
    counts: tuple[int, ...]
    parts: tuple["Cell", ...] = ()

    def __post_init__(self) -> None:
        added = tuple(sum(column) for column in zip(*(p.counts for p in self.parts), strict=True))
        if self.parts and added != self.counts:
            raise DoesNotAddUp(f"{self.key}: {added} are the parts of {self.counts}.")

    @property
    def size(self) -> int:
        return sum(self.counts)


def is_small(counts: tuple[int, ...], *, least: int = LEAST) -> bool:
    """Whether a class has too few in it to be published; an empty one tells of nobody."""
    return any(0 < count < least for count in counts)


def suppress(cell: Cell, *, least: int = LEAST) -> frozenset[Key]:
    """The keys of every cell to hide, so that no total gives a hidden count away.

    A cell with a small class is hidden whole, with all its parts. Where parts of a shown total are
    hidden, the smallest others are hidden with them until at least two are, and until what they
    leave of each class is nothing or at least ``least``.
    """
    if is_small(cell.counts, least=least):
        return frozenset(_all(cell))
    hidden = [part for part in cell.parts if is_small(part.counts, least=least)]
    # Nothing hides behind a part in which nothing was counted.
    others = sorted(
        (part for part in cell.parts if part.size and not is_small(part.counts, least=least)),
        key=lambda part: (-part.size, part.key),
    )
    while hidden and (len(hidden) < 2 or is_small(_left(hidden), least=least)):
        hidden.append(others.pop())
    found = {key for part in hidden for key in _all(part)}
    for part in others:
        found |= suppress(part, least=least)
    return frozenset(found)


def _left(hidden: list[Cell]) -> tuple[int, ...]:
    """What a reader gets by taking the shown parts from the total."""
    return tuple(sum(column) for column in zip(*(part.counts for part in hidden), strict=True))


def _all(cell: Cell) -> Iterator[Key]:
    yield cell.key
    for part in cell.parts:
        yield from _all(part)


def is_over(month: date, *, today: date) -> bool:
    """Whether a month has ended: a running month published daily tells of each day's few."""
    return (month.year, month.month) < (today.year, today.month)
