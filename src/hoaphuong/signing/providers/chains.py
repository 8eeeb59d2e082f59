"""Who issued a certificate, and whether an anchor stands above it."""

from collections.abc import Iterable
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import HashAlgorithm

LONGEST = 5


def issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether ``issuer``'s name and key stand behind a certificate."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def signed(key: object, signature: bytes, content: bytes, digest: HashAlgorithm | None) -> bool:
    """Whether a key (RSA PKCS #1 v1.5, or elliptic curve) signed the content."""
    if digest is None or digest.name in ("md5", "sha1"):
        return False
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, content, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, content, ec.ECDSA(digest))
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def valid_at(certificate: x509.Certificate, at: datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def path(
    certificate: x509.Certificate,
    *,
    between: Iterable[x509.Certificate],
    anchors: Iterable[x509.Certificate],
    at: datetime,
) -> bool:
    """Whether valid certificates lead from one to an anchor (RFC 5280, 6, without policies)."""
    known, ends = list(between), list(anchors)
    here = certificate
    for below in range(LONGEST):
        if not valid_at(here, at):
            return False
        if here in ends and below == 0:
            return True
        if any(_may_issue(anchor, below) and issued(here, anchor) for anchor in ends):
            return True
        above = [one for one in known if _may_issue(one, below) and issued(here, one)]
        if not above or above[0] == here:
            return False
        here = above[0]
    return False


def _may_issue(certificate: x509.Certificate, below: int) -> bool:
    """Whether it is a CA's, with ``below`` CAs between it and the end."""
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False
    longest = constraints.path_length
    return constraints.ca and usage.key_cert_sign and (longest is None or longest >= below)
