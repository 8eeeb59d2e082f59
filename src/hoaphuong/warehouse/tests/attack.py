"""What a reader can work out from published figures: the least and most each hidden one can be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Key = tuple[str, ...]
ENDLESS = 10**9


@dataclass(frozen=True)
class Equation:
    """A total and the figures that add up to it."""

    total: Key
    parts: tuple[Key, ...]


def ranges(known: Mapping[Key, int], equations: Iterable[Equation]) -> dict[Key, tuple[int, int]]:
    """Narrow every figure by every equation until nothing moves; counts are never negative."""
    sums = list(equations)
    keys = {key for one in sums for key in (one.total, *one.parts)} | set(known)
    found = {key: (known[key], known[key]) if key in known else (0, ENDLESS) for key in keys}
    moved = True
    while moved:
        moved = False
        for one in sums:
            low = sum(found[part][0] for part in one.parts)
            high = sum(found[part][1] for part in one.parts)
            moved |= _narrow(found, one.total, low, high)
            for part in one.parts:
                others_low, others_high = low - found[part][0], high - found[part][1]
                least, most = found[one.total]
                moved |= _narrow(found, part, least - others_high, most - others_low)
                low, high = others_low + found[part][0], others_high + found[part][1]
    return found


def _narrow(found: dict[Key, tuple[int, int]], key: Key, low: int, high: int) -> bool:
    before = found[key]
    found[key] = (max(before[0], low), min(before[1], high))
    return found[key] != before
