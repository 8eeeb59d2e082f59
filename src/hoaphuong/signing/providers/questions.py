"""What is asked about revocation, and where: the same for who signs and for who verifies."""

import secrets
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

OCSP_REQUEST = "application/ocsp-request"
_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


def ocsp_question(about: x509.Certificate, issuer: x509.Certificate) -> tuple[bytes, bytes]:
    """The DER OCSPRequest about a certificate (RFC 6960), and the nonce in it."""
    nonce = secrets.token_bytes(16)
    asked = (
        ocsp.OCSPRequestBuilder()
        .add_certificate(about, issuer, hashes.SHA1())  # RFC 6960 lets every responder know it
        .add_extension(x509.OCSPNonce(nonce), False)
        .build()
    )
    return asked.public_bytes(serialization.Encoding.DER), nonce


def responders(certificate: x509.Certificate) -> list[str]:
    """The addresses that answer about a certificate; ValueError for malformed extensions."""
    return _access(certificate, AuthorityInformationAccessOID.OCSP)


def issuers(certificate: x509.Certificate) -> list[str]:
    """The addresses of its issuer's certificate; ValueError for malformed extensions."""
    return _access(certificate, AuthorityInformationAccessOID.CA_ISSUERS)


def lists(certificate: x509.Certificate) -> list[str]:
    """The addresses of its issuer's whole lists; ValueError for malformed extensions.

    A list for some reasons only, or by another issuer, cannot say that a certificate is good.
    """
    points = extension(certificate.extensions, x509.CRLDistributionPoints)
    return [
        name.value
        for point in points or ()
        if not point.crl_issuer and not point.reasons
        for name in point.full_name or ()
        if isinstance(name, x509.UniformResourceIdentifier)
    ]


def extension(extensions: x509.Extensions, kind: type[_Extension]) -> _Extension | None:
    """The one extension of this kind; None without."""
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _access(certificate: x509.Certificate, method: x509.ObjectIdentifier) -> list[str]:
    access = extension(certificate.extensions, x509.AuthorityInformationAccess)
    return [
        one.access_location.value
        for one in access or ()
        if one.access_method == method
        and isinstance(one.access_location, x509.UniformResourceIdentifier)
    ]
