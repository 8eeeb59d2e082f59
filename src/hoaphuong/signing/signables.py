"""What can be signed: each app's ``signables.py`` lists its kinds of signature.

The app owns the paper. It hands over the bytes as they are to be signed (``to_sign``), and takes
the signed file with an action of its own (``signed``), in the same transaction in which the item
of the batch is closed: a paper is signed exactly when its app says so.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from hoaphuong.kernel.discovery import modules
from hoaphuong.signing.contracts import ToSign


class NotSignable(Exception):
    """The paper cannot be signed now; ``reason`` is a code of the signable's ``reasons``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _by_key(subject: str) -> str:
    return subject


def _no_names(subjects: Iterable[str]) -> dict[str, str]:
    return {}


@dataclass(frozen=True)
class Signable:
    """One kind of signature on one kind of paper.

    ``to_sign(subject, *, account, certificate)`` gives a ``ToSign``; it runs before the signature,
    outside its transaction, maybe more than once, and raises ``NotSignable``. ``account`` is the
    key of who ordered the batch, ``certificate`` the ``CertificateFacts`` that will sign.
    ``signed(subject, *, content, file, by, at)`` runs inside the transaction that closes the item:
    it calls one action of the app; whatever it raises undoes everything, and the item has failed.
    ``seal`` tells that an agency's seal signs and not a person. ``named(subjects)`` gives what a
    list calls each paper, ``file_name(subject)`` what its file is called without an ending, and
    ``view`` is the name of the page that opens one, ``desk`` of the one that lists what waits.
    """

    kind: str
    label: Any
    permission: str
    to_sign: Callable[..., ToSign]
    signed: Callable[..., None]
    seal: bool = False
    named: Callable[[Iterable[str]], Mapping[str, str]] = _no_names
    file_name: Callable[[str], str] = _by_key
    view: str = ""
    desk: str = ""
    # Whether a clerk may have these sealed as they come, by a standing order.
    standing: bool = False
    reasons: Mapping[str, Any] = field(default_factory=dict)


@cache
def signables() -> dict[str, Signable]:
    """Every kind of signature of the house by its code."""
    found: dict[str, Signable] = {}
    for module in modules("signables"):
        for one in module.SIGNABLES:
            assert one.kind not in found, f"{one.kind} is declared twice"
            found[one.kind] = one
    return found


SIGNABLES: list[Signable] = []
