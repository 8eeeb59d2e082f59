"""The one place where bytes get a signature: chooses the core, knows no rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hoaphuong.signing.contracts import Level, ToSign
from hoaphuong.signing.providers.base import (
    EvidenceMissing,
    KeyUnavailable,
    RevocationAnswers,
    SigningFault,
    SigningKey,
    TimeStampFailed,
    TimeStamps,
)

OF_THE_OUTSIDE = (EvidenceMissing, KeyUnavailable, TimeStampFailed)


class PaperUnreadable(Exception):
    """The file gets no signature; ``reason`` is a code of ``reasons.OF_A_PAPER``."""

    def __init__(self, said: str, *, reason: str = "paper_unreadable") -> None:
        super().__init__(said)
        self.reason = reason


@dataclass(frozen=True)
class Made:
    """A signed file; ``stamp_ends_at`` is when its last time stamp's certificate ends."""

    content: bytes
    level: str
    stamped_at: datetime | None = None
    stamp_ends_at: datetime | None = None
    media_type: str = "application/pdf"
    extension: str = "pdf"


@dataclass(frozen=True)
class MadeBeside:
    """A paper that was signed beside another: whose it is, and the bytes before."""

    kind: str
    subject: str
    before: bytes
    made: Made


@dataclass(frozen=True)
class Ready:
    """A paper whose signature is made elsewhere: ``digest`` (SHA-256, hexadecimal) is to be signed.

    ``state`` is what putting the signature in needs to know again, as JSON.
    """

    content: bytes
    digest: str
    state: dict[str, Any]


class Noting:
    """A time-stamp authority that remembers when it stamped last."""

    def __init__(self, stamps: TimeStamps) -> None:
        self._stamps = stamps
        self.stamped_at: datetime | None = None

    def stamp(self, digest: bytes) -> bytes:
        from asn1crypto import cms

        token = self._stamps.stamp(digest)
        signed = cms.ContentInfo.load(token)["content"]
        self.stamped_at = signed["encap_content_info"]["content"].parsed["gen_time"].native
        return token


@contextmanager
def _telling() -> Iterator[None]:
    """What the core says of the paper and not of the outside is one fault here."""
    try:
        yield
    except OF_THE_OUTSIDE:
        raise
    except SigningFault as fault:
        raise PaperUnreadable(str(fault), reason=fault.reason) from fault


def make(
    to_sign: ToSign,
    *,
    key: SigningKey,
    stamps: TimeStamps | None,
    answers: RevocationAnswers | None,
    at: datetime,
) -> Made:
    """Sign one paper; PaperUnreadable, or a fault OF_THE_OUTSIDE."""
    from hoaphuong.signing import pdf

    noting = Noting(stamps) if stamps else None
    with _telling():
        content = pdf.sign(to_sign, key=key, at=at, stamps=noting, answers=answers)
        return _made(content, to_sign.level, noting)


def make_beside(
    to_sign: ToSign,
    *,
    key: SigningKey,
    stamps: TimeStamps | None,
    answers: RevocationAnswers | None,
    at: datetime,
) -> tuple[MadeBeside, ...]:
    """Sign what is to be signed beside a paper; the same faults as ``make``."""
    return tuple(
        MadeBeside(
            one.kind,
            one.subject,
            one.to_sign.content,
            make(one.to_sign, key=key, stamps=stamps, answers=answers, at=at),
        )
        for one in to_sign.beside
    )


def _made(content: bytes, level: str, noting: Noting | None) -> Made:
    from hoaphuong.signing import pdf

    if level == Level.B_B or noting is None:
        return Made(content, Level.B_B)
    return Made(content, level, noting.stamped_at, pdf.stamp_ends(content))


def stamp_again(
    content: bytes, *, stamps: TimeStamps | None, answers: RevocationAnswers | None
) -> Made:
    """Add evidence and a further archive time stamp; PaperUnreadable, or a fault OF_THE_OUTSIDE."""
    from hoaphuong.signing import pdf

    if stamps is None or answers is None:
        raise TimeStampFailed("An archive needs a time-stamp authority and revocation answers.")
    noting = Noting(stamps)
    with _telling():
        stamped = pdf.extend(content, to=Level.B_LTA, stamps=noting, answers=answers)
        return _made(stamped, Level.B_LTA, noting)


def prepare(
    to_sign: ToSign, *, certificate: bytes, chain: tuple[bytes, ...], at: datetime
) -> Ready:
    """Leave a place for a signature that a token makes; PaperUnreadable."""
    from hoaphuong.signing import pdf

    with _telling():
        made = pdf.prepare(to_sign, certificate=certificate, chain=chain, at=at)
    return Ready(made.document, made.digest.hex(), made.facts())


def finish(
    content: bytes,
    *,
    state: dict[str, Any],
    cms: bytes,
    stamps: TimeStamps | None,
    answers: RevocationAnswers | None,
) -> Made:
    """Put a CMS into its place; PaperUnreadable when it is not of this paper and this certificate.

    Or a fault OF_THE_OUTSIDE.
    """
    from hoaphuong.signing import pdf

    noting = Noting(stamps) if stamps else None
    with _telling():
        prepared = pdf.Prepared.of(content, state)
        signed = pdf.finish(prepared, cms, stamps=noting, answers=answers)
        return _made(signed, prepared.level, noting)


def split(chain: bytes) -> tuple[bytes, ...]:
    """DER certificates that stand one after the other."""
    found = []
    while chain:
        length = _length(chain)
        found.append(chain[:length])
        chain = chain[length:]
    return tuple(found)


def _length(der: bytes) -> int:
    """Of the first DER value, its head included (X.690, 8.1.3)."""
    short = der[1]
    if short < 128:
        return 2 + short
    octets = short - 128
    return 2 + octets + int.from_bytes(der[2 : 2 + octets], "big")
