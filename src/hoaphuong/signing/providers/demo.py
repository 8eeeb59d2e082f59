"""Keys of a demonstration: in encrypted files, certified by its own authority."""

import os
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from hoaphuong.kernel.outside import CallFailed, Outside
from hoaphuong.signing.providers.base import KeyUnavailable
from hoaphuong.signing.providers.software import SoftwareKey

PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
SUBJECT = ("name", "organisation", "email", "agency_code")
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Enrolment(Protocol):
    """Gives certificates: (certificate, chain), DER."""

    def certify(
        self, key: PrivateKey, *, kind: str, begins: datetime, ends: datetime, **subject: str
    ) -> tuple[bytes, tuple[bytes, ...]]: ...


class FolderEnrolment:
    """The authority's own folder, on this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def certify(
        self, key: PrivateKey, *, kind: str, begins: datetime, ends: datetime, **subject: str
    ) -> tuple[bytes, tuple[bytes, ...]]:
        from hoaphuong.signing.authority import Authority, issue

        try:
            authority = Authority.of(self._folder)
        except FileNotFoundError as missing:
            raise KeyUnavailable("The demonstration has no authority yet.") from missing
        made = issue(
            self._folder,
            public_key=key.public_key(),
            kind=kind,
            valid_from=begins,
            valid_to=ends,
            authority=authority,
            **{"name": "", **subject},  # type: ignore[arg-type]
        )
        return made, (authority.der("issuing"),)


class HttpEnrolment:
    """The authority's process: a request (PKCS #10) goes out; it chooses how long it lasts."""

    def __init__(self, address: str, secret: str, *, outside: Outside) -> None:
        self._address, self._secret, self._outside = address, secret, outside

    def certify(
        self, key: PrivateKey, *, kind: str, begins: datetime, ends: datetime, **subject: str
    ) -> tuple[bytes, tuple[bytes, ...]]:
        request = _request(key, subject).public_bytes(DER)
        try:
            made = self._outside.post(
                f"{self._address}/enrol?kind={kind}",
                request,
                content_type="application/pkcs10",
                Authorization=f"Bearer {self._secret}",
            )
            chain = (self._outside.get(f"{self._address}/ca/issuing.cer"),)
        except CallFailed as fault:
            raise KeyUnavailable(f"The authority gave no certificate: {fault}") from fault
        return made, chain


class DemoKeys:
    """Keys in ``folder``, one file a reference, under a secret that is made with the first one."""

    name = "demo"

    def __init__(self, folder: Path, enrolment: Enrolment) -> None:
        self._folder, self._enrolment = folder, enrolment
        self._loaded: dict[str, SoftwareKey] = {}
        self._lock = threading.Lock()

    def key(self, reference: str) -> SoftwareKey:
        """The key of a reference, loaded once; KeyUnavailable."""
        with self._lock:
            if reference not in self._loaded:
                self._loaded[reference] = self._load(reference)
            return self._loaded[reference]

    def enrol(
        self,
        reference: str,
        *,
        kind: str,
        valid_from: datetime,
        valid_to: datetime,
        key_type: str = "P-256",
        **subject: str,
    ) -> SoftwareKey:
        """The key of a reference, made and certified when it is not there; KeyUnavailable.

        ``subject`` has name, and may have organisation, email and agency_code; ``key_type`` is
        P-256 or RSA-2048.
        """
        assert set(subject) <= set(SUBJECT), subject
        if not self._path(reference).exists():
            key = _made(key_type)
            certificate, chain = self._enrolment.certify(
                key, kind=kind, begins=valid_from, ends=valid_to, **subject
            )
            self._store(reference, key, certificate, chain)
        return self.key(reference)

    def _path(self, reference: str) -> Path:
        if not reference or not all(c.isalnum() or c in "-_" for c in reference):
            raise KeyUnavailable(f"{reference[:40]!r} names no key.")
        return self._folder / f"{reference}.pem"

    def _load(self, reference: str) -> SoftwareKey:
        try:
            stored = self._path(reference).read_bytes()
        except OSError as missing:
            raise KeyUnavailable(f"There is no key {reference[:40]}.") from missing
        try:
            key = serialization.load_pem_private_key(stored, self._secret())
            certificates = x509.load_pem_x509_certificates(stored)
        except (ValueError, TypeError) as broken:
            raise KeyUnavailable(f"The key {reference[:40]} cannot be opened.") from broken
        first, *chain = (certificate.public_bytes(DER) for certificate in certificates)
        return SoftwareKey(key, first, tuple(chain))  # type: ignore[arg-type]

    def _store(
        self, reference: str, key: PrivateKey, certificate: bytes, chain: tuple[bytes, ...]
    ) -> None:
        locked = serialization.BestAvailableEncryption(self._secret())
        content = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, locked)
        for der in (certificate, *chain):
            content += x509.load_der_x509_certificate(der).public_bytes(PEM)
        _write_once(self._path(reference), content)

    def _secret(self) -> bytes:
        path = self._folder / "secret"
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write_once(path, secrets.token_urlsafe(32).encode())
        return path.read_bytes()


def provided(
    *,
    keys: str | Path,
    authority: str | Path = "",
    enrolment: Enrolment | None = None,
) -> DemoKeys:
    """The provider from a configuration: the folders of the keys and of the authority."""
    return DemoKeys(Path(keys), enrolment or FolderEnrolment(Path(authority)))


_MAKERS: dict[str, Callable[[], PrivateKey]] = {
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "RSA-2048": lambda: rsa.generate_private_key(public_exponent=65_537, key_size=2048),
}


def _made(key_type: str) -> PrivateKey:
    if key_type not in _MAKERS:
        raise KeyUnavailable(f"{key_type[:20]} is no kind of key that is made here.")
    return _MAKERS[key_type]()


def _request(key: PrivateKey, subject: dict[str, str]) -> x509.CertificateSigningRequest:
    oids = {
        "organisation": NameOID.ORGANIZATION_NAME,
        "agency_code": NameOID.ORGANIZATION_IDENTIFIER,
        "name": NameOID.COMMON_NAME,
    }
    parts = [x509.NameAttribute(oid, subject[n]) for n, oid in oids.items() if subject.get(n)]
    asked: Any = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(parts))
    if subject.get("email"):
        names = x509.SubjectAlternativeName([x509.RFC822Name(subject["email"])])
        asked = asked.add_extension(names, False)
    request: x509.CertificateSigningRequest = asked.sign(key, hashes.SHA256())
    return request


def _write_once(path: Path, content: bytes) -> None:
    """A whole file, readable by its owner; who is second finds the first one's."""
    making = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    handle = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(making, path)
    making.unlink()
