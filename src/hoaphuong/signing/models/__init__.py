"""Certificates and images of signatures, batches of papers to sign, and what was signed."""

from hoaphuong.signing.models.batches import Batch, BatchItem
from hoaphuong.signing.models.holders import Certificate, HolderKind, SignatureImage
from hoaphuong.signing.models.signatures import ArchiveItem, PaperSignature, Prepared
from hoaphuong.signing.models.standing import StandingOrder

__all__ = [
    "ArchiveItem",
    "Batch",
    "BatchItem",
    "Certificate",
    "HolderKind",
    "PaperSignature",
    "Prepared",
    "SignatureImage",
    "StandingOrder",
]
