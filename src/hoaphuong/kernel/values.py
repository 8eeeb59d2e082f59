"""The few kinds of value that cross from one app to another and into events."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal


class Ref(str):
    """An opaque reference to a record: it says which one, nothing about it."""

    __slots__ = ()


class Code(str):
    """A code of a published list: an agency, a division, a procedure, a status."""

    __slots__ = ()


@dataclass(frozen=True, order=True)
class Money:
    """An exact amount in one currency; never a float."""

    amount: Decimal
    currency: str = "VND"

    def __post_init__(self) -> None:
        if isinstance(self.amount, float):
            raise TypeError("Money is exact: give a Decimal, an int or text, not a float.")
        object.__setattr__(self, "amount", Decimal(self.amount))

    def _same(self, other: "Money") -> Decimal:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up.")
        return other.amount

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __mul__(self, factor: int | Decimal) -> "Money":
        if isinstance(factor, float):
            raise TypeError("Money is multiplied by an int or a Decimal, not a float.")
        return Money(self.amount * factor, self.currency)

    @property
    def written(self) -> str:
        """The amount as it is stored in texts: no exponent, no zeros behind the point."""
        return f"{self.amount.normalize():f}"

    def rounded_half_up(self) -> "Money":
        """To whole đồng, a half going up: how the treasury rounds a fee."""
        return Money(self.amount.quantize(Decimal(1), ROUND_HALF_UP), self.currency)


@dataclass(frozen=True, order=True)
class Period:
    """Days from ``start`` to ``end``, both included; an open end is ``None``."""

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"A period cannot end ({self.end}) before it starts ({self.start}).")

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)

    def overlaps(self, other: "Period") -> bool:
        """Whether the two share at least one day."""
        return (other.end is None or self.start <= other.end) and (
            self.end is None or other.start <= self.end
        )

    @classmethod
    def year(cls, year: int) -> "Period":
        return cls(date(year, 1, 1), date(year, 12, 31))
