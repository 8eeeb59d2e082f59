"""Certificates, batches and signatures as other apps may show them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class CertificateFacts:
    """A certificate as another app may show it; ``certificate`` is DER."""

    key: str
    kind: str  # "personal" or "seal"
    account: str
    agency: str
    provider: str
    subject_name: str
    issuer: str
    serial: str
    algorithm: str
    not_before: datetime
    not_after: datetime
    withdrawn_at: datetime | None
    certificate: bytes = b""


@dataclass(frozen=True)
class BatchFacts:
    """How far a batch is; ``fault`` is why it waits for the outside until ``waits_until``."""

    key: str
    kind: str
    account: str
    agency: str
    certificate: str
    authorised_at: datetime
    finished_at: datetime | None
    papers: int
    waiting: int = 0
    signing: int = 0
    signed: int = 0
    failed: int = 0
    withdrawn: int = 0
    fault: str = ""
    waits_until: datetime | None = None

    @property
    def done(self) -> int:
        return self.signed + self.failed + self.withdrawn


@dataclass(frozen=True)
class PaperSignatureFacts:
    """One signature that was made here on a paper."""

    key: str
    paper: str
    kind: str
    certificate: str
    level: str
    before_sha256: str
    after_sha256: str
    file: str
    signed_at: datetime
    stamped_at: datetime | None
    by: str
