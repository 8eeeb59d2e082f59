"""Time stamps over HTTP (RFC 3161): asked for, and checked before anyone relies on them."""

import hashlib
import secrets
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from asn1crypto import cms, core, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID

from hoaphuong.kernel.outside import CallFailed, Line, Outside
from hoaphuong.signing.providers import chains
from hoaphuong.signing.providers.base import TimeStampFailed

TOLERANCE = timedelta(minutes=2)
DIGESTS = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
# version, then the imprint's algorithm SHA-256 with the head of a 32-byte OCTET STRING
_IMPRINT = bytes.fromhex("3031300d060960864801650304020105000420")
_ASKS_FOR_CERTIFICATE = b"\x01\x01\xff"


class _Answer(core.Sequence):
    """A TimeStampResp, of which a refusal has no token; asn1crypto's own always wants one."""

    _fields = [
        ("status", tsp.PKIStatusInfo),
        ("token", cms.ContentInfo, {"optional": True}),
    ]


def _now() -> datetime:
    return datetime.now(UTC)


class HttpTimeStamps:
    """One time-stamp authority at ``url``, below one of ``anchors`` (DER).

    A stamp whose time is more than ``tolerance`` from ``clock`` is refused: one of both clocks is
    wrong, and a signature must not carry a wrong time. ``policy`` (dotted) is asked for when given.
    """

    def __init__(
        self,
        url: str,
        *,
        outside: Outside,
        anchors: Iterable[bytes],
        clock: Callable[[], datetime] = _now,
        tolerance: timedelta = TOLERANCE,
        policy: str = "",
    ) -> None:
        self._url, self._outside, self._clock = url, outside, clock
        self._tolerance, self._policy = tolerance, policy
        self._anchors = [x509.load_der_x509_certificate(anchor) for anchor in anchors]
        self._wanted = tsp.ObjectIdentifier(policy).dump() if policy else b""
        self._lines = threading.local()
        self._trusted: dict[bytes, x509.Certificate] = {}

    def stamp(self, digest: bytes) -> bytes:
        """The DER TimeStampToken over a SHA-256 digest; TimeStampFailed says what was wrong."""
        if len(digest) != 32:
            raise TimeStampFailed("Only SHA-256 digests are stamped.")
        nonce = secrets.randbits(62) | 1 << 62
        body = b"\x02\x01\x01" + _IMPRINT + digest + self._wanted
        body += b"\x02\x08" + nonce.to_bytes(8, "big") + _ASKS_FOR_CERTIFICATE
        try:
            answer = self._line().post(
                b"\x30" + bytes((len(body),)) + body, content_type="application/timestamp-query"
            )
        except CallFailed as fault:
            raise TimeStampFailed(f"The time-stamp authority did not answer: {fault}") from fault
        try:
            return self._checked(answer, digest, nonce)
        except (ValueError, TypeError, KeyError, IndexError, OverflowError, AttributeError) as odd:
            raise TimeStampFailed("The answer is not a time stamp.") from odd

    def _line(self) -> Line:
        """One connection a thread, made at its first stamp."""
        line = getattr(self._lines, "line", None)
        if line is None:
            line = self._lines.line = self._outside.line(self._url)
        return line

    def _checked(self, answer: bytes, digest: bytes, nonce: int) -> bytes:
        said = _Answer.load(answer, strict=True)
        status = said["status"]
        if status["status"].native not in ("granted", "granted_with_mods"):
            why = ", ".join(sorted(status["fail_info"].native or ())) or status["status"].native
            raise TimeStampFailed(f"The time-stamp authority refused: {why}.")
        token = said["token"]
        if token["content_type"].native != "signed_data":
            raise TimeStampFailed("The answer is not a time stamp.")
        data = token["content"]
        content = data["encap_content_info"]
        if content["content_type"].native != "tst_info":
            raise TimeStampFailed("The answer is not a time stamp.")
        info_der = content["content"].contents
        self._says_what_was_asked(content["content"].parsed, digest, nonce)
        stamped_at = content["content"].parsed["gen_time"].native
        certificate = self._certificate(data, stamped_at)
        self._is_signed(data, info_der, certificate)
        apart = abs(stamped_at - self._clock())
        if apart > self._tolerance:
            raise TimeStampFailed(
                f"A clock is wrong: the stamp says {stamped_at:%Y-%m-%dT%H:%M:%SZ},"
                f" {apart.total_seconds():.0f} seconds from this machine's clock."
            )
        dumped: bytes = token.dump()
        return dumped

    def _says_what_was_asked(self, info: tsp.TSTInfo, digest: bytes, nonce: int) -> None:
        imprint = info["message_imprint"]
        if imprint["hash_algorithm"]["algorithm"].native != "sha256":
            raise TimeStampFailed("The stamp is over another kind of digest.")
        if imprint["hashed_message"].native != digest:
            raise TimeStampFailed("The stamp is over another digest.")
        if info["nonce"].native != nonce:
            raise TimeStampFailed("The stamp answers another request (nonce).")
        if self._policy and info["policy"].native != self._policy:
            raise TimeStampFailed("The stamp is under another policy.")

    def _certificate(self, data: cms.SignedData, at: datetime) -> x509.Certificate:
        """The signer's certificate, looked at once: purpose, and a path to an anchor."""
        if len(data["signer_infos"]) != 1:
            raise TimeStampFailed("A time stamp has one signer.")
        sid = data["signer_infos"][0]["sid"].chosen
        carried = [one.chosen.dump() for one in data["certificates"] if one.name == "certificate"]
        loaded = [self._trusted.get(der) or x509.load_der_x509_certificate(der) for der in carried]
        serial = sid["serial_number"].native
        issuer = sid["issuer"].dump()
        for der, certificate in zip(carried, loaded, strict=True):
            if certificate.serial_number != serial or certificate.issuer.public_bytes() != issuer:
                continue
            if der not in self._trusted:
                self._trust(der, certificate, loaded, at)
            elif not chains.valid_at(certificate, at):
                raise TimeStampFailed("The authority's certificate is not valid at that time.")
            return certificate
        raise TimeStampFailed("The stamp does not carry its signer's certificate.")

    def _trust(
        self,
        der: bytes,
        certificate: x509.Certificate,
        carried: list[x509.Certificate],
        at: datetime,
    ) -> None:
        try:
            purpose = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        except x509.ExtensionNotFound:
            purpose = None
        # RFC 3161, 2.3: critical, and this purpose alone.
        if (
            not purpose
            or not purpose.critical
            or list(purpose.value) != [ExtendedKeyUsageOID.TIME_STAMPING]
        ):
            raise TimeStampFailed("The signer's certificate is not one for time stamps.")
        if not chains.path(certificate, between=carried, anchors=self._anchors, at=at):
            raise TimeStampFailed("The time-stamp authority is not one that is trusted here.")
        if len(self._trusted) > 20:
            self._trusted.clear()
        self._trusted[der] = certificate

    def _is_signed(self, data: cms.SignedData, info: bytes, certificate: x509.Certificate) -> None:
        signer = data["signer_infos"][0]
        digest = DIGESTS.get(signer["digest_algorithm"]["algorithm"].native)
        if digest is None:
            raise TimeStampFailed("The stamp is signed with a digest that is not accepted.")
        said = {one["type"].native: one["values"] for one in signer["signed_attrs"]}
        if said["content_type"][0].native != "tst_info":
            raise TimeStampFailed("The stamp's signature is not over a time stamp.")
        if said["message_digest"][0].native != hashlib.new(digest.name, info).digest():
            raise TimeStampFailed("The stamp was changed after it was signed.")
        content = b"\x31" + signer["signed_attrs"].dump()[1:]  # as a SET (RFC 5652, 5.4)
        signature = signer["signature"].native
        if not chains.signed(certificate.public_key(), signature, content, digest):
            raise TimeStampFailed("The stamp's signature is wrong.")
