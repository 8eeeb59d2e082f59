"""What an axis can be asked; the verbs are those of the national axis's SDK."""

from dataclasses import dataclass
from typing import Protocol


class AxisFault(Exception):
    """The axis could not be asked, or not now; asking again may help."""


class AxisRefused(AxisFault):
    """The axis said no to the message itself; asking again does not help."""


@dataclass(frozen=True)
class Agency:
    """An organisation in the address book of the axis; ``ours`` when this system answers for it."""

    code: str
    name: str
    ours: bool


@dataclass(frozen=True)
class Waiting:
    """A message in a mailbox: ``kind`` is edoc or status."""

    id: str
    kind: str
    sender: str
    to: str


class Axis(Protocol):
    """The document axis. Each call raises AxisFault or AxisRefused."""

    def agencies(self) -> list[Agency]:
        """The address book."""

    def register(self, code: str, name: str) -> None:
        """Have a mailbox for an agency of ours; again is fine."""

    def received(self) -> list[Waiting]:
        """What waits in the mailboxes of our agencies, oldest first."""

    def sent(self, code: str) -> list[Waiting]:
        """What one of our agencies has sent."""

    def get(self, id: str) -> bytes:
        """The bytes of a message."""

    def send(self, *, sender: str, kind: str, id: str, content: bytes) -> None:
        """Send a message to whom it names; one ``id`` counts once, however often it is sent."""

    def update_status(self, id: str, status: str) -> None:
        """Tell what became of a waiting message: processing, done or fail."""
