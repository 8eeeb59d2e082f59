"""Certificates come into use and go out of it."""

import hashlib
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from hoaphuong.identity import queries as identity
from hoaphuong.kernel import journal
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.signing import keyring
from hoaphuong.signing.contracts import (
    CertificateFacts,
    CertificateRecorded,
    CertificateWithdrawn,
)
from hoaphuong.signing.models import Certificate, HolderKind
from hoaphuong.signing.queries import certificate_facts

WITHDRAWALS = ("superseded", "keyCompromise", "affiliationChanged", "cessationOfOperation")


class NoSuchCertificate(LookupError):
    """No certificate has this key."""


class CertificateRefused(Exception):
    """This certificate cannot be signed with; ``reason`` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def enrol(
    *,
    provider: str,
    name: str,
    by: str,
    at: datetime,
    until: datetime,
    account: str = "",
    agency: str = "",
    begins: datetime | None = None,
    key_type: str = "P-256",
) -> CertificateFacts:
    """Have a place make a key and get a certificate for it, for one account or one agency.

    ``key_type`` is P-256 or RSA-2048; it is in force from ``begins``, else from ``at``. Asked again
    for the same holder and day, it answers with what it made. Raises KeyUnavailable.
    """
    kind = HolderKind.SEAL if agency else HolderKind.PERSONAL
    first = begins or at
    holder = (agency or account).replace(".", "-")
    reference = f"{kind}-{holder}-{first:%Y%m%d}"
    known = Certificate.objects.filter(provider=provider, reference=reference).first()
    if known is not None:
        return certificate_facts(known)
    # A certificate of an organisation names it twice (ETSI EN 319 412-3, 4.2.1).
    of_agency = (
        {"organisation": name, "agency_code": identity.agency(agency).dotted} if agency else {}
    )
    certificate, chain = keyring.enrolled(
        provider,
        reference=reference,
        kind=kind,
        key_type=key_type,
        valid_from=first,
        valid_to=until,
        name=name,
        **of_agency,
    )
    return record_certificate(
        provider=provider,
        reference=reference,
        certificate=certificate,
        chain=chain,
        account=account,
        agency=agency,
        by=by,
        at=at,
    )


@transaction.atomic
def record_certificate(
    *,
    provider: str,
    certificate: bytes,
    by: str,
    at: datetime,
    reference: str = "",
    chain: tuple[bytes, ...] = (),
    account: str = "",
    agency: str = "",
) -> CertificateFacts:
    """Take a certificate (DER) into use for one account or one agency; CertificateRefused.

    With ``provider`` ``client`` the key is on a token of its holder and never comes here.
    """
    if bool(account) == bool(agency):
        raise CertificateRefused("one_holder")
    read = _read(certificate)
    if read["not_after"] <= at:
        raise CertificateRefused("ended")
    row = Certificate(
        kind=HolderKind.SEAL if agency else HolderKind.PERSONAL,
        account_key=account,
        agency_code=agency,
        provider=provider,
        reference=reference,
        der=certificate,
        chain=b"".join(chain),
        fingerprint=hashlib.sha256(certificate).hexdigest(),
        recorded_at=at,
        **read,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as fault:
        if Certificate.objects.filter(fingerprint=row.fingerprint).exists():
            raise CertificateRefused("known_already") from fault
        raise
    event = CertificateRecorded(
        certificate=Ref(row.key),
        kind=Code(row.kind),
        account=Ref(account),
        agency=Code(agency),
        provider=Code(provider),
        not_before=row.not_before,
        not_after=row.not_after,
    )
    journal.record(event, by=by, occurred_at=at)
    return certificate_facts(row)


def _read(der: bytes) -> dict[str, Any]:
    """What a row says of a certificate; CertificateRefused for what is none or cannot sign."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    try:
        read = x509.load_der_x509_certificate(der)
        key = read.public_key()
    except Exception as fault:  # a parser may fail in any way on hostile bytes
        raise CertificateRefused("unreadable") from fault
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2_048:
        algorithm = f"RSA-{key.key_size}"
    elif isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == "secp256r1":
        algorithm = "P-256"
    else:
        raise CertificateRefused("algorithm")
    try:
        usage = read.extensions.get_extension_for_class(x509.KeyUsage).value
        if not (usage.digital_signature or usage.content_commitment):
            raise CertificateRefused("not_for_signing")
    except x509.ExtensionNotFound:
        pass  # without the extension every use is permitted (RFC 5280, 4.2.1.3)
    return {
        "serial": f"{read.serial_number:x}",
        "subject_name": read.subject.rfc4514_string()[:300],
        "issuer": read.issuer.rfc4514_string()[:300],
        "not_before": read.not_valid_before_utc,
        "not_after": read.not_valid_after_utc,
        "algorithm": algorithm,
    }


@transaction.atomic
def withdraw_certificate(*, key: str, reason: str, by: str, at: datetime) -> None:
    """Sign with it no more; a reason of RFC 5280. Revoking it is for its authority to do.

    What waits to be signed with it fails with a reason when its turn comes. Withdrawn once, it
    stays as it is.
    """
    if reason not in WITHDRAWALS:
        raise ValueError(f"{reason[:40]} is no reason to withdraw a certificate.")
    row = Certificate.objects.select_for_update().filter(key=key).first()
    if row is None:
        raise NoSuchCertificate(key)
    if row.withdrawn_at is not None:
        return
    row.withdrawn_at, row.withdrawal = at, reason
    row.save(update_fields=["withdrawn_at", "withdrawal"])
    event = CertificateWithdrawn(certificate=Ref(row.key), kind=Code(row.kind), reason=Code(reason))
    journal.record(event, by=by, occurred_at=at)
