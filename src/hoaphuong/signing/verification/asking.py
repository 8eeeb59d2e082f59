"""Asks the addresses in a certificate about its revocation, if they are allowed ones."""

from collections.abc import Callable

from cryptography import x509

from hoaphuong.kernel.outside import CallFailed, Outside
from hoaphuong.signing.providers.questions import OCSP_REQUEST, lists, ocsp_question, responders

MOST_ADDRESSES = 3


class Asked:
    """RevocationAnswers over HTTP; what nobody answers is None."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside

    def ocsp(self, certificate: bytes, issuer: bytes) -> bytes | None:
        """The answer of a responder named in the certificate: right or wrong, the judge sees."""
        asked = x509.load_der_x509_certificate(certificate)
        body, _nonce = ocsp_question(asked, x509.load_der_x509_certificate(issuer))
        for url in _some(responders, asked):
            try:
                return self.outside.post(url, body, content_type=OCSP_REQUEST)
            except CallFailed:
                continue
        return None

    def crl(self, certificate: bytes) -> bytes | None:
        """The list at an address named in the certificate."""
        for url in _some(lists, x509.load_der_x509_certificate(certificate)):
            try:
                return self.outside.get(url)
            except CallFailed:
                continue
        return None


def _some(
    named: Callable[[x509.Certificate], list[str]], certificate: x509.Certificate
) -> list[str]:
    """A few of the addresses; none of a certificate whose extensions cannot be read."""
    try:
        return named(certificate)[:MOST_ADDRESSES]
    except ValueError:
        return []
