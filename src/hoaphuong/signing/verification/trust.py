"""Whom one trusts: the certificates of a folder, and nobody else."""

import re
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from asn1crypto import cms

from hoaphuong.signing.verification.certificates import BadCertificate, Certificate, read

SUFFIXES = {".pem", ".crt", ".cer", ".der", ".p7b", ".p7c"}
MOST_BYTES = 5_000_000
_PEM = re.compile(rb"-----BEGIN (CERTIFICATE|PKCS7|CMS)-----(.*?)-----END \1-----", re.DOTALL)


@dataclass(frozen=True)
class Anchors:
    """Trusted certificates by their subjects; ``refused`` names files that hold none."""

    certificates: tuple[bytes, ...] = ()
    refused: tuple[str, ...] = ()
    by_subject: dict[bytes, list[Certificate]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @classmethod
    def of(cls, ders: Iterable[bytes], refused: Iterable[str] = ()) -> "Anchors":
        """Anchors from DER certificates; what is no certificate is left out."""
        kept: dict[bytes, None] = {}
        subjects: dict[bytes, list[Certificate]] = {}
        for der in ders:
            try:
                one = read(der)
            except BadCertificate:
                continue
            if der not in kept:
                kept[der] = None
                subjects.setdefault(one.subject, []).append(one)
        return cls(tuple(kept), tuple(refused), subjects)

    @classmethod
    def from_folder(cls, path: Path) -> "Anchors":
        """Every PEM, DER, CRT and P7B of a folder; none when the folder is not there."""
        found: list[bytes] = []
        refused: list[str] = []
        files = sorted(path.iterdir()) if path.is_dir() else []
        for file in files:
            if file.suffix.lower() not in SUFFIXES or not file.is_file():
                continue
            inside = list(_inside(file.read_bytes())) if file.stat().st_size <= MOST_BYTES else []
            found += inside
            if not inside:
                refused.append(file.name)
        return cls.of(found, refused)

    def holds(self, certificate: Certificate) -> bool:
        """Whether this very certificate is an anchor."""
        return any(
            one.der == certificate.der for one in self.by_subject.get(certificate.subject, ())
        )


def _inside(content: bytes) -> Iterable[bytes]:
    armoured = _PEM.findall(content)
    pieces = [(kind, b64decode(body)) for kind, body in armoured] or [(b"", content)]
    for kind, der in pieces:
        if kind in (b"", b"CERTIFICATE"):
            try:
                yield read(der).der
                continue
            except BadCertificate:
                pass
        try:
            bag = cms.ContentInfo.load(der)["content"]["certificates"]
            yield from (one.chosen.dump() for one in bag if one.name == "certificate")
        except (ValueError, KeyError, TypeError):
            continue
