"""Asks the addresses in a certificate about its revocation, if they are allowed ones."""

import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID

from hoaphuong.kernel.outside import CallFailed, Outside

MOST_ADDRESSES = 3


class Asked:
    """RevocationAnswers over HTTP; what nobody answers is None."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside

    def ocsp(self, certificate: bytes, issuer: bytes) -> bytes | None:
        """The answer of a responder named in the certificate: right or wrong, the judge sees."""
        asked = x509.load_der_x509_certificate(certificate)
        builder = ocsp.OCSPRequestBuilder().add_certificate(
            asked, x509.load_der_x509_certificate(issuer), hashes.SHA1()
        )
        builder = builder.add_extension(x509.OCSPNonce(os.urandom(16)), critical=False)
        body = builder.build().public_bytes(Encoding.DER)
        for url in _responders(asked)[:MOST_ADDRESSES]:
            try:
                return self.outside.post(url, body, content_type="application/ocsp-request")
            except CallFailed:
                continue
        return None

    def crl(self, certificate: bytes) -> bytes | None:
        """The list at an address named in the certificate."""
        for url in _lists(x509.load_der_x509_certificate(certificate))[:MOST_ADDRESSES]:
            try:
                return self.outside.get(url)
            except CallFailed:
                continue
        return None


def _responders(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_oid(
            ExtensionOID.AUTHORITY_INFORMATION_ACCESS
        ).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return [
        one.access_location.value
        for one in found  # type: ignore[attr-defined]
        if one.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(one.access_location, x509.UniformResourceIdentifier)
    ]


def _lists(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_oid(
            ExtensionOID.CRL_DISTRIBUTION_POINTS
        ).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return [
        name.value
        for point in found  # type: ignore[attr-defined]
        for name in point.full_name or ()
        if isinstance(name, x509.UniformResourceIdentifier)
    ]
