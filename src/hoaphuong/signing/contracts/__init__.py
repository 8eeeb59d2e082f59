"""What signing needs to know of a paper, and what it tells about signatures."""

from hoaphuong.signing.contracts.events import (
    BatchChanged,
    BatchFinished,
    BatchOrdered,
    CertificateRecorded,
    CertificateWithdrawn,
    PaperRestamped,
    PaperSigned,
    SignatureImageKept,
    StandingOrderGiven,
    StandingOrderWithdrawn,
)
from hoaphuong.signing.contracts.facts import (
    BatchFacts,
    CertificateFacts,
    PaperSignatureFacts,
)
from hoaphuong.signing.contracts.papers import (
    Box,
    Change,
    Level,
    Look,
    Provenance,
    Report,
    SignatureField,
    SignatureFinding,
    TextField,
    ToSign,
    Verdict,
)

__all__ = [
    "BatchChanged",
    "BatchFacts",
    "BatchFinished",
    "BatchOrdered",
    "Box",
    "CertificateFacts",
    "CertificateRecorded",
    "CertificateWithdrawn",
    "Change",
    "Level",
    "Look",
    "PaperRestamped",
    "PaperSignatureFacts",
    "PaperSigned",
    "Provenance",
    "Report",
    "SignatureField",
    "SignatureFinding",
    "SignatureImageKept",
    "StandingOrderGiven",
    "StandingOrderWithdrawn",
    "TextField",
    "ToSign",
    "Verdict",
]
