"""Cryptographic Message Syntax (RFC 5652): who signed what, and whether the numbers are right."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from asn1crypto import cms, core, parser, tsp
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from hoaphuong.signing.verification import certificates
from hoaphuong.signing.verification.base import Digest
from hoaphuong.signing.verification.certificates import Certificate

HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
    "sha3_256": hashes.SHA3_256(),
    "sha3_384": hashes.SHA3_384(),
    "sha3_512": hashes.SHA3_512(),
    "md5": hashes.MD5(),
}


class BadCms(ValueError):
    """Bytes that are no signed message of one signer."""


@dataclass(frozen=True)
class Message:
    """A signed message of one signer, read; nothing is judged yet."""

    info: Any
    content_type: str
    content: bytes | None
    certificates: tuple[bytes, ...]
    signer: Certificate | None
    hash_name: str
    attributes: dict[str, Any]
    unsigned: dict[str, list[bytes]]
    bound: bool

    @property
    def claimed_at(self) -> datetime | None:
        value = self.attributes.get("signing_time")
        return value.native if value is not None else None

    @property
    def tokens(self) -> tuple[bytes, ...]:
        """The DER of every time stamp over the signature value."""
        return tuple(self.unsigned.get("signature_time_stamp_token", ()))

    @property
    def value(self) -> bytes:
        """The signature value, over which time stamps are."""
        return bytes(self.info["signature"].native)

    @property
    def algorithm(self) -> str:
        """Such as ``RSA-2048 SHA-256``."""
        key = self.signer.key if self.signer else None
        kind = "?"
        if isinstance(key, rsa.RSAPublicKey):
            kind = f"RSA-{key.key_size}"
        elif isinstance(key, ec.EllipticCurvePublicKey):
            kind = {"secp256r1": "P-256", "secp384r1": "P-384"}.get(key.curve.name, key.curve.name)
        return f"{kind} {self.hash_name.upper().replace('SHA', 'SHA-')}"

    def weakness(self) -> str:
        """What in the signature itself nobody should rely on; "" when nothing."""
        for name in (self.hash_name, _signature_hash(self.info)):
            if name in certificates.WEAK_HASHES:
                return name.upper()
        key = self.signer.key if self.signer else None
        if isinstance(key, rsa.RSAPublicKey) and key.key_size < certificates.LEAST_RSA:
            return f"RSA {key.key_size}"
        return ""

    def fault(self, digest: Digest) -> str:
        """ "" when it is over content of this digest by the signer's key; a code otherwise."""
        if self.signer is None:
            return "no_certificate"
        if self.hash_name not in HASHES:
            return "unsupported_algorithm"
        try:
            return self._fault(digest(self.hash_name), self.signer)
        except UnsupportedAlgorithm:
            return "unsupported_algorithm"
        except (ValueError, TypeError, KeyError):
            return "broken_signature"

    def _fault(self, actual: bytes, signer: Certificate) -> str:
        if not _fits(self.info, signer.key):
            return "unsupported_algorithm"
        pss, used = _padding(self.info, self.hash_name), HASHES[_hash_used(self)]
        if not self.attributes:
            ready: Any = utils.Prehashed(HASHES[self.hash_name])
            right = certificates.check(signer.key, self.value, actual, ready, pss)
            return "" if right else "content_changed"
        if not self._consistent():
            return "broken_signature"
        data = self.info["signed_attrs"].untag().dump()
        if not certificates.check(signer.key, self.value, data, used, pss):
            return "signature_wrong"
        if self.bound and not _binds(self.attributes, signer.der):
            return "wrong_certificate"
        return "" if self.attributes["message_digest"].native == actual else "content_changed"

    def _consistent(self) -> bool:
        """Whether the attributes tell the same story as what stands unsigned beside them."""
        told = self.attributes.get("cms_algorithm_protection")
        if told is not None:
            said = told["signature_algorithm"]
            if told["digest_algorithm"]["algorithm"].native != self.hash_name or (
                said.native and said.native != self.info["signature_algorithm"].native
            ):
                return False
        kind = self.attributes.get("content_type")
        return (
            kind is not None
            and kind.native == self.content_type
            and "message_digest" in self.attributes
        )


@lru_cache(maxsize=256)
def read(der: bytes) -> Message:
    """A signed message; bytes behind it may only be zero; BadCms."""
    try:
        length = sum(len(part) for part in parser.parse(der, strict=False)[3:6])
        if der[length:].strip(b"\0"):
            raise BadCms("something stands behind the signature")
        if not _filled(der[:length]):
            raise BadCms("a length that does not fit")
        return _message(der[:length])
    except BadCms:
        raise
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as fault:
        raise BadCms(str(fault)[:200]) from fault
    except RecursionError as fault:
        raise BadCms("nested too deeply") from fault


def _message(der: bytes) -> Message:
    outer = cms.ContentInfo.load(der)
    if outer["content_type"].native != "signed_data":
        raise BadCms("not signed data")
    signed = outer["content"]
    infos = signed["signer_infos"]
    if len(infos) != 1:
        raise BadCms(f"{len(infos)} signers")
    info = infos[0]
    named = info["digest_algorithm"]["algorithm"].native
    if not all(map(_plain, (info["digest_algorithm"], *signed["digest_algorithms"]))):
        raise BadCms("a digest with parameters")
    if named not in {one["algorithm"].native for one in signed["digest_algorithms"]}:
        raise BadCms("the digest is not one that was announced")
    if info["version"].native not in ("v1", "v3") or signed["version"].native not in (
        "v1",
        "v3",
        "v4",
        "v5",
    ):
        raise BadCms("a version that was never given")
    bag = signed["certificates"]
    ders = tuple(
        one.chosen.dump() for one in (bag if _there(bag) else ()) if one.name == "certificate"
    )
    attributes = {}
    for one in info["signed_attrs"] if _there(info["signed_attrs"]) else ():
        kind = one["type"].native
        if kind in attributes or len(one["values"]) != 1:
            raise BadCms(f"{kind} stands there twice")
        attributes[kind] = one["values"][0]
    unsigned: dict[str, list[bytes]] = {}
    for one in info["unsigned_attrs"] if _there(info["unsigned_attrs"]) else ():
        unsigned.setdefault(one["type"].native, []).extend(_pieces(one["values"].contents))
    inner = signed["encap_content_info"]
    return Message(
        info=info,
        content_type=inner["content_type"].native,
        content=_content(inner),
        certificates=ders,
        signer=_signer(info["sid"], ders),
        hash_name=named,
        attributes=attributes,
        unsigned=unsigned,
        bound=bool({"signing_certificate", "signing_certificate_v2"} & attributes.keys()),
    )


def _there(value: Any) -> bool:
    """Whether an optional value is there; its ``native`` would read all that is in it."""
    return not isinstance(value, core.Void)


def _pieces(contents: bytes | None) -> list[bytes]:
    """The values of a set as they stand: written again they might differ, and cost far more."""
    left, found = contents or b"", []
    while left:
        length = sum(len(part) for part in parser.parse(left, strict=False)[3:6])
        found.append(left[:length])
        left = left[length:]
    return found


def _content(inner: Any) -> bytes | None:
    content = inner["content"]
    if content is core.VOID or content.native is None:
        return None
    return bytes(content)  # the octets as they are: parsing and writing again might differ


def _signer(sid: Any, ders: tuple[bytes, ...]) -> Certificate | None:
    for der in ders:
        try:
            one = certificates.read(der)
        except certificates.BadCertificate:
            continue
        if sid.name == "issuer_and_serial_number":
            known = sid.chosen
            if known["serial_number"].native == one.serial and known["issuer"].dump() == one.issuer:
                return one
        elif one.key_id == sid.chosen.native:
            return one
    return None


def _binds(attributes: dict[str, Any], der: bytes) -> bool:
    """Whether the certificate bound among the signed attributes is this one (RFC 5035)."""
    for name, kind, usual in (
        ("signing_certificate_v2", tsp.SigningCertificateV2, "sha256"),
        ("signing_certificate", tsp.SigningCertificate, "sha1"),
    ):
        if name not in attributes:
            continue
        first = kind.load(attributes[name].dump())["certs"][0]
        used = usual if usual == "sha1" else first["hash_algorithm"]["algorithm"].native
        if hashlib.new(used, der).digest() != first["cert_hash"].native:
            return False
    return True


def _fits(info: Any, key: Any) -> bool:
    """Whether the algorithm named is one for this kind of key."""
    try:
        named = info["signature_algorithm"].signature_algo
    except ValueError:
        return False
    if isinstance(key, rsa.RSAPublicKey):
        return named in ("rsassa_pkcs1v15", "rsassa_pss")
    return bool(named == "ecdsa") == isinstance(key, ec.EllipticCurvePublicKey)


def _filled(der: bytes) -> bool:
    """Whether every value made of others is exactly as long as they are together.

    Lengths are part of no signature; only definite ones can be counted.
    """
    waiting = [(0, len(der))]
    while waiting:
        place, end = waiting.pop()
        while place < end:
            first, length = der[place], der[place + 1]
            place += 2
            if first & 0x1F == 0x1F or length == 0x80:
                return True  # a long tag, or BER without lengths: nothing to count
            if length > 0x80:
                size = length & 0x7F
                length = int.from_bytes(der[place : place + size])
                place += size
            if place + length > end or first == 0:
                return False
            if first & 0x20:
                waiting.append((place, place + length))
            place += length
    return True


def _plain(algorithm: Any) -> bool:
    return algorithm["parameters"].dump() in (b"", b"\x05\x00")


def _signature_hash(info: Any) -> str:
    try:
        return str(info["signature_algorithm"].hash_algo)
    except ValueError:
        return ""


def _hash_used(message: Message) -> str:
    named = _signature_hash(message.info)
    return named if named in HASHES else message.hash_name


def _padding(info: Any, hash_name: str) -> padding.PSS | None:
    algorithm = info["signature_algorithm"]
    if algorithm["algorithm"].native != "rsassa_pss":
        return None
    parameters = algorithm["parameters"]
    mask = parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native
    return padding.PSS(mgf=padding.MGF1(HASHES[mask]), salt_length=parameters["salt_length"].native)
