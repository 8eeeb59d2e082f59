"""The message of a PAdES signature (CMS, RFC 5652; ETSI EN 319 142-1, 6.3).

What never changes for a key is encoded once; of one signature only two values are new: the digest
and the signature itself. There is no signing-time in it: PAdES puts the claimed time into the PDF.
"""

from datetime import datetime
from hashlib import sha256
from threading import Lock
from weakref import WeakKeyDictionary

from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from hoaphuong.signing.der import (
    NULL,
    OCTETS,
    SET,
    integer,
    oid,
    sequence,
    tlv,
)  # fmt: skip
from hoaphuong.signing.providers.base import KeyUnavailable, SigningFault, SigningKey

# With its NULL (RFC 5754 allows both): asn1crypto puts one in where it is missing, slowly.
SHA256 = sequence(oid("2.16.840.1.101.3.4.2.1"), NULL)
RSA_SHA256 = sequence(oid("1.2.840.113549.1.1.11"), NULL)
ECDSA_SHA256 = sequence(oid("1.2.840.10045.4.3.2"))
DATA, SIGNED_DATA = oid("1.2.840.113549.1.7.1"), oid("1.2.840.113549.1.7.2")
CONTENT_TYPE = sequence(oid("1.2.840.113549.1.9.3"), tlv(SET, DATA))
MESSAGE_DIGEST = oid("1.2.840.113549.1.9.4")
CERTIFICATE_V2 = oid("1.2.840.113549.1.9.16.2.47")
SIGNATURE_STAMP = oid("1.2.840.113549.1.9.16.2.14")
IMPLICIT_0, IMPLICIT_1 = 0xA0, 0xA1
_PKCS1, _HASH = padding.PKCS1v15(), hashes.SHA256()
_ECDSA = ec.ECDSA(_HASH)


class CertificateOutOfDate(SigningFault):
    """The certificate is not valid yet, or not any more."""

    reason = "certificate_not_in_force"


class Mismatch(KeyUnavailable):
    """The key does not belong to its certificate."""


class Signer:
    """A certificate with everything about it that is the same in each of its signatures."""

    def __init__(self, certificate: bytes, chain: tuple[bytes, ...]) -> None:
        try:
            self._loaded = x509.load_der_x509_certificate(certificate)
            self._public = self._loaded.public_key()
            names = Certificate.load(certificate)
            issuer, serial = names["tbs_certificate"]["issuer"].dump(), names.serial_number
        except (ValueError, TypeError) as fault:
            raise KeyUnavailable(f"The certificate cannot be read: {fault}") from fault
        if not isinstance(self._public, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            raise KeyUnavailable("Only RSA and elliptic-curve keys sign here.")
        _refuse_other_use(self._loaded)
        self.certificate, self.chain = certificate, chain
        named = sequence(sequence(sequence(tlv(OCTETS, sha256(certificate).digest()))))
        self._named = sequence(CERTIFICATE_V2, tlv(SET, named))
        enclosed = tlv(IMPLICIT_0, *sorted({certificate, *chain}))
        self._head = (integer(1), tlv(SET, SHA256), sequence(DATA), enclosed)
        self._who = integer(1) + sequence(issuer, integer(serial)) + SHA256
        is_rsa = isinstance(self._public, rsa.RSAPublicKey)
        self._algorithm = RSA_SHA256 if is_rsa else ECDSA_SHA256
        self.longest = 160 + (self._public.key_size // 8 if is_rsa else 150)
        self.room = len(self.message(bytes(32), bytes(self.longest), None))

    def attributes(self, digest: bytes) -> bytes:
        """What is signed: the SET OF attributes in DER."""
        value = sequence(MESSAGE_DIGEST, tlv(SET, tlv(OCTETS, digest)))
        return tlv(SET, *sorted((CONTENT_TYPE, value, self._named)))

    def message(self, digest: bytes, signature: bytes, token: bytes | None) -> bytes:
        """The whole message; ``token`` is a time stamp over the signature."""
        signed = b"\xa0" + self.attributes(digest)[1:]
        parts = [self._who, signed, self._algorithm, tlv(OCTETS, signature)]
        if token is not None:
            parts.append(tlv(IMPLICIT_1, sequence(SIGNATURE_STAMP, tlv(SET, token))))
        infos = tlv(SET, sequence(*parts))
        return sequence(SIGNED_DATA, tlv(IMPLICIT_0, sequence(*self._head, infos)))

    def check_time(self, at: datetime) -> None:
        """CertificateOutOfDate."""
        begins, ends = self._loaded.not_valid_before_utc, self._loaded.not_valid_after_utc
        if not begins <= at <= ends:
            raise CertificateOutOfDate(f"The certificate is valid from {begins} to {ends}.")

    def check(self, signature: bytes, data: bytes) -> None:
        """That the signature is the certificate's; Mismatch.

        Every signature is checked: a fault of a device is found before the paper leaves.
        """
        try:
            if isinstance(self._public, rsa.RSAPublicKey):
                self._public.verify(signature, data, _PKCS1, _HASH)
            elif isinstance(self._public, ec.EllipticCurvePublicKey):
                self._public.verify(signature, data, _ECDSA)
        except InvalidSignature as fault:
            raise Mismatch("The key does not belong to its certificate.") from fault


def _refuse_other_use(certificate: x509.Certificate) -> None:
    try:
        use = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    except ValueError as fault:
        raise KeyUnavailable(f"The certificate cannot be read: {fault}") from fault
    if not (use.digital_signature or use.content_commitment):
        raise KeyUnavailable("The certificate is not for signatures.")


_known: WeakKeyDictionary[SigningKey, Signer] = WeakKeyDictionary()
_lock = Lock()


def signer_of(key: SigningKey) -> Signer:
    """The signer of a key, made once; KeyUnavailable."""
    with _lock:
        found = _known.get(key)
        if found is None or found.certificate != key.certificate:
            found = _known[key] = Signer(key.certificate, tuple(key.chain))
    return found
