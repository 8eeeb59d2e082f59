"""What notices tell others: that somebody was told, with codes and references only."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from hoaphuong.kernel.values import Code, Money, Ref

# An older fact is no news: a reaction that is new hears the whole journal.
NEWS_FOR = timedelta(days=7)


@dataclass(frozen=True)
class NoticeMade:
    """An account has something to read; ``about`` is the record it is about."""

    name: ClassVar[str] = "notices.notice_made"
    subject: ClassVar[str] = "notice"
    notice: Ref
    kind: Code
    account: Ref
    about: Ref


@dataclass(frozen=True)
class DeliveryDone:
    """A provider took a notice; ``seconds`` since it was made."""

    name: ClassVar[str] = "notices.delivery_done"
    subject: ClassVar[str] = "delivery"
    delivery: Ref
    notice: Ref
    kind: Code
    channel: Code
    seconds: int


@dataclass(frozen=True)
class DeliveryDied:
    """No provider took a notice: it said no, or did not answer for two days."""

    name: ClassVar[str] = "notices.delivery_died"
    subject: ClassVar[str] = "delivery"
    delivery: Ref
    notice: Ref
    kind: Code
    channel: Code


@dataclass(frozen=True)
class CallTriedAgain:
    """A person had a dead outgoing call made anew."""

    name: ClassVar[str] = "notices.call_tried_again"
    subject: ClassVar[str] = "call"
    call: Ref
    kind: Code


@dataclass(frozen=True)
class CallGivenUp:
    """A person gave a dead outgoing call up."""

    name: ClassVar[str] = "notices.call_given_up"
    subject: ClassVar[str] = "call"
    call: Ref
    kind: Code


@dataclass(frozen=True)
class Named:
    """A name in both languages; without an English one the Vietnamese stands in both."""

    vi: str
    en: str = ""


# What may stand at a named place of a text.
Value = str | int | date | Money | Named


@dataclass(frozen=True)
class Told:
    """One way a notice went: ``state`` is waiting, done or dead."""

    channel: str
    state: str
    done_at: datetime | None


@dataclass(frozen=True)
class NoticeFacts:
    """One notice in one language; ``view`` and ``about`` say which page shows more."""

    key: str
    label: str
    subject: str
    text: str
    view: str
    about: str
    at: datetime
    read_at: datetime | None
    told: tuple[Told, ...]
