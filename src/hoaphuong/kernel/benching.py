"""What a bench is given and what it answers; each app's ``benches.py`` lists its own."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Figure:
    """One measured figure beside a reference that was measured in the same run."""

    figure: float
    unit: str
    reference: float
    reference_is: str
    target: float
    more_is_better: bool = True
    about: str = ""

    @property
    def ratio(self) -> float | None:
        """Figure over reference; None when the reference is nothing."""
        return round(self.figure / self.reference, 3) if self.reference else None

    @property
    def met(self) -> bool:
        """Whether the target is reached."""
        if self.more_is_better:
            return self.figure >= self.target
        return self.figure <= self.target


@dataclass(frozen=True)
class Answer:
    """A page as a browser got it, ``seconds`` after it began to ask."""

    status: int
    body: str
    seconds: float


class Visitor(Protocol):
    """One browser with its cookies and one kept connection."""

    def get(self, path: str) -> Answer: ...

    def post(self, path: str, fields: Mapping[str, str]) -> Answer: ...


class City(Protocol):
    """An installation with its production server, in a data folder of its own."""

    home: Path
    address: str

    def python(self, *words: str) -> str:
        """Run ``python -m`` in the city's environment; what it printed."""
        ...

    def visitor(self, username: str = "") -> Visitor:
        """A browser, signed in as a persona when one is named."""
        ...

    def worker(self) -> AbstractContextManager[None]:
        """The worker as a process of its own."""
        ...

    def memory(self) -> dict[str, int]:
        """Bytes that only each process of a whole ``up`` has (USS), by what it is."""
        ...


class Place(Protocol):
    """What a bench may use; a city is made when the first bench asks for it."""

    def city(self) -> City:
        """The city at the scale that was asked for, its server running."""
        ...

    def empty(self) -> AbstractContextManager[City]:
        """A city without dossiers."""
        ...

    def durable(self) -> AbstractContextManager[City]:
        """A city without dossiers on a PostgreSQL that keeps every commit, whatever is benched."""
        ...

    def bare(self) -> str:
        """The address of a bare Django view that reads one row, behind the same server."""
        ...

    def bare_memory(self) -> int:
        """Bytes that only the bare Django's processes have (USS)."""
        ...

    def visitor_of(self, address: str) -> Visitor:
        """A browser at any server of the bench."""
        ...

    def requests_per_second(self, url: str, paths: list[str]) -> float:
        """How many of ``paths`` below ``url`` the server answers a second, asked in turn."""
        ...

    def said(self, text: str) -> None:
        """Tell the person at the terminal what goes on."""
        ...


Bench = Callable[[Place], Figure]
Benches = Mapping[str, Bench]


def percentile(seconds: list[float], share: float) -> float:
    """The value below which ``share`` of the measurements lie (nearest rank)."""
    return sorted(seconds)[max(0, ceil(share * len(seconds)) - 1)]


def in_turn(paths: list[str], times: int) -> Iterator[str]:
    """``times`` paths, each in its turn."""
    return (paths[n % len(paths)] for n in range(times))
