"""What the warehouse answers: figures with what they were made of, and how fresh they are."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict


@dataclass(frozen=True)
class Definition:
    """A published table: what it counts, in both languages, and when it was computed."""

    table: str
    text_en: str
    text_vi: str
    computed_at: datetime
    through_batch: int
    rows: int

    def text(self, language: str) -> str:
        """The definition in one language."""
        return self.text_en if language.startswith("en") else self.text_vi


@dataclass(frozen=True)
class Freshness:
    """When the tables were computed, and the last journal batch that is in them."""

    computed_at: datetime
    through_batch: int


class ScoreboardRow(TypedDict):
    """An announced figure beside the one computed from the records; None where there is none.

    ``unit`` is count, share (0 to 1) or vnd; ``announced_as`` is over, nearly or empty; ``name``
    is Vietnamese.
    """

    code: str
    name: str
    name_en: str
    announced: float | None
    announced_as: str
    computed: float | None
    numerator: int | None
    denominator: int | None
    unit: str


@dataclass(frozen=True)
class Indicator:
    """One figure with its parts; value is None when nothing was counted yet."""

    code: str
    table: str
    value: float | None
    numerator: int | None
    denominator: int | None


@dataclass(frozen=True)
class AgencyFigures:
    """One agency over a span of months; shares between 0 and 1, None without a denominator."""

    agency: str
    received: int
    online: int
    decided: int
    decided_with_due_day: int
    on_time: int
    working_days_total: int
    open_dossiers: int
    overdue: int

    @property
    def online_share(self) -> float | None:
        return self.online / self.received if self.received else None

    @property
    def on_time_share(self) -> float | None:
        with_due_day = self.decided_with_due_day
        return self.on_time / with_due_day if with_due_day else None

    @property
    def mean_working_days(self) -> float | None:
        return self.working_days_total / self.decided if self.decided else None


@dataclass(frozen=True)
class FeeFigures:
    """Fees of an agency or of a month, amounts in đồng, seconds from the payment to the receipt.

    ``of`` is the agency's code or the month's first day. Shares are between 0 and 1; they and means
    are None without a denominator.
    """

    of: str
    dossiers_with_fee: int = 0
    paid_online: int = 0
    collected_vnd: int = 0
    refunded_vnd: int = 0
    in_difference_vnd: int = 0
    receipts: int = 0
    seconds_total: int = 0

    @property
    def online_share(self) -> float | None:
        return self.paid_online / self.dossiers_with_fee if self.dossiers_with_fee else None

    @property
    def mean_seconds(self) -> float | None:
        return self.seconds_total / self.receipts if self.receipts else None
