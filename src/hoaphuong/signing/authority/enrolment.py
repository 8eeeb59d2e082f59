"""A request for a certificate (PKCS #10) in, a certificate out."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from hoaphuong.signing.authority.ceremony import Authority
from hoaphuong.signing.authority.issuing import NotIssuable, issue

LASTS = timedelta(days=2 * 365)


def enrol(authority: Authority, request: bytes, *, kind: str, at: datetime) -> bytes:
    """The DER certificate for a DER request that its own key signed, for two years; NotIssuable."""
    try:
        asked = x509.load_der_x509_csr(request)
        key, sound = asked.public_key(), asked.is_signature_valid
        email = _email(asked)
    except (ValueError, TypeError, x509.DuplicateExtension) as fault:
        raise NotIssuable("The request cannot be read.") from fault
    if not sound:
        raise NotIssuable("The request is not signed with its own key.")
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise NotIssuable("Keys are RSA or P-256.")

    def said(part: x509.ObjectIdentifier) -> str:
        return next((str(a.value) for a in asked.subject.get_attributes_for_oid(part)), "")

    return issue(
        authority.folder,
        name=said(NameOID.COMMON_NAME),
        organisation=said(NameOID.ORGANIZATION_NAME),
        agency_code=said(NameOID.ORGANIZATION_IDENTIFIER),
        email=email,
        kind=kind,
        public_key=key,
        valid_from=at - timedelta(minutes=5),
        valid_to=at + LASTS,
        at=at,
        authority=authority,
    )


def _email(asked: x509.CertificateSigningRequest) -> str:
    try:
        names = asked.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ""
    return next(iter(names.get_values_for_type(x509.RFC822Name)), "")
