"""What every way out is asked: to send one message, which its key names for good."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class ProviderFault(Exception):
    """The provider could not be asked, or not now; asking again may help."""


class SignInRefused(ProviderFault):
    """The provider does not know us: a password or key is wrong or has ended."""


class Refused(ProviderFault):
    """The provider said no to the message itself; asking again does not help."""


class UnknownRecipient(Refused):
    """Nobody has this address, or they take no such messages."""


class TemplateRefused(Refused):
    """The provider does not accept the template, or what stands in it."""


@dataclass(frozen=True)
class Message:
    """One message to one person; ``key`` is the same however often it is sent.

    ``to`` is an e-mail address or a mobile number as ``84…``; ``text`` is for e-mail, ``short``
    for SMS, ``template`` and ``places`` are for Zalo.
    """

    key: str
    to: str = field(repr=False)
    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    short: str = field(default="", repr=False)
    template: str = ""
    places: Mapping[str, str] = field(default_factory=dict, repr=False)


class Provider(Protocol):
    """One way out."""

    def send(self, message: Message) -> str:
        """Send it; the provider's own name for it, if it gives one. ProviderFault, Refused."""
