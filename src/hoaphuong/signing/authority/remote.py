"""Remote signing: the API of the Cloud Signature Consortium, version 2.0, in its common part."""

import base64
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from cryptography import x509

from hoaphuong.signing.authority.ceremony import Authority
from hoaphuong.signing.authority.faults import Faults
from hoaphuong.signing.authority.remote_keys import NoSuchKey, RemoteKey, WrongProof, references

CLIENT = "hoaphuong"
SHA256 = "2.16.840.1.101.3.4.2.1"
ALGORITHMS = {
    True: ("1.2.840.113549.1.1.11", "1.2.840.113549.1.1.1"),
    False: ("1.2.840.10045.4.3.2",),
}
MOST_AT_ONCE = 100
TOKEN_LASTS_S, AGREEMENT_LASTS_S = 3_600, 300
_Answer = tuple[int, dict[str, Any]]


class _Refused(Exception):
    def __init__(self, error: str, said: str, status: int = 400) -> None:
        super().__init__(said)
        self.error, self.status = error, status


@dataclass(frozen=True)
class _Agreement:
    """What a holder agreed to: these digests, with this key, until then, once."""

    reference: str
    digests: frozenset[str]
    most: int
    until: float


class Remote:
    """The remote keys of one authority; tokens and agreements live in this process alone."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._lock = threading.Lock()
        self._tokens: dict[str, float] = {}
        self._agreements: dict[str, _Agreement] = {}
        self._codes: dict[str, str] = {}
        self._calls: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "credentials/list": self._list,
            "credentials/info": self._info,
            "credentials/getChallenge": self._challenge,
            "credentials/authorize": self._authorize,
            "signatures/signHash": self._sign,
        }

    @property
    def _folder(self) -> Path:
        return self._authority.folder

    def answer(self, call: str, body: bytes, headers: Mapping[str, str], faults: Faults) -> _Answer:
        """Status and JSON of one call, the path behind ``/csc/v2/``."""
        try:
            if call == "info":
                return 200, self._about()
            if call == "oauth2/token":
                return 200, self._token(body)
            self._known(headers.get("Authorization", ""))
            if call not in self._calls:
                raise _Refused("invalid_request", "There is no such call.", 404)
            try:
                asked = json.loads(body or b"{}")
            except ValueError as fault:
                raise _Refused("invalid_request", "The body is not JSON.") from fault
            if not isinstance(asked, dict):
                raise _Refused("invalid_request", "The body is not an object.")
            if faults.refuse:
                raise _Refused("access_denied", "The holder did not agree.")
            said = self._calls[call](asked)
            if call == "signatures/signHash" and faults.wrong_digest:
                wrong = self._key(asked).sign(bytes(32))
                said = {"signatures": [_b64(wrong)] * len(said["signatures"])}
            return 200, said
        except _Refused as refused:
            return refused.status, {"error": refused.error, "error_description": str(refused)}

    def _about(self) -> dict[str, Any]:
        return {
            "specs": "2.0.0.2",
            "name": "Hoa Phượng Demonstration Remote Signing",
            "logo": "",
            "region": "VN",
            "lang": "vi",
            "description": "Invented: keys of a demonstration.",
            "authType": ["oauth2client"],
            "methods": ["oauth2/token", *self._calls],
            "signAlgorithms": {"algos": [name for names in ALGORITHMS.values() for name in names]},
        }

    def _token(self, body: bytes) -> dict[str, Any]:
        asked = {name: values[0] for name, values in parse_qs(body.decode("latin-1")).items()}
        if asked.get("grant_type") != "client_credentials":
            raise _Refused("unsupported_grant_type", "Only client_credentials is offered.")
        right = hmac.compare_digest(
            asked.get("client_secret", "").encode(), self._authority.secret.encode()
        )
        if asked.get("client_id") != CLIENT or not right:
            raise _Refused("invalid_client", "Client or secret is wrong.", 401)
        token = secrets.token_urlsafe(24)
        with self._lock:
            now = time.monotonic()
            self._tokens = {name: until for name, until in self._tokens.items() if until > now}
            self._tokens[token] = now + TOKEN_LASTS_S
        return {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_LASTS_S}

    def _known(self, said: str) -> None:
        kind, _, token = said.partition(" ")
        if kind != "Bearer" or self._tokens.get(token, 0) < time.monotonic():
            raise _Refused("invalid_token", "The access token is not valid.", 401)

    def _list(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"credentialIDs": references(self._folder)}

    def _key(self, asked: dict[str, Any]) -> RemoteKey:
        try:
            return RemoteKey(self._folder, str(asked.get("credentialID", "")))
        except NoSuchKey:
            raise _Refused("invalid_request", "Invalid parameter credentialID") from None

    def _info(self, asked: dict[str, Any]) -> dict[str, Any]:
        key = self._key(asked)
        certificate = x509.load_der_x509_certificate(key.certificate)
        chain = [key.certificate, self._authority.der("issuing")]
        wanted = {"none": 0, "single": 1}.get(asked.get("certificates", "single"), len(chain))
        return {
            "key": {
                "status": "enabled",
                "algo": list(ALGORITHMS[key.is_rsa]),
                "len": 2048 if key.is_rsa else 256,
                **({} if key.is_rsa else {"curve": "1.2.840.10045.3.1.7"}),
            },
            "cert": {
                "status": "valid",
                "certificates": [_b64(one) for one in chain[:wanted]],
                "issuerDN": certificate.issuer.rfc4514_string(),
                "serialNumber": f"{certificate.serial_number:x}",
                "subjectDN": certificate.subject.rfc4514_string(),
                "validFrom": f"{certificate.not_valid_before_utc:%Y%m%d%H%M%SZ}",
                "validTo": f"{certificate.not_valid_after_utc:%Y%m%d%H%M%SZ}",
            },
            "auth": {
                "mode": "explicit",
                "expression": key.proof,
                "objects": [
                    {"type": "Password" if key.proof == "PIN" else "ChallengeResponse",
                     "id": key.proof, "format": "N", "label": key.proof}
                ],
            },
            "SCAL": "2",
            "multisign": MOST_AT_ONCE,
        }  # fmt: skip

    def _challenge(self, asked: dict[str, Any]) -> dict[str, Any]:
        key = self._key(asked)
        if key.proof != "OTP":
            raise _Refused("invalid_request", "This key takes no code.")
        code = f"{secrets.randbelow(1_000_000):06}"
        with self._lock:
            self._codes[key.reference] = code
        # The telephone of a holder who does not exist.
        telephone = self._folder / "telephone"
        telephone.mkdir(exist_ok=True, mode=0o700)
        (telephone / secrets.token_hex(8)).write_text(f"{key.reference} {code}")
        return {}

    def _authorize(self, asked: dict[str, Any]) -> dict[str, Any]:
        key, digests = self._key(asked), _digests(asked)
        count = asked.get("numSignatures")
        if not isinstance(count, int) or not len(digests) <= count <= MOST_AT_ONCE:
            raise _Refused("invalid_request", "Invalid parameter numSignatures")
        proofs = asked.get("authData")
        said = {
            str(proof.get("id")): str(proof.get("value", ""))
            for proof in (proofs if isinstance(proofs, list) else [])
            if isinstance(proof, dict)
        }
        if key.proof not in said:
            raise _Refused("invalid_request", f"Missing or invalid {key.proof}")
        self._agree(key, said[key.proof])
        sad = secrets.token_urlsafe(24)
        until = time.monotonic() + AGREEMENT_LASTS_S
        with self._lock:
            self._agreements[sad] = _Agreement(key.reference, frozenset(digests), count, until)
        return {"SAD": sad, "expiresIn": AGREEMENT_LASTS_S}

    def _agree(self, key: RemoteKey, said: str) -> None:
        if key.proof == "PIN":
            try:
                key.agree(said)
            except WrongProof as wrong:
                error = "locked" if str(wrong) == "locked" else "invalid_pin"
                raise _Refused(error, "The PIN is not right.") from wrong
            return
        with self._lock:
            right = self._codes.pop(key.reference, "")
        if not right or not hmac.compare_digest(right.encode(), said.encode()):
            raise _Refused("invalid_otp", "The code is not right.")

    def _sign(self, asked: dict[str, Any]) -> dict[str, Any]:
        key, digests = self._key(asked), _digests(asked)
        if asked.get("signAlgo") not in ALGORITHMS[key.is_rsa]:
            raise _Refused("invalid_request", "Invalid parameter signAlgo")
        with self._lock:
            agreed = self._agreements.pop(str(asked.get("SAD", "")), None)
        if not agreed or agreed.until < time.monotonic() or agreed.reference != key.reference:
            raise _Refused("invalid_request", "Invalid parameter SAD")
        if not set(digests) <= agreed.digests or len(digests) > agreed.most:
            raise _Refused("invalid_request", "Hash is not authorized by the SAD")
        return {"signatures": [_b64(key.sign(base64.b64decode(digest))) for digest in digests]}


def _digests(asked: dict[str, Any]) -> list[str]:
    digests = asked.get("hashes")
    try:
        sound = (
            isinstance(digests, list)
            and 0 < len(digests) <= MOST_AT_ONCE
            and all(len(base64.b64decode(digest, validate=True)) == 32 for digest in digests)
        )
    except (ValueError, TypeError):
        sound = False
    if not sound or asked.get("hashAlgorithmOID") != SHA256:
        raise _Refused("invalid_request", "Invalid parameter hashes or hashAlgorithmOID")
    assert isinstance(digests, list)
    return digests


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode()
