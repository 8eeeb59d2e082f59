"""Time stamps: RFC 3161 with what never changes encoded once."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from asn1crypto import tsp
from asn1crypto.core import UTF8String
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from hoaphuong.signing.authority.ceremony import DER, SHA256, Authority
from hoaphuong.signing.authority.faults import Faults
from hoaphuong.signing.der import NULL, OCTETS, SET, TIME, integer, oid, sequence, tlv

POLICY = "1.3.6.1.4.1.32473.15.3"
SIZES = {"sha256": 32, "sha384": 48, "sha512": 64}
_SIGNED_DATA, _TST_INFO = oid("1.2.840.113549.1.7.2"), oid("1.2.840.113549.1.9.16.1.4")
_SHA256 = sequence(oid("2.16.840.1.101.3.4.2.1"), NULL)
_ECDSA = sequence(oid("1.2.840.10045.4.3.2"))
_GRANTED = sequence(integer(0))
_ACCURACY = sequence(integer(1))  # one second


class _Refused(Exception):
    def __init__(self, failure: str, said: str) -> None:
        super().__init__(said)
        self.failure = failure


class Stamper:
    """One time-stamp authority: its key loaded, its constant parts encoded."""

    def __init__(
        self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate, *chain: bytes
    ) -> None:
        self._key, self._ecdsa = key, ec.ECDSA(SHA256)
        own = certificate.public_bytes(DER)
        self._policy = oid(POLICY)
        self._certificates = tlv(0xA0, *sorted((own, *chain)))
        self._signer = sequence(
            certificate.issuer.public_bytes(), integer(certificate.serial_number)
        )
        self._content_type = sequence(oid("1.2.840.113549.1.9.3"), tlv(SET, _TST_INFO))
        # ESSCertIDv2 with its default digest, SHA-256 (RFC 5816).
        named = sequence(sequence(sequence(tlv(OCTETS, hashlib.sha256(own).digest()))))
        self._who = sequence(oid("1.2.840.113549.1.9.16.2.47"), tlv(SET, named))

    @classmethod
    def of(cls, authority: Authority) -> "Stamper":
        return cls(authority.keys["tsa"], authority.certificates["tsa"], authority.der("issuing"))

    def answer(self, request: bytes, *, at: datetime, faults: Faults) -> bytes:
        """The DER TimeStampResp: granted, or refused with a PKIFailureInfo."""
        try:
            imprint, nonce, wants_certificate = _read(request)
            if faults.refuse:
                raise _Refused("system_failure", "told to refuse")
        except _Refused as refused:
            return _refusal(refused)
        if faults.wrong_digest:
            imprint = imprint[:-1] + bytes((imprint[-1] ^ 1,))
        if nonce is not None and faults.wrong_nonce:
            nonce ^= 1
        info = self._info(imprint, nonce, at + timedelta(seconds=faults.clock_off))
        return sequence(_GRANTED, self._token(info, with_certificates=wants_certificate))

    def _info(self, imprint: bytes, nonce: int | None, at: datetime) -> bytes:
        moment = f"{at.astimezone(UTC):%Y%m%d%H%M%S.%f}".rstrip("0").rstrip(".") + "Z"
        return sequence(
            integer(1),
            self._policy,
            imprint,
            integer(1 << 127 | secrets.randbits(127)),
            tlv(TIME, moment.encode()),
            _ACCURACY,
            b"" if nonce is None else integer(nonce),
        )

    def _token(self, info: bytes, *, with_certificates: bool) -> bytes:
        digest = tlv(OCTETS, hashlib.sha256(info).digest())
        attributes = (
            self._content_type,
            sequence(oid("1.2.840.113549.1.9.4"), tlv(SET, digest)),
            self._who,
        )
        signed = b"".join(sorted(attributes))
        signature = self._key.sign(tlv(SET, signed), self._ecdsa)
        signer = sequence(
            integer(1), self._signer, _SHA256, tlv(0xA0, signed), _ECDSA, tlv(OCTETS, signature)
        )
        data = sequence(
            integer(3),
            tlv(SET, _SHA256),
            sequence(_TST_INFO, tlv(0xA0, tlv(OCTETS, info))),
            self._certificates if with_certificates else b"",
            tlv(SET, signer),
        )
        return sequence(_SIGNED_DATA, tlv(0xA0, data))


def _read(request: bytes) -> tuple[bytes, int | None, bool]:
    """Imprint (DER), nonce, and whether certificates are wanted."""
    try:
        asked = tsp.TimeStampReq.load(request, strict=True)
        version, imprint = asked["version"].native, asked["message_imprint"]
        algorithm = imprint["hash_algorithm"]["algorithm"].native
        digest = imprint["hashed_message"].native
        nonce, policy = asked["nonce"].native, asked["req_policy"].native
        wants, extensions = bool(asked["cert_req"].native), asked["extensions"].native
    except (ValueError, TypeError, KeyError, OverflowError) as fault:
        raise _Refused("bad_data_format", "the request cannot be read") from fault
    if version != "v1":
        raise _Refused("bad_request", "only version 1 is known")
    if algorithm not in SIZES:
        raise _Refused("bad_alg", "digests are SHA-256, SHA-384 or SHA-512")
    if len(digest) != SIZES[algorithm]:
        raise _Refused("bad_data_format", "the digest has another length")
    if policy not in (None, POLICY):
        raise _Refused("unaccepted_policy", "this policy is not offered")
    if extensions:
        raise _Refused("unaccepted_extensions", "no extension is known")
    if nonce is not None and nonce < 0:
        raise _Refused("bad_request", "a nonce is not negative")
    return imprint.dump(), nonce, wants


def _refusal(refused: _Refused) -> bytes:
    status = {
        "status": "rejection",
        "status_string": [UTF8String(str(refused))],
        "fail_info": {refused.failure},
    }
    # Without a token; asn1crypto's TimeStampResp wants one.
    return sequence(tsp.PKIStatusInfo(status).dump())
