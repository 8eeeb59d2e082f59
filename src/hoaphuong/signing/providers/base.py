"""What signing asks of the places where keys, time stamps and revocation answers come from.

Nothing here knows Django: a provider is given its addresses, folders and secrets when it is made.
"""

from typing import Protocol


class SigningFault(Exception):
    """A signature could not be made; the paper is as it was. ``reason`` is a code for people."""

    reason = "paper_unreadable"


class KeyUnavailable(SigningFault):
    """The key is not there, is locked, or its holder did not agree."""


class TimeStampFailed(SigningFault):
    """The time-stamp authority did not answer, or answered what must not be believed."""


class EvidenceMissing(SigningFault):
    """Nobody could say whether a certificate is revoked, and the level asked for needs it."""


class SigningKey(Protocol):
    """One private key that is ready for use: loaded once, used often, by one thread at a time.

    ``certificate`` and ``chain`` are DER; the chain begins with the issuer and ends below the
    root.
    """

    certificate: bytes
    chain: tuple[bytes, ...]

    def sign(self, data: bytes) -> bytes:
        """The signature over ``data`` with SHA-256: PKCS #1 v1.5 for RSA, DER for ECDSA."""
        ...


class KeyProvider(Protocol):
    """Where keys are kept."""

    name: str

    def key(self, reference: str) -> SigningKey:
        """The key of a reference, kept for the next question; KeyUnavailable when there is none."""
        ...


class TimeStamps(Protocol):
    """A time-stamp authority (RFC 3161)."""

    def stamp(self, digest: bytes) -> bytes:
        """The DER TimeStampToken over a SHA-256 digest, checked; TimeStampFailed."""
        ...


class RevocationAnswers(Protocol):
    """Where one asks whether a certificate is revoked; both give DER, None when nobody answers."""

    def ocsp(self, certificate: bytes, issuer: bytes) -> bytes | None: ...

    def crl(self, certificate: bytes) -> bytes | None: ...
