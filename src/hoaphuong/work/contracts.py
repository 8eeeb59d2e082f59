"""What happened to work, and what an inbox shows."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from hoaphuong.kernel.values import Code, Ref


@dataclass(frozen=True)
class WorkAssigned:
    """An item was given to an officer, or taken by one."""

    name: ClassVar[str] = "work.work_assigned"
    subject: ClassVar[str] = "record"
    record: Ref
    assignee: Ref
    agency: Code


@dataclass(frozen=True)
class WorkGivenBack:
    """An officer put an item back for whoever takes it next."""

    name: ClassVar[str] = "work.work_given_back"
    subject: ClassVar[str] = "record"
    record: Ref
    officer: Ref
    agency: Code


@dataclass(frozen=True)
class ItemFacts:
    """One thing that waits; ``days_late``, in working days, is told once its clock has ended."""

    key: str
    kind: str
    subject: str
    agency: str
    assignee: str
    label: str
    detail: str
    party: str
    stage: str
    opened_at: datetime
    due_on: date | None
    paused_on: date | None = None
    paused_days: int = 0
    days_late: int | None = None

    @property
    def paused(self) -> bool:
        return self.paused_on is not None


@dataclass(frozen=True)
class InboxPage:
    """One page of an inbox: items, whether more follow, and how many wait in all."""

    items: tuple[ItemFacts, ...]
    number: int
    more: bool
    waiting: int
    overdue: int
    mine: int
