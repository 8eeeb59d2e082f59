"""Whether a certificate is revoked: answers (RFC 6960) and lists (RFC 5280, 5)."""

from datetime import datetime, timedelta
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from hoaphuong.signing.authority.ceremony import DER, SHA256, Authority, key_usage
from hoaphuong.signing.authority.faults import Faults
from hoaphuong.signing.authority.index import Index
from hoaphuong.signing.authority.issuing import REASONS

ANSWER_LASTS = timedelta(hours=1)
LIST_LASTS = timedelta(days=1)
LONG_AGO = timedelta(days=10)
Digest = hashes.SHA1 | hashes.SHA256 | hashes.SHA384 | hashes.SHA512


class Stranger:
    """Someone with the same names and no right to them."""

    def __init__(self, like: x509.Certificate, purpose: x509.ObjectIdentifier) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(like.subject)
            .issuer_name(like.issuer)
            .public_key(self.key.public_key())
            .serial_number(like.serial_number)
            .not_valid_before(like.not_valid_before_utc)
            .not_valid_after(like.not_valid_after_utc)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
            .add_extension(key_usage(digital_signature=True), True)
            .add_extension(
                x509.ExtendedKeyUsage([purpose]), purpose == ExtendedKeyUsageOID.TIME_STAMPING
            )
            .sign(self.key, SHA256)
        )


class Answers:
    """What the authority says about its own certificates."""

    def __init__(self, authority: Authority) -> None:
        self._authority, self._index = authority, Index(authority.folder)
        issuer = authority.certificates["issuing"]
        public = issuer.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        self._names = {
            kind.name: (_hash(kind, issuer.subject.public_bytes()), _hash(kind, public))
            for kind in (hashes.SHA1(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512())
        }

    @cached_property
    def _stranger(self) -> Stranger:
        return Stranger(self._authority.certificates["ocsp"], ExtendedKeyUsageOID.OCSP_SIGNING)

    def answer(self, request: bytes, *, at: datetime, faults: Faults) -> bytes:
        """The DER OCSPResponse to a request for one certificate."""
        try:
            asked = ocsp.load_der_ocsp_request(request)
            algorithm, serial = asked.hash_algorithm, asked.serial_number
            said = [extension.value for extension in asked.extensions]
        except (ValueError, NotImplementedError, x509.DuplicateExtension):
            return _failed(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
        if faults.refuse:
            return _failed(ocsp.OCSPResponseStatus.TRY_LATER)
        names = self._names.get(algorithm.name)
        if names != (asked.issuer_name_hash, asked.issuer_key_hash):
            return _failed(ocsp.OCSPResponseStatus.UNAUTHORIZED)
        at = at.replace(microsecond=0) + timedelta(seconds=faults.clock_off)
        at -= LONG_AGO if faults.stale else timedelta(0)
        status, revoked_at, reason = self._status(serial, faults)
        who = self._stranger if faults.stranger else None
        responder = who.certificate if who else self._authority.certificates["ocsp"]
        made = (
            ocsp.OCSPResponseBuilder()
            .add_response_by_hash(
                issuer_name_hash=names[0],
                issuer_key_hash=names[1],
                serial_number=serial + 1 if faults.other else serial,
                algorithm=algorithm,
                cert_status=status,
                this_update=at,
                next_update=at + ANSWER_LASTS,
                revocation_time=revoked_at,
                revocation_reason=reason,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, responder)
            .certificates([responder])
        )
        for nonce in (one for one in said if isinstance(one, x509.OCSPNonce)):
            given = x509.OCSPNonce(bytes(len(nonce.nonce))) if faults.wrong_nonce else nonce
            made = made.add_extension(given, False)
        key = who.key if who else self._authority.keys["ocsp"]
        return made.sign(key, SHA256).public_bytes(DER)

    def _status(
        self, serial: int, faults: Faults
    ) -> tuple[ocsp.OCSPCertStatus, datetime | None, x509.ReasonFlags | None]:
        own = {self._authority.certificates[name].serial_number for name in ("tsa", "ocsp")}
        found = self._index.find(serial)
        if faults.unknown or not (found or serial in own):
            return ocsp.OCSPCertStatus.UNKNOWN, None, None
        if found and found.revoked_at and not (faults.stranger or faults.other):
            return ocsp.OCSPCertStatus.REVOKED, found.revoked_at, REASONS[found.reason]
        return ocsp.OCSPCertStatus.GOOD, None, None

    def revocations(self, name: str, *, at: datetime, faults: Faults) -> bytes:
        """The DER list that ``root`` or ``issuing`` publishes; its number is the moment."""
        at = at.replace(microsecond=0) + timedelta(seconds=faults.clock_off)
        at -= LONG_AGO if faults.stale else timedelta(0)
        key = self._stranger.key if faults.stranger else self._authority.keys[name]
        signer = "root" if faults.other else name
        public = self._authority.keys[name].public_key()
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._authority.certificates[signer].subject)
            .last_update(at)
            .next_update(at + LIST_LASTS)
            .add_extension(x509.CRLNumber(int(at.timestamp())), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), False)
        )
        if name == "issuing" and not faults.stranger:
            for found in self._index.revoked():
                assert found.revoked_at is not None
                entry = (
                    x509.RevokedCertificateBuilder()
                    .serial_number(found.serial)
                    .revocation_date(found.revoked_at)
                )
                if found.reason != "unspecified":  # RFC 5280, 5.3.1: then no reason is written
                    entry = entry.add_extension(x509.CRLReason(REASONS[found.reason]), False)
                made = made.add_revoked_certificate(entry.build())
        return made.sign(key, SHA256).public_bytes(DER)


def _hash(kind: Digest, content: bytes) -> bytes:
    digest = hashes.Hash(kind)
    digest.update(content)
    return digest.finalize()


def _failed(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(DER)
