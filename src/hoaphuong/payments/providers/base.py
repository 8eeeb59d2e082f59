"""What every provider is asked and answers. Amounts are whole đồng, times know their zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Literal, Protocol

VIETNAM = timezone(timedelta(hours=7))
Result = Literal["paid", "failed", "waiting"]


class ProviderFault(Exception):
    """The provider could not be asked, or did not answer as it should."""


class NoList(ProviderFault):
    """The provider answers that it has no list of that day, or not yet."""


class NotAuthentic(Exception):
    """The message is not signed by whom it says; nothing in it is believed."""


class Malformed(Exception):
    """The message is signed, and yet something in it cannot be."""


class Declined(Exception):
    """The provider says no to what was asked; ``code`` is its own."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class ToPay:
    """What a payer is sent to pay: ``what`` in words, ``back`` where the browser returns."""

    reference: str
    amount: int
    what: str
    agency: str
    agency_name: str
    number: str
    payer: str
    address: str
    back: str
    at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Said:
    """What a provider says of one reference; ``transaction`` is its own number of the money."""

    reference: str
    transaction: str
    amount: int
    result: Result
    code: str
    paid_at: datetime | None = None
    # When the payer was sent there, as a refund names it; a provider does not say it.
    started_at: datetime | None = None


@dataclass(frozen=True)
class Listed:
    """One line of a provider's own list of a day."""

    transaction: str
    reference: str
    amount: int
    paid_at: datetime


class Online(Protocol):
    """A provider with a page of its own to pay on."""

    @property
    def code(self) -> str: ...

    def open(self, pay: ToPay) -> str:
        """Where the payer's browser is sent; ProviderFault, Declined."""

    def read(self, message: Mapping[str, str]) -> Said:
        """A notification; NotAuthentic, Malformed."""

    def ask(self, reference: str, *, started_at: datetime, at: datetime) -> Said:
        """What the provider knows of a reference; ProviderFault, NotAuthentic, Malformed."""

    def refund(self, said: Said, *, amount: int, once: str, at: datetime) -> str:
        """Send money back, once by its name; the provider's number. ProviderFault, Declined."""

    def listed(self, day: date) -> list[Listed]:
        """The provider's own list of a day; NoList, ProviderFault, NotAuthentic, Malformed."""


def stamp(at: datetime) -> str:
    """``yyyyMMddHHmmss`` in Vietnam's time, with 24 hours."""
    return at.astimezone(VIETNAM).strftime("%Y%m%d%H%M%S")


def moment(text: str) -> datetime:
    """The time that ``stamp`` wrote; Malformed."""
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=VIETNAM)
    except ValueError as fault:
        raise Malformed(f"{text!r} is no time.") from fault


def whole(text: str) -> int:
    """A number of đồng without sign, blank or point; Malformed."""
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise Malformed(f"{text!r} is no amount.")
    return int(text)
