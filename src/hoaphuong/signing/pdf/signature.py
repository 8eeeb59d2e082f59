"""Signing a PDF: place, digest, message; nothing is given back unless all of it was made."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from hoaphuong.signing.contracts import Level, ToSign
from hoaphuong.signing.pdf.cms import Signer, signer_of
from hoaphuong.signing.pdf.evidence import with_evidence
from hoaphuong.signing.pdf.foreign import checked, stamped
from hoaphuong.signing.pdf.placing import (
    STAMP_ROOMS,
    Laid,
    digest_around,
    lay,
    stamp_document,
)  # fmt: skip
from hoaphuong.signing.providers.base import (
    EvidenceMissing,
    RevocationAnswers,
    SigningFault,
    SigningKey,
    TimeStampFailed,
    TimeStamps,
)  # fmt: skip

FOREIGN_ROOM = 24_000  # for a message that is made elsewhere


@dataclass(frozen=True)
class Prepared:
    """A file that waits for a message from elsewhere; it may be stored for hours."""

    document: bytes
    digest: bytes
    start: int
    end: int
    level: Level
    certificate: bytes

    def facts(self) -> dict[str, Any]:
        """Everything but the document, for JSON."""
        return {
            "digest": self.digest.hex(), "start": self.start, "end": self.end,
            "level": str(self.level), "certificate": self.certificate.hex(),
        }  # fmt: skip

    @classmethod
    def of(cls, document: bytes, facts: dict[str, Any]) -> "Prepared":
        """From what was stored; SigningFault when document and facts do not belong together."""
        made = cls(
            document, bytes.fromhex(facts["digest"]), int(facts["start"]), int(facts["end"]),
            Level(facts["level"]), bytes.fromhex(facts["certificate"]),
        )  # fmt: skip
        if digest_around(document, made.start, made.end) != made.digest:
            raise SigningFault("The prepared file is not the one whose digest went out.")
        return made


def sign(
    paper: ToSign,
    *,
    key: SigningKey,
    at: datetime,
    stamps: TimeStamps | None,
    answers: RevocationAnswers | None,
) -> bytes:
    """The signed file: the bytes before, and an update behind them; SigningFault.

    ``at`` is the time the signer claims. Levels above B-B need ``stamps``, above B-T ``answers``.
    """
    _refuse_lacking(paper.level, stamps, answers)
    signer = signer_of(key)
    signer.check_time(at)
    for spare in STAMP_ROOMS if stamps and paper.level != Level.B_B else (0,):
        laid = lay(paper, at=at, room=signer.room + spare)
        attributes = signer.attributes(laid.digest)
        signature = key.sign(attributes)
        signer.check(signature, attributes)
        token = None
        if stamps and paper.level != Level.B_B:
            token = stamps.stamp(sha256(signature).digest())
        message = signer.message(laid.digest, signature, token)
        if len(message) <= laid.room:
            break
    signed = laid.with_message(message)
    return _raised(signed, paper.level, stamps, answers)


def prepare(
    paper: ToSign, *, certificate: bytes, chain: tuple[bytes, ...] = (), at: datetime
) -> Prepared:
    """A file with an empty place and the digest that a message is wanted for; SigningFault.

    ``certificate`` is empty when it is not known yet who will sign.
    """
    if certificate:
        Signer(certificate, chain).check_time(at)
    laid = lay(paper, at=at, room=FOREIGN_ROOM)
    document = bytes(laid.document)
    return Prepared(document, laid.digest, laid.start, laid.end, paper.level, certificate)


def finish(
    prepared: Prepared,
    cms: bytes,
    *,
    stamps: TimeStamps | None = None,
    answers: RevocationAnswers | None = None,
) -> bytes:
    """The file with a message that was made elsewhere, once it is found to be right."""
    _refuse_lacking(prepared.level, stamps, answers)
    message = checked(cms, digest=prepared.digest, expected=prepared.certificate)
    if stamps and prepared.level != Level.B_B:
        message = stamped(message, stamps)
    document = bytearray(prepared.document)
    if digest_around(document, prepared.start, prepared.end) != prepared.digest:
        raise SigningFault("The prepared file is not the one whose digest went out.")
    laid = Laid(document, prepared.digest, prepared.start, prepared.end)
    return _raised(laid.with_message(message), prepared.level, stamps, answers)


def _refuse_lacking(
    level: Level, stamps: TimeStamps | None, answers: RevocationAnswers | None
) -> None:
    if level != Level.B_B and stamps is None:
        raise TimeStampFailed(f"Level {level} needs a time-stamp authority.")
    if level in (Level.B_LT, Level.B_LTA) and answers is None:
        raise EvidenceMissing(f"Level {level} needs answers about revocation.")


def _raised(
    signed: bytes, level: Level, stamps: TimeStamps | None, answers: RevocationAnswers | None
) -> bytes:
    if level in (Level.B_LT, Level.B_LTA) and answers is not None:
        signed = with_evidence(signed, answers)
    if level == Level.B_LTA and stamps is not None:
        signed = stamp_document(signed, stamps)
    return signed
