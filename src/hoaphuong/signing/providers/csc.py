"""Remote signing: keys that a provider keeps (Cloud Signature Consortium API, version 2).

Only digests leave the house. What comes back is checked with the certificate before it is used.
"""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from hoaphuong.kernel.outside import BadAnswer, CallFailed, Outside
from hoaphuong.signing.providers.base import KeyUnavailable

SHA256_OID = "2.16.840.1.101.3.4.2.1"
_RSA, _RSA_BARE, _ECDSA = "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.1", "1.2.840.10045.4.3.2"
_PREHASHED = utils.Prehashed(hashes.SHA256())
Proof = Callable[[str, str], str]


@dataclass(frozen=True)
class Credential:
    """What a provider says of one key: ``proofs`` are what its holder shows, such as PIN."""

    reference: str
    certificate: bytes
    chain: tuple[bytes, ...]
    algorithm: str
    proofs: tuple[str, ...]
    most: int


class CscKey:
    """One remote key; each signature is agreed to by its holder's proof."""

    def __init__(self, provider: "CscKeys", credential: Credential) -> None:
        self._provider, self.credential = provider, credential
        self.certificate, self.chain = credential.certificate, credential.chain

    def sign(self, data: bytes) -> bytes:
        """The signature over ``data`` with SHA-256; KeyUnavailable."""
        return self.sign_all([data])[0]

    def sign_all(self, several: Sequence[bytes]) -> list[bytes]:
        """One signature each, as many under one agreement as the provider allows."""
        digests = [hashlib.sha256(data).digest() for data in several]
        most = self.credential.most
        made: list[bytes] = []
        for first in range(0, len(digests), most):
            made += self._provider.signed(self.credential, digests[first : first + most])
        return made


class CscKeys:
    """One provider at ``url`` (ends in ``/csc/v2``); ``proof(reference, kind)`` gives PIN or code.

    A proof that was refused is not shown again by itself: providers lock a key after a few.
    """

    name = "csc"

    def __init__(
        self, url: str, *, outside: Outside, client: str, secret: str, proof: Proof
    ) -> None:
        self._url, self._outside = url.rstrip("/"), outside
        self._client, self._secret, self._proof = client, secret, proof
        self._lock = threading.Lock()
        self._token, self._token_until = "", 0.0
        self._keys: dict[str, CscKey] = {}
        self._refused: set[str] = set()

    def references(self) -> list[str]:
        """The keys that this client may use; KeyUnavailable."""
        return [str(one) for one in self._call("credentials/list", {})["credentialIDs"]]

    def key(self, reference: str) -> CscKey:
        """The key of a reference (credentialID), asked about once; KeyUnavailable."""
        with self._lock:
            kept = self._keys.get(reference)
        if kept is None:
            kept = CscKey(self, self._about(reference))
            with self._lock:
                self._keys[reference] = kept
        return kept

    def signed(self, credential: Credential, digests: Sequence[bytes]) -> list[bytes]:
        """The signatures over SHA-256 digests, in order, each checked; KeyUnavailable."""
        named = {
            "credentialID": credential.reference,
            "hashes": [base64.b64encode(digest).decode() for digest in digests],
            "hashAlgorithmOID": SHA256_OID,
        }
        agreed = self._agree(credential, {**named, "numSignatures": len(digests)})
        said = self._call(
            "signatures/signHash", {**named, "SAD": agreed, "signAlgo": credential.algorithm}
        )
        try:
            made = [base64.b64decode(one, validate=True) for one in said["signatures"]]
        except (ValueError, TypeError, KeyError) as odd:
            raise KeyUnavailable("The remote signing service sent no signatures.") from odd
        if len(made) != len(digests):
            raise KeyUnavailable("The remote signing service sent too few signatures.")
        public = x509.load_der_x509_certificate(credential.certificate).public_key()
        return [_checked(public, one, digest) for one, digest in zip(made, digests, strict=True)]

    def _about(self, reference: str) -> Credential:
        asked = {"credentialID": reference, "certificates": "chain", "authInfo": True}
        said = self._call("credentials/info", asked)
        try:
            if said["key"]["status"] != "enabled":
                raise KeyUnavailable(f"The remote key {reference[:40]} is disabled.")
            first, *above = (base64.b64decode(one) for one in said["cert"]["certificates"])
            public = x509.load_der_x509_certificate(first).public_key()
            offered = set(said["key"]["algo"])
            proofs = tuple(str(one["id"]) for one in said["auth"].get("objects", ()))
            most = max(1, int(said.get("multisign", 1)))
        except (ValueError, TypeError, KeyError, AttributeError) as odd:
            raise KeyUnavailable(f"What is said of {reference[:40]} cannot be read.") from odd
        wanted = (_RSA, _RSA_BARE) if isinstance(public, rsa.RSAPublicKey) else (_ECDSA,)
        algorithm = next((one for one in wanted if one in offered), "")
        if not algorithm:
            raise KeyUnavailable(f"The remote key {reference[:40]} does not sign with SHA-256.")
        between = [der for der in above if not _is_root(der)]
        return Credential(reference, first, tuple(between), algorithm, proofs, most)

    def _agree(self, credential: Credential, asked: dict[str, Any]) -> str:
        reference = credential.reference
        if reference in self._refused:
            raise KeyUnavailable("The proof of agreement was refused; it is not tried again.")
        if "OTP" in credential.proofs:
            self._call("credentials/getChallenge", {"credentialID": reference})
        proofs = [{"id": one, "value": self._proof(reference, one)} for one in credential.proofs]
        try:
            said = self._call("credentials/authorize", {**asked, "authData": proofs})
            return str(said["SAD"])
        except KeyError as odd:
            raise KeyUnavailable("The remote signing service gave no agreement.") from odd
        except KeyUnavailable as refused:
            if isinstance(refused.__cause__, BadAnswer) and refused.__cause__.status == 400:
                self._refused.add(reference)
            raise

    def _call(self, call: str, asked: dict[str, Any]) -> dict[str, Any]:
        """One call; a token that has ended early is renewed once."""
        body = json.dumps(asked).encode()
        for again in (True, False):
            try:
                answer = self._outside.post(
                    f"{self._url}/{call}",
                    body,
                    content_type="application/json",
                    Authorization=f"Bearer {self._bearer()}",
                )
                return _object(answer)
            except BadAnswer as bad:
                if bad.status == 401 and again:
                    self._token_until = 0.0
                    continue
                raise KeyUnavailable(f"The remote signing service refused {call}.") from bad
            except CallFailed as fault:
                raise KeyUnavailable(
                    f"The remote signing service did not answer: {fault}"
                ) from fault
        raise AssertionError("unreachable")

    def _bearer(self) -> str:
        with self._lock:
            if time.monotonic() < self._token_until:
                return self._token
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client,
            "client_secret": self._secret,
        }
        answer = self._outside.post(
            f"{self._url}/oauth2/token",
            urlencode(form).encode(),
            content_type="application/x-www-form-urlencoded",
        )
        said = _object(answer)
        with self._lock:
            self._token = str(said.get("access_token", ""))
            lasts = said.get("expires_in", 60)
            seconds = float(lasts) if isinstance(lasts, int | float) else 60.0
            self._token_until = time.monotonic() + seconds * 0.9
            return self._token


def provided(
    *, url: str, client: str, secret_file: str, pin_file: str = "", seconds: float = 10.0
) -> CscKeys:
    """The provider from a configuration; the files are readable by the city alone."""
    try:
        secret = Path(secret_file).read_text().strip()
        pin = Path(pin_file).read_text().strip() if pin_file else ""
    except OSError as fault:
        raise KeyUnavailable(f"The remote signing configuration cannot be read: {fault}") from fault
    origin = "/".join(url.split("/")[:3])
    outside = Outside.of([origin], seconds=seconds)

    def proof(reference: str, kind: str) -> str:
        if kind != "PIN" or not pin:
            raise KeyUnavailable(f"The remote key asks for {kind}, which is not configured.")
        return pin

    return CscKeys(url, outside=outside, client=client, secret=secret, proof=proof)


def _object(answer: bytes) -> dict[str, Any]:
    try:
        said = json.loads(answer)
    except ValueError as odd:
        raise KeyUnavailable("The remote signing service's answer cannot be read.") from odd
    if not isinstance(said, dict):
        raise KeyUnavailable("The remote signing service's answer cannot be read.")
    return said


def _is_root(der: bytes) -> bool:
    certificate = x509.load_der_x509_certificate(der)
    return certificate.subject == certificate.issuer


def _checked(public: object, signature: bytes, digest: bytes) -> bytes:
    """The signature, ECDSA as DER whatever the service writes; KeyUnavailable when it is wrong."""
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, digest, padding.PKCS1v15(), _PREHASHED)
            return signature
        assert isinstance(public, ec.EllipticCurvePublicKey)
        size = (public.curve.key_size + 7) // 8
        forms = [signature]
        if len(signature) == 2 * size:  # r and s side by side
            r, s = (int.from_bytes(half, "big") for half in (signature[:size], signature[size:]))
            forms.append(utils.encode_dss_signature(r, s))
        for form in forms:
            try:
                public.verify(form, digest, ec.ECDSA(_PREHASHED))
                return form
            except InvalidSignature:
                continue
        raise InvalidSignature
    except (InvalidSignature, ValueError) as wrong:
        raise KeyUnavailable("The remote signature is not over what was sent.") from wrong
