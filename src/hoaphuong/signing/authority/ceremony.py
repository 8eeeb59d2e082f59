"""The key ceremony: root, issuing CA, time-stamp authority and revocation responder."""

import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

SHA256 = hashes.SHA256()
ORGANISATION = "Hoa Phượng Demonstration (invented)"
NAMES = {
    "root": "Hoa Phượng Demonstration Root CA",
    "issuing": "Hoa Phượng Demonstration Issuing CA",
    "tsa": "Hoa Phượng Demonstration Time-Stamp Authority",
    "ocsp": "Hoa Phượng Demonstration OCSP Responder",
}
YEARS = {"root": 10, "issuing": 5, "tsa": 5, "ocsp": 5}
# Certificates for tests and for a demonstration's past papers begin before today.
BEGUN = timedelta(days=400)


@dataclass(frozen=True)
class Authority:
    """The authority of a folder with its keys loaded: names as in ``NAMES``."""

    folder: Path
    address: str
    certificates: Mapping[str, x509.Certificate]
    keys: Mapping[str, ec.EllipticCurvePrivateKey]
    secret: str

    @classmethod
    def of(cls, folder: Path) -> "Authority":
        """The authority that a ceremony made; FileNotFoundError."""
        made = folder / "ca"
        certificates, keys = {}, {}
        for name in NAMES:
            certificates[name] = x509.load_der_x509_certificate((made / f"{name}.cer").read_bytes())
            key = serialization.load_der_private_key((made / f"{name}.key").read_bytes(), None)
            assert isinstance(key, ec.EllipticCurvePrivateKey)
            keys[name] = key
        address = (made / "address").read_text().strip()
        return cls(folder, address, certificates, keys, (made / "secret").read_text().strip())

    def der(self, name: str) -> bytes:
        """A certificate of the authority's own."""
        return self.certificates[name].public_bytes(serialization.Encoding.DER)


def ceremony(folder: Path, address: str, *, at: datetime | None = None) -> None:
    """Make the authority in ``folder`` to be asked at ``address``; a second time does nothing.

    All is made beside its place and moved there at the end: a ceremony that was killed leaves
    nothing that counts.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = folder / "ca"
    if place.exists():
        return
    making = folder / f".ca-{os.getpid()}-{secrets.token_hex(4)}"
    making.mkdir(mode=0o700)
    try:
        _make(making, address.rstrip("/"), (at or datetime.now(UTC)).replace(microsecond=0))
        try:
            making.rename(place)
        except OSError:
            if not place.exists():  # another process was first: its keys stand
                raise
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _make(place: Path, address: str, at: datetime) -> None:
    begun = at - BEGUN
    keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in NAMES}
    for name, key in keys.items():
        above = "root" if name in ("root", "issuing") else "issuing"
        made = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name(above))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begun)
            .not_valid_after(begun + timedelta(days=round(365.25 * YEARS[name])))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        )
        if name != "root":
            made = with_addresses(made, address, above, keys[above].public_key())
        for extension, critical in _purpose(name):
            made = made.add_extension(extension, critical)
        _write(place / f"{name}.cer", made.sign(keys[above], SHA256).public_bytes(DER), 0o644)
        _write(place / f"{name}.key", key.private_bytes(DER, PKCS8, OPEN), 0o600)
    _write(place / "address", address.encode(), 0o644)
    _write(place / "secret", secrets.token_urlsafe(32).encode(), 0o600)


DER = serialization.Encoding.DER
PKCS8 = serialization.PrivateFormat.PKCS8
OPEN = serialization.NoEncryption()


def with_addresses(
    made: x509.CertificateBuilder, address: str, above: str, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    """Where to ask about a certificate that ``above`` issues; the root answers by list only."""
    access = [("CA_ISSUERS", f"{address}/ca/{above}.cer")]
    if above == "issuing":
        access.insert(0, ("OCSP", f"{address}/ocsp"))
    where = x509.UniformResourceIdentifier(f"{address}/crl/{above}.crl")
    return (
        made.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key), False)
        .add_extension(
            x509.AuthorityInformationAccess(
                x509.AccessDescription(
                    getattr(AuthorityInformationAccessOID, method),
                    x509.UniformResourceIdentifier(url),
                )
                for method, url in access
            ),
            False,
        )
        .add_extension(
            x509.CRLDistributionPoints([x509.DistributionPoint([where], None, None, None)]), False
        )
    )


def key_usage(**wanted: bool) -> x509.KeyUsage:
    """A key usage with only what is named."""
    every = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: wanted.get(name, False) for name in every})


def _purpose(name: str) -> list[tuple[x509.ExtensionType, bool]]:
    if name in ("root", "issuing"):
        depth = None if name == "root" else 0
        return [
            (x509.BasicConstraints(ca=True, path_length=depth), True),
            (key_usage(key_cert_sign=True, crl_sign=True), True),
        ]
    plain = (x509.BasicConstraints(ca=False, path_length=None), True)
    if name == "tsa":  # RFC 3161, 2.3: this purpose alone, and critical
        return [
            plain,
            (key_usage(digital_signature=True, content_commitment=True), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
        ]
    return [
        plain,
        (key_usage(digital_signature=True), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False),
        (x509.OCSPNoCheck(), False),
    ]


def _name(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, NAMES[name]),
        ]
    )


def _write(path: Path, content: bytes, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
