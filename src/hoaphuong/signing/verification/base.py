"""What the readers of the three kinds of file hand to the one judge, and what they may raise."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from hoaphuong.signing.contracts import Change
from hoaphuong.signing.providers.base import RevocationAnswers

if TYPE_CHECKING:
    from hoaphuong.signing.verification.trust import Anchors

Digest = Callable[[str], bytes]


class Unreadable(Exception):
    """A file of which nothing can be said; ``reason`` is a code of ``reasons.py``."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Case:
    """Whom one trusts, whom one may ask (None: nobody), and the moment of the question."""

    anchors: "Anchors"
    answers: RevocationAnswers | None
    at: datetime


@dataclass(frozen=True)
class Evidence:
    """What a file carries to help: DER certificates, OCSP responses (whole ones) and CRLs."""

    certificates: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()

    def with_more(self, other: "Evidence") -> "Evidence":
        """Both together, each piece once."""
        return Evidence(
            tuple(dict.fromkeys(self.certificates + other.certificates)),
            tuple(dict.fromkeys(self.ocsps + other.ocsps)),
            tuple(dict.fromkeys(self.crls + other.crls)),
        )


@dataclass(frozen=True)
class Token:
    """A DER TimeStampToken of RFC 3161, and the digest, by hash name ("sha256"), it must hold."""

    der: bytes
    digest: Digest


def digest_of(content: bytes) -> Digest:
    """The digests of bytes one has; ValueError for a hash that nobody knows."""
    return lambda name: hashlib.new(name, content).digest()


@dataclass(frozen=True)
class Signed:
    """One signature as a reader took it out of its file, before anything is judged.

    ``fault`` is "" when the bytes are those that were signed and the signature value is right by
    the key of ``certificate``; otherwise a code of ``reasons.py``. ``weak`` names an algorithm
    nobody should rely on any more (SHA-1, MD5, RSA below 2048). ``baseline`` tells that the
    signature binds its certificate among what is signed (CAdES, PAdES, XAdES): without it there is
    no level. ``tokens`` are over the signature value, ``archive`` over all of it with its evidence.
    ``forbidden`` tells that something was changed after it that the signature does not permit.
    """

    certificate: bytes | None
    fault: str = ""
    detail: str = ""
    weak: str = ""
    baseline: bool = True
    claimed_at: datetime | None = None
    tokens: tuple[Token, ...] = ()
    archive: tuple[Token, ...] = ()
    evidence: Evidence = field(default_factory=Evidence)
    changes: tuple[Change, ...] = ()
    forbidden: bool = False
    changed_after: bool = False
    certifies: bool = False
    covers_whole: bool = False
    algorithm: str = ""
    field_name: str = ""
