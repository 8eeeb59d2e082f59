"""Whether the mathematics of an XML signature is right: structure, value, digests, certificate."""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

from hoaphuong.signing.xml.names import CANONICAL, DS, XADES, NotCanonical, canonical
from hoaphuong.signing.xml.references import ReferenceFault, Target, follow, prefixes_of

_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_PSS = "http://www.w3.org/2007/05/xmldsig-more#"
_HASHES = {
    "sha1": hashes.SHA1(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
# Keyed hashes, DSA and MD5 are not here: the first name no signer, the others prove nothing.
METHODS = {
    f"{DS}rsa-sha1": ("rsa", "sha1"),
    **{f"{_MORE}rsa-{name}": ("rsa", name) for name in ("sha256", "sha384", "sha512")},
    **{f"{_PSS}{name}-rsa-MGF1": ("pss", name) for name in ("sha256", "sha384", "sha512")},
    **{f"{_MORE}ecdsa-{name}": ("ecdsa", name) for name in _HASHES},
}
DIGESTS = {
    f"{DS}sha1": "sha1",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    f"{_MORE}sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
QUALIFYING = f"{{{DS}}}Object/{{{XADES}}}QualifyingProperties"
_CERTIFICATE = f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate"
_CHILDREN = {f"{{{DS}}}{name}" for name in ("SignedInfo", "SignatureValue", "KeyInfo", "Object")}
_MOST_REFERENCES = 1000
LEAST_RSA = 2048


class _Fault(Exception):
    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Checked:
    """One ds:Signature: ``fault`` is "" when it is right, else a code of ``reasons.py``.

    ``targets`` are the things its digests are right for. ``properties`` are those of XAdES, and
    only when they are signed. ``value`` is the signature itself.
    """

    certificate: bytes | None = None
    certificates: tuple[bytes, ...] = ()
    fault: str = ""
    detail: str = ""
    weak: str = ""
    algorithm: str = ""
    value: bytes = b""
    targets: tuple[Target, ...] = ()
    claimed_at: datetime | None = None
    baseline: bool = False


def check(signature: etree._Element, files: Mapping[str, bytes] | None = None) -> Checked:
    """All that can be said of a signature without asking whom to trust."""
    known = tuple(decoded(signature.iterfind(_CERTIFICATE)))
    held = known[0] if known else None
    try:
        info, value_at = _structure(signature)
        family, hash_name = _method(info)
        targets, faults, digests = _targets(info, signature, files)
        properties = _signed_properties(signature, targets)
        named = _named_certificate(properties, signature, known)
        value = _base64(value_at)
        certificate = _signer(named, known, family, hash_name, value, _canonical(info))
    except _Fault as fault:
        return Checked(held, known, fault.reason, fault.detail)
    key, weak = _key(certificate)
    if properties is None and not faults and signature.find(QUALIFYING) is not None:
        faults = [_Fault("broken_signature", "Its properties are not signed, or not its own")]
    worst = faults[0] if faults else _Fault("", "")
    return Checked(
        certificate=certificate,
        certificates=known,
        fault=worst.reason,
        detail=worst.detail,
        weak="SHA-1" if "sha1" in (hash_name, *digests) else weak,
        algorithm=f"{key} {hash_name.upper().replace('SHA', 'SHA-')}",
        value=value,
        targets=tuple(targets),
        claimed_at=_claimed(properties),
        baseline=named is not None,
    )


def _structure(signature: etree._Element) -> tuple[etree._Element, etree._Element]:
    children = [child for child in signature if isinstance(child.tag, str)]
    named = [child.tag for child in children]
    infos = signature.findall(f"{{{DS}}}SignedInfo")
    values = signature.findall(f"{{{DS}}}SignatureValue")
    references = len(infos[0].findall(f"{{{DS}}}Reference")) if infos else 0
    if (
        len(infos) != 1
        or len(values) != 1
        or named.count(f"{{{DS}}}KeyInfo") > 1
        or not set(named) <= _CHILDREN
        or not 1 <= references <= _MOST_REFERENCES
        or len(signature.findall(QUALIFYING)) > 1
    ):
        raise _Fault("broken_signature", "The signature is not built as the standard says")
    return infos[0], values[0]


def _method(info: etree._Element) -> tuple[str, str]:
    methods = info.findall(f"{{{DS}}}SignatureMethod")
    algorithm = methods[0].get("Algorithm", "") if len(methods) == 1 else ""
    if algorithm not in METHODS:
        raise _Fault("unsupported_algorithm", f"Signature method {algorithm[:120]}")
    return METHODS[algorithm]


def _canonical(info: etree._Element) -> bytes:
    method = info.find(f"{{{DS}}}CanonicalizationMethod")
    algorithm = "" if method is None else method.get("Algorithm", "")
    if method is None or algorithm not in CANONICAL:
        raise _Fault("unsupported_algorithm", f"Canonicalisation {algorithm[:120]}")
    try:
        return canonical(info, algorithm, prefixes=prefixes_of(method))
    except NotCanonical as fault:
        raise _Fault("broken_signature", str(fault)) from fault


def _targets(
    info: etree._Element, signature: etree._Element, files: Mapping[str, bytes] | None
) -> tuple[list[Target], list[_Fault], list[str]]:
    """The things whose digest is right, faults of the others (what is missing last), hashes."""
    targets, faults, names = [], [], []
    for reference in info.iterfind(f"{{{DS}}}Reference"):
        method = reference.find(f"{{{DS}}}DigestMethod")
        algorithm = "" if method is None else method.get("Algorithm", "")
        wanted = reference.find(f"{{{DS}}}DigestValue")
        if algorithm not in DIGESTS or wanted is None:
            raise _Fault("unsupported_algorithm", f"Digest method {algorithm[:120]}")
        names.append(DIGESTS[algorithm])
        try:
            target = follow(reference, signature, files)
        except ReferenceFault as fault:
            faults.append(_Fault(fault.reason, fault.detail))
            continue
        if hashlib.new(DIGESTS[algorithm], target.content).digest() == _base64(wanted):
            targets.append(target)
        else:
            uri = reference.get("URI") or "the document"
            faults.append(_Fault("content_changed", f"Not what was signed: {uri[:120]}"))
    return targets, sorted(faults, key=lambda fault: fault.reason == "signed_data_missing"), names


def _signed_properties(signature: etree._Element, targets: list[Target]) -> etree._Element | None:
    """The XAdES properties, when they belong to this signature and one of its digests is theirs."""
    qualifying = signature.find(QUALIFYING)
    if qualifying is None:
        return None
    properties = qualifying.findall(f"{{{XADES}}}SignedProperties")
    if len(properties) != 1 or qualifying.get("Target") != f"#{signature.get('Id')}":
        return None
    return properties[0] if any(t.element is properties[0] for t in targets) else None


def _named_certificate(
    properties: etree._Element | None, signature: etree._Element, known: tuple[bytes, ...]
) -> bytes | None:
    """The certificate that the signed properties name; None when they name none."""
    if properties is None:
        return None
    place = properties.find(f"{{{XADES}}}SignedSignatureProperties")
    for name in ("SigningCertificateV2", "SigningCertificate"):
        digest = None
        if place is not None:
            digest = place.find(f"{{{XADES}}}{name}/{{{XADES}}}Cert/{{{XADES}}}CertDigest")
        if digest is None:
            continue
        method, wanted = digest.find(f"{{{DS}}}DigestMethod"), digest.find(f"{{{DS}}}DigestValue")
        algorithm = "" if method is None else method.get("Algorithm", "")
        if algorithm not in DIGESTS or wanted is None:
            raise _Fault("unsupported_algorithm", f"Digest method {algorithm[:120]}")
        more = decoded(signature.iterfind(f"{QUALIFYING}//{{{XADES}}}EncapsulatedX509Certificate"))
        for der in (*known, *more):
            if hashlib.new(DIGESTS[algorithm], der).digest() == _base64(wanted):
                return der
        raise _Fault("wrong_certificate", "The certificate is not the one that was signed for")
    return None


def _signer(
    named: bytes | None,
    known: tuple[bytes, ...],
    family: str,
    hash_name: str,
    value: bytes,
    content: bytes,
) -> bytes:
    candidates = known if named is None else (named,)
    if not candidates:
        raise _Fault("no_certificate", "The signature brings no certificate")
    for der in candidates[:20]:
        try:
            public = x509.load_der_x509_certificate(der).public_key()
        except (ValueError, UnsupportedAlgorithm):
            continue
        if _right(public, family, hash_name, value, content):
            return der
    raise _Fault("signature_wrong", "The signature value is wrong for what was signed")


def _right(public: object, family: str, hash_name: str, value: bytes, content: bytes) -> bool:
    algorithm = _HASHES[hash_name]
    try:
        if family == "ecdsa" and isinstance(public, ec.EllipticCurvePublicKey):
            half = (public.curve.key_size + 7) // 8
            if len(value) != 2 * half:
                return False
            numbers = int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big")
            public.verify(encode_dss_signature(*numbers), content, ec.ECDSA(algorithm))
        elif family == "rsa" and isinstance(public, rsa.RSAPublicKey):
            public.verify(value, content, padding.PKCS1v15(), algorithm)
        elif family == "pss" and isinstance(public, rsa.RSAPublicKey):
            salted = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
            public.verify(value, content, salted, algorithm)
        else:
            return False
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


def _key(certificate: bytes) -> tuple[str, str]:
    """What kind of key it is, and the same when it is too short to rely on."""
    public = x509.load_der_x509_certificate(certificate).public_key()
    if isinstance(public, rsa.RSAPublicKey):
        name = f"RSA-{public.key_size}"
        return name, name if public.key_size < LEAST_RSA else ""
    curve = public.curve.name if isinstance(public, ec.EllipticCurvePublicKey) else "?"
    return {"secp256r1": "P-256", "secp384r1": "P-384"}.get(curve, curve), ""


def _claimed(properties: etree._Element | None) -> datetime | None:
    if properties is None:
        return None
    path = f"{{{XADES}}}SignedSignatureProperties/{{{XADES}}}SigningTime"
    try:
        moment = datetime.fromisoformat((properties.findtext(path) or "").strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _base64(element: etree._Element) -> bytes:
    """Strict: no letter that is not base64, so that no two texts are one value."""
    try:
        return base64.b64decode("".join(str(element.xpath("string()")).split()), validate=True)
    except (binascii.Error, ValueError) as fault:
        name = etree.QName(element).localname
        raise _Fault("broken_signature", f"{name} is not base64") from fault


def decoded(elements: Iterable[etree._Element]) -> list[bytes]:
    """What is base64 among them."""
    found = []
    for element in elements:
        try:
            found.append(_base64(element))
        except _Fault:
            continue
    return found
