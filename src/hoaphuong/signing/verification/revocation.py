"""Was a certificate revoked when it counts: docs/verification.md, Revocation."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp

from hoaphuong.signing.verification import certificates
from hoaphuong.signing.verification.base import Case, Evidence
from hoaphuong.signing.verification.certificates import BadCertificate, Certificate

CLOCKS = timedelta(minutes=5)


@dataclass(frozen=True)
class Standing:
    """What is known: ``state`` is good, revoked or unknown; ``old`` when only older news exists."""

    state: str = "unknown"
    revoked_at: datetime | None = None
    old: bool = False
    of_issuer: bool = False


@dataclass(frozen=True)
class _News:
    """One rightly signed statement about one certificate."""

    revoked_at: datetime | None
    made_at: datetime
    next_at: datetime | None

    def counts_for(self, moment: datetime, until: datetime) -> bool:
        """Whether a good answer covers a moment; ``until`` is where the certificate ends.

        An authority may forget what it knows of a certificate that has ended.
        """
        if self.made_at > until:
            return False
        if self.made_at >= moment - CLOCKS:
            return True
        return self.next_at is not None and moment <= self.next_at + CLOCKS


def standing(
    path: tuple[Certificate, ...], evidence: Evidence, case: Case, moment: datetime
) -> Standing:
    """What is known about ``path[0]`` at a moment; its issuers and the anchor follow it."""
    if len(path) < 2:
        return Standing("good")
    found = _weigh(_news(path, evidence), path[0], case, moment)
    answers = _asked(path, case)
    while found.state == "unknown" and (answer := next(answers, None)):
        found = _weigh(_news(path, answer), path[0], case, moment)
    return found


def names(path: tuple[Certificate, ...], evidence: Evidence) -> bool:
    """Whether the file itself carries a rightly signed statement about ``path[0]``."""
    return len(path) > 1 and next(_news(path, evidence), None) is not None


def _asked(path: tuple[Certificate, ...], case: Case) -> Iterator[Evidence]:
    """What those answer who may be asked, one after the other; each is asked only when needed."""
    if case.answers is None:
        return
    if answer := case.answers.ocsp(path[0].der, path[1].der):
        yield Evidence(ocsps=(answer,))
    if list_ := case.answers.crl(path[0].der):
        yield Evidence(crls=(list_,))


def _weigh(
    news: Iterable[_News], certificate: Certificate, case: Case, moment: datetime
) -> Standing:
    good = old = False
    later: datetime | None = None
    for one in news:
        if one.made_at > case.at + CLOCKS:
            continue  # an answer from the future is a lie or a wrong clock
        if one.revoked_at is not None and one.revoked_at <= moment:
            return Standing("revoked", one.revoked_at)
        if one.revoked_at is not None:
            good, later = True, one.revoked_at
        elif one.counts_for(moment, certificate.ends):
            good = True
        else:
            old = True
    return Standing("good" if good else "unknown", later, old=old and not good)


def _news(path: tuple[Certificate, ...], evidence: Evidence) -> Iterator[_News]:
    for der in evidence.ocsps:
        yield from _from_ocsp(der, path, evidence)
    for der in evidence.crls:
        yield from _from_crl(der, path)


@lru_cache(maxsize=256)
def _ocsp(der: bytes) -> Any:
    try:
        answer = ocsp.load_der_ocsp_response(der)
        right = answer.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL
        return (answer, list(answer.responses)) if right else None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def _from_ocsp(der: bytes, path: tuple[Certificate, ...], evidence: Evidence) -> Iterator[_News]:
    read = _ocsp(der)
    if not read:
        return
    answer, singles = read
    for one in singles:
        if one.serial_number != path[0].serial or not _names_issuer(one, path[1]):
            continue
        if not _answered_rightly(answer, path, evidence):
            return
        status = one.certificate_status
        if status is ocsp.OCSPCertStatus.REVOKED:
            yield _News(one.revocation_time_utc, one.this_update_utc, one.next_update_utc)
        elif status is ocsp.OCSPCertStatus.GOOD:
            yield _News(None, one.this_update_utc, one.next_update_utc)


def _names_issuer(single: Any, issuer: Certificate) -> bool:
    try:
        used = single.hash_algorithm.name
    except UnsupportedAlgorithm:
        return False
    return bool(
        single.issuer_key_hash == _key_hash(issuer, used)
        and single.issuer_name_hash == hashlib.new(used, issuer.subject).digest()
    )


def _key_hash(certificate: Certificate, used: str) -> bytes:
    key = certificate.key
    raw = key.public_bytes(
        *(
            (Encoding.X962, PublicFormat.UncompressedPoint)
            if hasattr(key, "curve")
            else (Encoding.DER, PublicFormat.PKCS1)
            if hasattr(key, "key_size")
            else (Encoding.Raw, PublicFormat.Raw)
        )
    )
    return hashlib.new(used, raw).digest()


def _answered_rightly(answer: Any, path: tuple[Certificate, ...], evidence: Evidence) -> bool:
    """Whether the issuer, or a responder it or one above it made, signed the answer."""
    above = path[1:]
    for candidate in (above[0], *_responders(answer, above, evidence)):
        if not _is_responder(answer, candidate):
            continue
        try:
            used = answer.signature_hash_algorithm
            weak = used is not None and used.name in certificates.WEAK_HASHES
            if weak and answer.produced_at_utc >= certificates.SHA1_ENDED:
                return False
            right = certificates.check(
                candidate.key, answer.signature, answer.tbs_response_bytes, used, None
            )
        except (UnsupportedAlgorithm, ValueError, TypeError):
            return False
        if right:
            return True
    return False


def _responders(
    answer: Any, above: tuple[Certificate, ...], evidence: Evidence
) -> Iterator[Certificate]:
    carried = [one.public_bytes(Encoding.DER) for one in answer.certificates]
    for der in dict.fromkeys([*carried, *evidence.certificates]):
        try:
            one = certificates.read(der)
        except BadCertificate:
            continue
        made = one.may_answer and one.begins <= answer.produced_at_utc <= one.ends
        if made and not one.weakness() and any(one.signed_by(issuer) for issuer in above):
            yield one


def _is_responder(answer: Any, candidate: Certificate) -> bool:
    if answer.responder_key_hash is not None:
        return bool(answer.responder_key_hash == _key_hash(candidate, "sha1"))
    return bool(answer.responder_name.public_bytes() == candidate.subject)


@lru_cache(maxsize=64)
def _crl(der: bytes) -> Any:
    try:
        return x509.load_der_x509_crl(der)
    except (ValueError, TypeError):
        return None


@lru_cache(maxsize=64)
def _crl_right(der: bytes, issuer: bytes) -> bool:
    try:
        return bool(_crl(der).is_signature_valid(certificates.read(issuer).key))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False


def _from_crl(der: bytes, path: tuple[Certificate, ...]) -> Iterator[_News]:
    found, issuer = _crl(der), path[1]
    if found is None or found.issuer.public_bytes() != issuer.subject:
        return
    if issuer.usage is not None and not issuer.usage.crl_sign:
        return
    try:
        if not _whole(found, path[0]) or not _crl_right(der, issuer.der):
            return
        row = found.get_revoked_certificate_by_serial_number(path[0].serial)
    except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension):
        return
    revoked_at = row.revocation_date_utc if row is not None else None
    yield _News(revoked_at, found.last_update_utc, found.next_update_utc)


def _whole(found: Any, certificate: Certificate) -> bool:
    """Whether a list speaks about this certificate, for every reason, in the issuer's own name."""
    for extension in found.extensions:
        value = extension.value
        if isinstance(value, x509.IssuingDistributionPoint):
            if value.indirect_crl or value.only_some_reasons or value.only_contains_attribute_certs:
                return False
            if value.only_contains_user_certs and certificate.issues:
                return False
            if value.only_contains_ca_certs and not certificate.issues:
                return False
        elif extension.critical:
            return False  # a delta, or something unknown
    return True
