"""Certificates of persons and of agencies' seals: issued, and revoked."""

from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from hoaphuong.signing.authority.ceremony import DER, SHA256, Authority, key_usage, with_addresses
from hoaphuong.signing.authority.index import Index
from hoaphuong.signing.der import oid, sequence

# Private enterprise number 32473 is kept for examples (RFC 5612).
POLICIES = {"personal": "1.3.6.1.4.1.32473.15.1", "seal": "1.3.6.1.4.1.32473.15.2"}
# ETSI EN 319 412-5, 4.2.3: for signatures of persons, for seals of organisations.
_QC_TYPES = {"personal": "0.4.0.1862.1.6.1", "seal": "0.4.0.1862.1.6.2"}
KINDS = tuple(POLICIES)
REASONS = {flag.value: flag for flag in x509.ReasonFlags}
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


class NotIssuable(Exception):
    """What was asked for cannot be put into a certificate; the text says why."""


def issue(
    folder: Path,
    *,
    name: str,
    public_key: PublicKey,
    valid_from: datetime,
    valid_to: datetime,
    kind: str = "personal",
    organisation: str = "",
    email: str = "",
    agency_code: str = "",
    at: datetime | None = None,
    authority: Authority | None = None,
) -> bytes:
    """The DER certificate for a key, in the index from now on; NotIssuable.

    ``kind`` is personal (of an officer) or seal (of an agency). Any validity is taken, past and
    future too, so that tests can have them.
    """
    _possible(name=name, kind=kind, public_key=public_key, begins=valid_from, ends=valid_to)
    authority = authority or Authority.of(folder)
    parts = [(NameOID.COUNTRY_NAME, "VN")]
    if organisation:
        parts.append((NameOID.ORGANIZATION_NAME, organisation))
    if agency_code:
        parts.append((NameOID.ORGANIZATION_IDENTIFIER, agency_code))
    parts.append((NameOID.COMMON_NAME, name))
    serial = x509.random_serial_number()
    issuer = authority.certificates["issuing"]
    try:
        made = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(*part) for part in parts]))
            .issuer_name(issuer.subject)
            .public_key(public_key)
            .serial_number(serial)
            .not_valid_before(valid_from.astimezone(UTC))
            .not_valid_after(valid_to.astimezone(UTC))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), False)
        )
        if email:
            made = made.add_extension(x509.SubjectAlternativeName([x509.RFC822Name(email)]), False)
    except ValueError as fault:
        raise NotIssuable(str(fault)) from fault
    policy = x509.PolicyInformation(x509.ObjectIdentifier(POLICIES[kind]), None)
    made = (
        with_addresses(made, authority.address, "issuing", authority.keys["issuing"].public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(key_usage(digital_signature=True, content_commitment=True), True)
        .add_extension(x509.CertificatePolicies([policy]), False)
        .add_extension(_statements(kind), False)
    )
    certificate = made.sign(authority.keys["issuing"], SHA256).public_bytes(DER)
    moment = at or datetime.now(UTC)
    Index(folder).add(serial=serial, kind=kind, certificate=certificate, at=moment)
    return certificate


def revoke(
    folder: Path, serial: int, at: datetime | None = None, reason: str = "unspecified"
) -> None:
    """Revoke a certificate from ``at`` on; NotIssued. ``reason`` as in RFC 5280: keyCompromise …"""
    if reason not in REASONS:
        raise NotIssuable(f"{reason[:40]} is no reason of RFC 5280.")
    Index(folder).revoke(serial=serial, at=at or datetime.now(UTC), reason=reason)


def _possible(
    *, name: str, kind: str, public_key: object, begins: datetime, ends: datetime
) -> None:
    if kind not in POLICIES:
        raise NotIssuable(f"{kind[:40]} is no kind of certificate.")
    if not name.strip() or ends <= begins:
        raise NotIssuable("A certificate has a name, and ends after it begins.")
    if isinstance(public_key, rsa.RSAPublicKey):
        if public_key.key_size < 2048:
            raise NotIssuable("RSA keys have 2048 bits or more.")
    elif not isinstance(public_key, ec.EllipticCurvePublicKey) or not isinstance(
        public_key.curve, ec.SECP256R1
    ):
        raise NotIssuable("Keys are RSA or P-256.")


def _statements(kind: str) -> x509.UnrecognizedExtension:
    kinds = sequence(oid(_QC_TYPES[kind]))
    content = sequence(sequence(oid("0.4.0.1862.1.6"), kinds))
    return x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3"), content)
