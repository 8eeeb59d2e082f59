"""A private key in this process's memory."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from hoaphuong.signing.providers.base import KeyUnavailable

_SHA256 = hashes.SHA256()
_PKCS1 = padding.PKCS1v15()
_ECDSA = ec.ECDSA(_SHA256)


class SoftwareKey:
    """RSA or elliptic-curve key with its certificate and chain, all loaded once."""

    def __init__(
        self,
        private_key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
        certificate: bytes,
        chain: tuple[bytes, ...],
    ) -> None:
        if not isinstance(private_key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise KeyUnavailable("Only RSA and elliptic-curve keys sign here.")
        self._key = private_key
        self.certificate, self.chain = certificate, chain

    def sign(self, data: bytes) -> bytes:
        """The signature over ``data`` with SHA-256."""
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, _PKCS1, _SHA256)
        return self._key.sign(data, _ECDSA)
