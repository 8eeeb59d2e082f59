"""Whether a certificate is revoked, asked over HTTP where the certificate itself says.

Nobody's word is taken unseen: whoever lies, hangs or may not be asked counts as one who does not
answer, and the certificate is then of unknown standing.
"""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp as answers
from cryptography.x509.oid import ExtendedKeyUsageOID

from hoaphuong.kernel.outside import CallFailed, Outside
from hoaphuong.signing.providers import chains, questions
from hoaphuong.signing.providers.questions import extension

SKEW = timedelta(minutes=5)
# When an answer does not say until when it is good.
OLDEST = timedelta(days=1)
MOST_KEPT = 500
_WRONG = (ValueError, TypeError, KeyError, NotImplementedError, AttributeError, OverflowError)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Standing:
    """good, revoked or unknown; ``evidence`` is the DER answer or list that says so."""

    status: str
    revoked_at: datetime | None = None
    reason: str = ""
    evidence: bytes = b""


class HttpRevocation:
    """Asks the addresses in certificates, as far as ``outside`` allows them."""

    def __init__(self, *, outside: Outside, clock: Callable[[], datetime] = _now) -> None:
        self._outside, self._clock = outside, clock
        self._kept: dict[bytes, tuple[datetime, bytes]] = {}
        self._lock = threading.Lock()

    def ocsp(self, certificate: bytes, issuer: bytes) -> bytes | None:
        """The DER OCSPResponse (good or revoked) about a certificate; None when nobody answers."""
        key = hashlib.sha256(b"ocsp" + certificate + issuer).digest()
        if kept := self._remembered(key):
            return kept
        try:
            about, above = _load(certificate), _load(issuer)
            if not chains.issued(about, above):
                return None
            for url in questions.responders(about):
                if answer := self._ask(url, about, above):
                    said = answers.load_der_ocsp_response(answer)
                    if said.certificate_status == answers.OCSPCertStatus.GOOD:
                        self._remember(key, answer, said.next_update_utc)
                    return answer
        except _WRONG:
            return None
        return None

    def crl(self, certificate: bytes, issuer: bytes = b"") -> bytes | None:
        """The DER list of the certificate's issuer, who is asked for when not given; or None."""
        key = hashlib.sha256(b"crl" + certificate).digest()
        if kept := self._remembered(key):
            return kept
        try:
            about = _load(certificate)
            urls = questions.lists(about)
            above = self._issuer(about, issuer) if urls else None
            for url in urls if above else []:
                listed = self._list(url, above)
                if listed is not None:  # an empty list is false
                    if listed.get_revoked_certificate_by_serial_number(about.serial_number) is None:
                        self._remember(key, _der(listed), listed.next_update_utc)
                    return _der(listed)
        except _WRONG:
            return None
        return None

    def standing(self, certificate: bytes, issuer: bytes) -> Standing:
        """What is known now: OCSP is asked first, then the list."""
        if answer := self.ocsp(certificate, issuer):
            said = answers.load_der_ocsp_response(answer)
            if said.certificate_status == answers.OCSPCertStatus.REVOKED:
                reason = said.revocation_reason.value if said.revocation_reason else ""
                return Standing("revoked", said.revocation_time_utc, reason, answer)
            return Standing("good", evidence=answer)
        if answer := self.crl(certificate, issuer):
            listed = x509.load_der_x509_crl(answer)
            entry = listed.get_revoked_certificate_by_serial_number(
                _load(certificate).serial_number
            )
            if entry is None:
                return Standing("good", evidence=answer)
            said_why = extension(entry.extensions, x509.CRLReason)
            reason = said_why.reason.value if said_why else ""
            if reason != x509.ReasonFlags.remove_from_crl.value:
                return Standing("revoked", entry.revocation_date_utc, reason, answer)
        return Standing("unknown")

    def _remembered(self, key: bytes) -> bytes | None:
        with self._lock:
            until, answer = self._kept.get(key, (None, b""))
        return answer if until and self._clock() < until else None

    def _remember(self, key: bytes, answer: bytes, until: datetime | None) -> None:
        if until is None:
            return
        with self._lock:
            while len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = (until, answer)

    def _ask(self, url: str, about: x509.Certificate, above: x509.Certificate) -> bytes | None:
        asked, nonce = questions.ocsp_question(about, above)
        try:
            answer = self._outside.post(url, asked, content_type=questions.OCSP_REQUEST)
            said = answers.load_der_ocsp_response(answer)
            if said.response_status != answers.OCSPResponseStatus.SUCCESSFUL:
                return None
            sound = (
                _is_about(said, about, above)
                and _has(said, nonce)
                and self._fresh(said.this_update_utc, said.next_update_utc)
                and self._authorised(said, above)
            )
        except (CallFailed, *_WRONG):
            return None
        return answer if sound else None

    def _fresh(self, begun: datetime, until: datetime | None) -> bool:
        now = self._clock()
        return begun <= now + SKEW and now - SKEW <= (until or begun + OLDEST)

    def _authorised(self, said: answers.OCSPResponse, above: x509.Certificate) -> bool:
        """Signed by the issuer, or by whom the issuer named for it (RFC 6960, 4.2.2.2)."""
        digest = said.signature_hash_algorithm

        def by(key: object) -> bool:
            return chains.signed(key, said.signature, said.tbs_response_bytes, digest)

        if by(above.public_key()):
            return True
        for one in said.certificates:
            purpose = extension(one.extensions, x509.ExtendedKeyUsage)
            named = purpose is not None and ExtendedKeyUsageOID.OCSP_SIGNING in purpose
            in_time = chains.valid_at(one, self._clock())
            if named and in_time and chains.issued(one, above) and by(one.public_key()):
                return True
        return False

    def _issuer(self, about: x509.Certificate, given: bytes) -> x509.Certificate | None:
        if given:
            above = _load(given)
            return above if chains.issued(about, above) else None
        for url in questions.issuers(about):
            try:
                above = _load(self._outside.get(url))
            except (CallFailed, *_WRONG):
                continue
            if chains.issued(about, above):
                return above
        return None

    def _list(
        self, url: str, above: x509.Certificate | None
    ) -> x509.CertificateRevocationList | None:
        if above is None:
            return None
        try:
            listed = x509.load_der_x509_crl(self._outside.get(url))
            begun = listed.last_update_utc
            sound = (
                listed.issuer == above.subject
                and listed.is_signature_valid(above.public_key())  # type: ignore[arg-type]
                and self._fresh(begun, listed.next_update_utc)
                # A list of changes, or of some certificates only, says nothing about the others.
                and not extension(listed.extensions, x509.DeltaCRLIndicator)
                and not extension(listed.extensions, x509.IssuingDistributionPoint)
            )
        except (CallFailed, *_WRONG):
            return None
        return listed if sound else None


def _load(der: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(der)


def _der(listed: x509.CertificateRevocationList) -> bytes:
    return listed.public_bytes(serialization.Encoding.DER)


def _is_about(said: answers.OCSPResponse, about: x509.Certificate, above: x509.Certificate) -> bool:
    asked = (
        answers.OCSPRequestBuilder().add_certificate(about, above, said.hash_algorithm).build()
        if isinstance(said.hash_algorithm, hashes.SHA1 | hashes.SHA256)
        else None
    )
    return asked is not None and (
        said.serial_number == about.serial_number
        and said.issuer_name_hash == asked.issuer_name_hash
        and said.issuer_key_hash == asked.issuer_key_hash
        and said.certificate_status != answers.OCSPCertStatus.UNKNOWN
    )


def _has(said: answers.OCSPResponse, nonce: bytes) -> bool:
    """Many responders leave the nonce out; another one is an answer to somebody else."""
    given = extension(said.extensions, x509.OCSPNonce)
    return given is None or given.nonce == nonce
