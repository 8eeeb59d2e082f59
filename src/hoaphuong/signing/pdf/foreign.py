"""Messages that a signer's own device made: what must be true of one before it is taken."""

from hashlib import sha256

from asn1crypto import cms, core, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import load_der_x509_certificate

from hoaphuong.signing.providers.base import SigningFault, TimeStamps

_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


class Refused(SigningFault):
    """The message is not a PAdES signature over this file by the one who was expected."""


def checked(message: bytes, *, digest: bytes, expected: bytes) -> bytes:
    """The message, in DER, once it is known to be right; Refused."""
    try:
        info = cms.ContentInfo.load(message, strict=True)
        _check(info, digest=digest, expected=expected)
        return info.dump()
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as fault:
        raise Refused(f"The message cannot be read: {fault}") from fault


def _check(info: cms.ContentInfo, *, digest: bytes, expected: bytes) -> None:
    if info["content_type"].native != "signed_data":
        raise Refused("The message holds no signature.")
    signed = info["content"]
    infos = signed["signer_infos"]
    if len(infos) != 1:
        raise Refused("The message holds not one signature but several, or none.")
    inside = signed["encap_content_info"]
    if inside["content_type"].native != "data" or inside["content"].native is not None:
        raise Refused("The message carries a content of its own.")
    signer = infos[0]
    certificate = _certificate(signed, signer)
    if expected and certificate.dump() != expected:
        raise Refused("The message was signed with another certificate than the one expected.")
    if signer["digest_algorithm"]["algorithm"].native != "sha256":
        raise Refused("The message is over another digest than SHA-256.")
    values = _attributes(signer)
    if values.get("content_type") is None or values["content_type"].native != "data":
        raise Refused("The message does not say that it is over data.")
    if values.get("message_digest") is None or values["message_digest"].native != digest:
        raise Refused("The message is over another file.")
    if "signing_time" in values:
        raise Refused("The message claims a time of its own, which PAdES forbids.")
    named = values.get("signing_certificate_v2")
    if named is None:
        raise Refused("The message does not name its certificate (signing-certificate-v2).")
    first = named["certs"][0]
    if first["hash_algorithm"]["algorithm"].native != "sha256":
        raise Refused("The message names its certificate by another digest than SHA-256.")
    if first["cert_hash"].native != sha256(certificate.dump()).digest():
        raise Refused("The message names another certificate than it was signed with.")
    _check_signature(signer, certificate)


def _attributes(signer: cms.SignerInfo) -> dict[str, core.Asn1Value]:
    values: dict[str, core.Asn1Value] = {}
    for attribute in signer["signed_attrs"]:
        name = attribute["type"].native
        if name in values or len(attribute["values"]) != 1:
            raise Refused("An attribute of the message is there twice.")
        values[name] = attribute["values"][0]
    return values


def _certificate(signed: cms.SignedData, signer: cms.SignerInfo) -> x509.Certificate:
    for one in signed["certificates"]:
        certificate = one.chosen
        if not isinstance(certificate, x509.Certificate):
            continue
        if signer["sid"].name == "issuer_and_serial_number":
            sid = signer["sid"].chosen
            same = sid["serial_number"].native == certificate.serial_number
            if same and sid["issuer"] == certificate.issuer:
                return certificate
        elif signer["sid"].native == certificate.key_identifier:
            return certificate
    raise Refused("The certificate of the signer is not in the message.")


def _check_signature(signer: cms.SignerInfo, certificate: x509.Certificate) -> None:
    signature = signer["signature"].native
    covered = signer["signed_attrs"].untag().dump()
    used = signer["signature_algorithm"]
    public = load_der_x509_certificate(certificate.dump()).public_key()
    try:
        if isinstance(public, rsa.RSAPublicKey) and used["algorithm"].native == "rsassa_pss":
            chosen = _HASHES[used["parameters"]["hash_algorithm"]["algorithm"].native]
            salt = used["parameters"]["salt_length"].native
            public.verify(signature, covered, padding.PSS(padding.MGF1(chosen), salt), chosen)
        elif isinstance(public, rsa.RSAPublicKey) and used.signature_algo == "rsassa_pkcs1v15":
            public.verify(signature, covered, padding.PKCS1v15(), _hash(used))
        elif isinstance(public, ec.EllipticCurvePublicKey) and used.signature_algo == "ecdsa":
            public.verify(signature, covered, ec.ECDSA(_hash(used)))
        else:
            raise Refused("The message is signed in a way that is not known here.")
    except InvalidSignature as fault:
        raise Refused("The signature in the message is not its certificate's.") from fault


def _hash(used: cms.SignedDigestAlgorithm) -> hashes.HashAlgorithm:
    """RSA signatures may name the key alone; the digest is SHA-256 then, as checked before."""
    name = "sha256" if used["algorithm"].native == "rsassa_pkcs1v15" else used.hash_algo
    return _HASHES[name]


def stamped(message: bytes, stamps: TimeStamps) -> bytes:
    """The message with a time stamp over its signature, unless it brought one."""
    info = cms.ContentInfo.load(message)
    signer = info["content"]["signer_infos"][0]
    there = signer["unsigned_attrs"]
    attributes = [] if there.native is None else list(there)
    if any(one["type"].native == "signature_time_stamp_token" for one in attributes):
        return message
    token = stamps.stamp(sha256(signer["signature"].native).digest())
    attributes.append(
        cms.CMSAttribute(
            {"type": "signature_time_stamp_token", "values": [cms.ContentInfo.load(token)]}
        )
    )
    signer["unsigned_attrs"] = cms.CMSAttributes(attributes)
    return info.dump(force=True)
