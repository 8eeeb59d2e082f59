"""One certificate, read once: names, keys, purposes, and what is weak in it."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

WEAK_HASHES = {"sha1", "md5", "md4", "md2", "ripemd160"}
# Since then no serious authority signs with SHA-1; older certificates stay believable, since
# finding a second content for a given SHA-1 is still out of reach.
SHA1_ENDED = datetime(2017, 1, 1, tzinfo=UTC)
LEAST_RSA = 2048
PROCESSED = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    ExtensionOID.CERTIFICATE_POLICIES,
    ExtensionOID.AUTHORITY_INFORMATION_ACCESS,
    ExtensionOID.CRL_DISTRIBUTION_POINTS,
}
STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")
Key = Any
# Object identifiers in DER: ETSI EN 319 412-5, 4.2.3.
_FOR_PERSONS, _FOR_SEALS = (bytes.fromhex(f"060704008e4601060{end}") for end in (1, 2))
# How certificates of Vietnam say whose number it is: tax code and budget unit, or identity papers.
_ORGANISATIONS, _PERSONS = ("MST:", "MNS:"), ("CCCD:", "CMND:", "HC:", "CC:")


class BadCertificate(ValueError):
    """Bytes that are no certificate, or one whose key cannot be used."""


class Certificate:
    """A certificate of X.509; its extensions are read when first asked for."""

    def __init__(self, der: bytes) -> None:
        self.der = der
        try:
            self.x509 = x509.load_der_x509_certificate(der)
            if der[-1 - len(self.x509.signature)]:  # X.690, 8.6.2.2: a signature is whole octets
                raise ValueError("its signature ends within an octet")
            self.subject = self.x509.subject.public_bytes()
            self.issuer = self.x509.issuer.public_bytes()
            self.serial = self.x509.serial_number
            self.begins = self.x509.not_valid_before_utc
            self.ends = self.x509.not_valid_after_utc
            self.key = _key(self.x509, der)
            self._read(self.x509.extensions)
        except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension) as fault:
            raise BadCertificate(str(fault)[:200]) from fault

    def _read(self, extensions: x509.Extensions) -> None:
        found = {one.oid: one for one in extensions}
        self.unknown_critical = any(
            one.critical and oid not in PROCESSED for oid, one in found.items()
        )
        basic: Any = found.get(ExtensionOID.BASIC_CONSTRAINTS)
        self.issues = bool(basic and basic.value.ca)
        self.path_length = basic.value.path_length if basic else None
        usage: Any = found.get(ExtensionOID.KEY_USAGE)
        self.usage = usage.value if usage else None
        extended: Any = found.get(ExtensionOID.EXTENDED_KEY_USAGE)
        self.purposes = frozenset(extended.value) if extended else None
        self.purposes_critical = bool(extended and extended.critical)
        statements: Any = found.get(STATEMENTS)
        self._statements = statements.value.public_bytes() if statements else b""
        identifier: Any = found.get(ExtensionOID.SUBJECT_KEY_IDENTIFIER)
        self.key_id = identifier.value.digest if identifier else None
        authority: Any = found.get(ExtensionOID.AUTHORITY_KEY_IDENTIFIER)
        self.issuer_key_id = authority.value.key_identifier if authority else None

    def name(self, oid: x509.ObjectIdentifier = NameOID.COMMON_NAME, *, of: str = "") -> str:
        """One part of the subject's name, or of the issuer's; "" when there is none."""
        parts = (self.x509.issuer if of == "issuer" else self.x509.subject).get_attributes_for_oid(
            oid
        )
        return str(parts[0].value) if parts else ""

    @property
    def may_issue(self) -> bool:
        return self.issues and (self.usage is None or self.usage.key_cert_sign)

    @property
    def may_sign(self) -> bool:
        """Whether it is one for signing documents: docs/verification.md, Chain."""
        if self.usage is None:
            return True
        if self.usage.content_commitment:
            return True
        sign_in = self.purposes is not None and ExtendedKeyUsageOID.CLIENT_AUTH in self.purposes
        return bool(self.usage.digital_signature) and not sign_in

    @property
    def may_stamp(self) -> bool:
        """RFC 3161, 2.3: this purpose alone, and critical."""
        return self.purposes == {ExtendedKeyUsageOID.TIME_STAMPING} and self.purposes_critical

    @property
    def may_answer(self) -> bool:
        return bool(self.purposes) and ExtendedKeyUsageOID.OCSP_SIGNING in (self.purposes or ())

    @property
    def is_seal(self) -> bool:
        """Of an organisation, by what the certificate says of its kind, or by its names.

        Its organisation is its own name; or it has an organisation's number and no person's.
        """
        if self._said in ("seal", "person"):
            return self._said == "seal"
        if self.name(NameOID.GIVEN_NAME) or self.name(NameOID.SURNAME):
            return False
        organisation = self.name(NameOID.ORGANIZATION_NAME)
        named = bool(organisation) and organisation == self.name()
        numbered = not organisation and bool(self.name(NameOID.ORGANIZATION_IDENTIFIER))
        return named or numbered or self._numbered(_ORGANISATIONS)

    @property
    def is_person(self) -> bool:
        """Of a person for certain; of many certificates nobody can tell."""
        if self._said:
            return self._said == "person"
        named = self.name(NameOID.GIVEN_NAME) or self.name(NameOID.SURNAME)
        return bool(named) or self._numbered(_PERSONS)

    @property
    def _said(self) -> str:
        """What its statement says it is for (ETSI EN 319 412-5, 4.2.3): seal, person, or ""."""
        seal, person = _FOR_SEALS in self._statements, _FOR_PERSONS in self._statements
        return "" if seal == person else "seal" if seal else "person"

    def _numbered(self, kinds: tuple[str, ...]) -> bool:
        """Whether the subject's user identifier is a number of one of these kinds."""
        return self.name(NameOID.USER_ID).upper().startswith(kinds)

    def weakness(self) -> str:
        """An algorithm in it that nobody should rely on any more; "" when there is none."""
        if isinstance(self.key, rsa.RSAPublicKey) and self.key.key_size < LEAST_RSA:
            return f"RSA {self.key.key_size}"
        try:
            used = self.x509.signature_hash_algorithm
        except UnsupportedAlgorithm:
            return "?"
        if used and used.name in WEAK_HASHES and self.begins >= SHA1_ENDED:
            return used.name.upper()
        return ""

    def signed_by(self, issuer: "Certificate") -> bool:
        """Whether the issuer's key made the signature on it; remembered."""
        return _signed_by(self.der, issuer.der)


@lru_cache(maxsize=512)
def read(der: bytes) -> Certificate:
    """A certificate, read once for many questions; BadCertificate."""
    return Certificate(der)


@lru_cache(maxsize=1024)
def _signed_by(der: bytes, issuer_der: bytes) -> bool:
    certificate, issuer = read(der), read(issuer_der)
    body = certificate.x509.tbs_certificate_bytes
    try:
        return check(
            issuer.key,
            certificate.x509.signature,
            body,
            certificate.x509.signature_hash_algorithm,
            certificate.x509.signature_algorithm_parameters,
        )
    except (UnsupportedAlgorithm, ValueError, TypeError):
        return False


def check(
    key: Key, signature: bytes, data: bytes, used: hashes.HashAlgorithm | None, parameters: Any
) -> bool:
    """Whether a signature is right; UnsupportedAlgorithm for a kind of key unknown here."""
    try:
        if isinstance(key, rsa.RSAPublicKey) and used:
            pad = parameters if isinstance(parameters, padding.PSS) else padding.PKCS1v15()
            key.verify(signature, data, pad, used)
        elif isinstance(key, ec.EllipticCurvePublicKey) and used:
            key.verify(signature, data, ec.ECDSA(used))
        elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
            key.verify(signature, data)
        else:
            raise UnsupportedAlgorithm("this kind of key is not known here")
    except InvalidSignature:
        return False
    return True


def _key(certificate: x509.Certificate, der: bytes) -> Key:
    """The public key; old cards wrote the modulus of RSA without the sign byte DER asks for."""
    try:
        return certificate.public_key()
    except ValueError:
        tbs = asn1_x509.Certificate.load(der)["tbs_certificate"]["subject_public_key_info"]
        if tbs["algorithm"]["algorithm"].native != "rsa":
            raise
        numbers = asn1_keys.RSAPublicKey.load(bytes(tbs["public_key"]))
        modulus = int.from_bytes(numbers["modulus"].contents)
        return rsa.RSAPublicNumbers(numbers["public_exponent"].native, modulus).public_key()
