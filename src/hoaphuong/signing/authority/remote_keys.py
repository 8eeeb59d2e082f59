"""Keys that the authority keeps for their holders, who agree to each use with a PIN or a code."""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from hoaphuong.signing.authority.ceremony import DER, OPEN, PKCS8
from hoaphuong.signing.authority.index import Index
from hoaphuong.signing.authority.issuing import issue

MOST_WRONG = 5
PROOFS = ("PIN", "OTP")


class NoSuchKey(Exception):
    """No key of this reference is kept."""


class WrongProof(Exception):
    """The PIN or the code is not the right one, or was wrong too often."""


def keep_key(
    folder: Path,
    *,
    reference: str,
    name: str,
    pin: str = "",
    proof: str = "PIN",
    organisation: str = "",
    kind: str = "personal",
    rsa_key: bool = False,
) -> bytes:
    """Make a key that stays here, and its certificate (DER); ``proof`` is PIN or OTP."""
    assert proof in PROOFS
    key = (
        rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        if rsa_key
        else ec.generate_private_key(ec.SECP256R1())
    )
    now, salt = datetime.now(UTC), secrets.token_bytes(16)
    certificate = issue(
        folder,
        name=name,
        organisation=organisation,
        kind=kind,
        public_key=key.public_key(),
        valid_from=now - timedelta(minutes=5),
        valid_to=now + timedelta(days=730),
    )
    kept = key.private_bytes(DER, PKCS8, OPEN)
    with Index(folder).opened() as rows:
        rows.execute(
            "INSERT INTO remote_key VALUES (?, ?, ?, ?, ?, ?, 0)",
            (reference, kept, certificate, proof, salt, _hash(pin, salt)),
        )
    return certificate


def references(folder: Path) -> list[str]:
    with Index(folder).reading() as rows:
        found = rows.execute("SELECT reference FROM remote_key ORDER BY reference").fetchall()
    return [reference for (reference,) in found]


class RemoteKey:
    """One key kept here; NoSuchKey."""

    def __init__(self, folder: Path, reference: str) -> None:
        self._index, self.reference = Index(folder), reference
        with self._index.reading() as rows:
            row = rows.execute(
                "SELECT private_key, certificate, proof FROM remote_key WHERE reference = ?",
                (reference,),
            ).fetchone()
        if not row:
            raise NoSuchKey(reference)
        private_key, self.certificate, self.proof = row
        key = serialization.load_der_private_key(private_key, None)
        assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
        self._key = key

    @property
    def is_rsa(self) -> bool:
        return isinstance(self._key, rsa.RSAPrivateKey)

    def agree(self, pin: str) -> None:
        """Take the PIN; after five wrong ones in a row none is right any more. WrongProof."""
        with self._index.opened() as rows:
            salt, right, wrong = rows.execute(
                "SELECT pin_salt, pin_hash, wrong FROM remote_key WHERE reference = ?",
                (self.reference,),
            ).fetchone()
            agreed = wrong < MOST_WRONG and hmac.compare_digest(_hash(pin, salt), right)
            rows.execute(
                "UPDATE remote_key SET wrong = ? WHERE reference = ?",
                (0 if agreed else wrong + 1, self.reference),
            )
        if not agreed:
            raise WrongProof("locked" if wrong + 1 >= MOST_WRONG else "wrong")

    def sign(self, digest: bytes) -> bytes:
        """The signature over a SHA-256 digest: PKCS #1 v1.5, or DER for ECDSA."""
        prehashed = utils.Prehashed(hashes.SHA256())
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(digest, padding.PKCS1v15(), prehashed)
        return self._key.sign(digest, ec.ECDSA(prehashed))


def _hash(pin: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", pin.encode(), salt, 20_000)
