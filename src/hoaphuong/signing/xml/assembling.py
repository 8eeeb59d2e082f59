"""An XML signature put together in its place: digests, signed information, value, certificates."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from lxml import etree

from hoaphuong.signing.providers.base import KeyUnavailable, SigningKey
from hoaphuong.signing.xml.names import (
    DS,
    ECDSA_SHA256,
    EXCLUSIVE,
    RSA_SHA256,
    SHA256,
    SIGNED_PROPERTIES,
    canonical,
)


@dataclass(frozen=True)
class Part:
    """What one reference signs: canonical or plain bytes, where they are, how they came about."""

    content: bytes
    uri: str
    transforms: tuple[str, ...] = ()
    media: str = "text/xml"


def assemble(
    place: etree._Element,
    *,
    key: SigningKey,
    parts: list[Part],
    identifier: str,
    describe: Callable[[etree._Element], etree._Element] | None = None,
) -> etree._Element:
    """Append a finished ds:Signature to an element; KeyUnavailable.

    ``describe`` adds the properties that are signed too, and returns their element. Parts of the
    signature are canonicalised exclusively: the inclusive way inherits xml:lang from the message
    around, and a verifier on bare lxml, as signxml is, forgets that.
    """
    signature = etree.SubElement(place, f"{{{DS}}}Signature", nsmap={"ds": DS})
    signature.set("Id", identifier)
    info = _child(signature, "SignedInfo")
    _child(info, "CanonicalizationMethod", Algorithm=EXCLUSIVE)
    _child(info, "SignatureMethod", Algorithm=_method(key.certificate)[0])
    for number, part in enumerate(parts):
        _reference(info, part, Id=f"{identifier}-r{number}")
    value = _child(signature, "SignatureValue", Id=f"{identifier}-value")
    data = _child(_child(signature, "KeyInfo"), "X509Data")
    for certificate in (key.certificate, *key.chain):
        _child(data, "X509Certificate").text = base64.b64encode(certificate).decode()
    if describe is not None:
        properties = describe(_child(signature, "Object"))
        part = Part(canonical(properties, EXCLUSIVE), f"#{properties.get('Id')}", (EXCLUSIVE,))
        _reference(info, part, Type=SIGNED_PROPERTIES)
    value.text = base64.b64encode(_sign(key, canonical(info, EXCLUSIVE))).decode()
    return signature


def b64_digest(content: bytes) -> str:
    """SHA-256 in base64, as ds:DigestValue holds it."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def _child(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{DS}}}{name}", attributes)


def _reference(info: etree._Element, part: Part, **attributes: str) -> None:
    reference = _child(info, "Reference", URI=part.uri, **attributes)
    if part.transforms:
        transforms = _child(reference, "Transforms")
        for algorithm in part.transforms:
            _child(transforms, "Transform", Algorithm=algorithm)
    _child(reference, "DigestMethod", Algorithm=SHA256)
    _child(reference, "DigestValue").text = b64_digest(part.content)


@lru_cache(maxsize=64)
def _method(certificate: bytes) -> tuple[str, int]:
    """The algorithm for the key of a certificate, and how many bytes a half of ECDSA takes."""
    public = x509.load_der_x509_certificate(certificate).public_key()
    if isinstance(public, rsa.RSAPublicKey):
        return RSA_SHA256, 0
    if isinstance(public, ec.EllipticCurvePublicKey):
        return ECDSA_SHA256, (public.curve.key_size + 7) // 8
    raise KeyUnavailable("Only RSA and elliptic-curve keys sign here.")


def _sign(key: SigningKey, data: bytes) -> bytes:
    """XML holds ECDSA as two numbers of one length (XMLDSig 1.1, 6.4.3), keys answer DER."""
    signature = key.sign(data)
    half = _method(key.certificate)[1]
    if not half:
        return signature
    r, s = decode_dss_signature(signature)
    return r.to_bytes(half, "big") + s.to_bytes(half, "big")
