"""Time stamps of RFC 3161: docs/verification.md, Time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from asn1crypto import tsp

from hoaphuong.signing.verification import chains, cms, revocation
from hoaphuong.signing.verification.base import Case, Evidence, Token, digest_of
from hoaphuong.signing.verification.certificates import WEAK_HASHES, Certificate


@dataclass(frozen=True)
class Stamp:
    """What was found about a time stamp; ``fault`` and ``doubt`` are codes or ""."""

    fault: str = ""
    doubt: str = ""
    at: datetime | None = None
    certificate: Certificate | None = None
    algorithm: str = ""
    state: str = "unknown"
    path: chains.Path | None = None

    @property
    def proven(self) -> datetime | None:
        """The moment it proves; None when it is not trustworthy."""
        return None if self.fault or self.doubt else self.at

    @property
    def by(self) -> str:
        return self.certificate.name() if self.certificate else ""


@dataclass(frozen=True)
class _Read:
    message: cms.Message
    fault: str
    at: datetime
    hash_name: str
    imprint: bytes


@lru_cache(maxsize=256)
def _read(der: bytes) -> _Read | None:
    """The token with its own signature checked, which does not depend on what it is over."""
    try:
        message = cms.read(der)
        if message.content_type != "tst_info" or message.content is None:
            return None
        told = tsp.TSTInfo.load(message.content)
        imprint = told["message_imprint"]
        fault = message.fault(digest_of(message.content))
        if not fault and not message.bound:
            fault = "broken_signature"
        moment = told["gen_time"].native
        return _Read(
            message, fault, moment, imprint["hash_algorithm"]["algorithm"].native,
            imprint["hashed_message"].native,
        )  # fmt: skip
    except (cms.BadCms, ValueError, TypeError, KeyError):
        return None


def judge(token: Token, evidence: Evidence, case: Case, proofs: Iterable[datetime]) -> Stamp:
    """A time stamp, given moments at which trustworthy later ones saw it."""
    read = _read(token.der)
    if read is None:
        return Stamp(fault="stamp_wrong")
    signer = read.message.signer
    stamp = {"at": read.at, "certificate": signer, "algorithm": read.message.algorithm}
    if read.fault == "no_certificate" or signer is None:
        return Stamp(doubt="stamp_untrusted", **stamp)  # type: ignore[arg-type]
    if read.fault == "unsupported_algorithm":
        return Stamp(doubt="stamp_untrusted", **stamp)  # type: ignore[arg-type]
    try:
        right = not read.fault and token.digest(read.hash_name) == read.imprint
    except ValueError:
        return Stamp(doubt="stamp_untrusted", **stamp)  # type: ignore[arg-type]
    if not right:
        return Stamp(fault="stamp_wrong", **stamp)  # type: ignore[arg-type]
    pool = chains.pool_of((*read.message.certificates, *evidence.certificates))
    if chains.spoiled(read.message.certificates, pool, case.anchors):
        return Stamp(fault="stamp_wrong", **stamp)  # type: ignore[arg-type]
    path = chains.find(signer, pool, case.anchors)
    known = revocation.Standing()
    if not path.fault:
        known = revocation.standing(path.certificates, evidence, case, read.at)
    doubt = _doubt(read, path, known, case, proofs)
    return Stamp("", doubt, state=known.state, path=path, **stamp)  # type: ignore[arg-type]


def _doubt(
    read: _Read,
    path: chains.Path,
    known: revocation.Standing,
    case: Case,
    proofs: Iterable[datetime],
) -> str:
    if read.at > case.at + revocation.CLOCKS:
        return "stamp_in_future"
    signer = path.certificates[0]
    if path.fault or not signer.may_stamp or path.dates_fault(read.at):
        return "stamp_untrusted"
    weak = read.hash_name in WEAK_HASHES or read.message.weakness() or path.weakness()
    if weak or known.state == "revoked":
        return "stamp_untrusted"
    if known.revoked_at is not None and not any(p < known.revoked_at for p in proofs):
        # Whoever has a revoked key can also set its clock back.
        return "stamp_untrusted"
    seen = [moment for moment in (case.at, *proofs) if moment >= read.at - revocation.CLOCKS]
    if not any(not path.dates_fault(moment) for moment in seen):
        return "stamp_out_of_date"
    return ""
