"""Messages that a signer's own device made: what must be true of one before it is taken."""

from hashlib import sha256

from asn1crypto import cms, core, parser, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import load_der_x509_certificate

from hoaphuong.signing.der import SET, sequence, tlv
from hoaphuong.signing.pdf.cms import IMPLICIT_0, IMPLICIT_1, SIGNATURE_STAMP
from hoaphuong.signing.providers.base import SigningFault, TimeStamps

_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


class Refused(SigningFault):
    """The message is not a PAdES signature over this file by the one who was expected."""


def checked(message: bytes, *, digest: bytes, expected: bytes) -> bytes:
    """The message once it is known to be right, not a byte changed; Refused."""
    try:
        info = cms.ContentInfo.load(message, strict=True)
        _check(info, digest=digest, expected=expected)
        return message
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
    # Taken before anything is looked into: asn1crypto may write again what it took apart.
    covered = tlv(SET, signer["signed_attrs"].contents)
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
    _check_signature(signer, certificate, covered)


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


def _check_signature(signer: cms.SignerInfo, certificate: x509.Certificate, covered: bytes) -> None:
    signature = signer["signature"].native
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
    """The message with a time stamp over its signature, unless it brought one; Refused.

    It is put together from the message's own bytes: what was signed is not written anew.
    """
    signer = cms.ContentInfo.load(message)["content"]["signer_infos"][0]
    kind, outer = _parts(message)
    (signed,) = _parts(outer)
    *before, infos = _parts(signed)
    (info,) = _parts(infos)
    parts = _parts(info)
    unsigned = _parts(parts.pop()) if parts[-1][0] == IMPLICIT_1 else []
    if any(_parts(one)[0] == SIGNATURE_STAMP for one in unsigned):
        return message
    token = stamps.stamp(sha256(signer["signature"].native).digest())
    unsigned.append(sequence(SIGNATURE_STAMP, tlv(SET, token)))
    info = sequence(*parts, tlv(IMPLICIT_1, *sorted(unsigned)))
    return sequence(kind, tlv(IMPLICIT_0, sequence(*before, tlv(SET, info))))


def _parts(encoded: bytes) -> list[bytes]:
    """What is directly inside an encoded value, each as it is encoded; Refused."""
    try:
        _class, _method, _tag, header, content, trailer = parser.parse(encoded, strict=True)
        if trailer or header[1] == 0x80:
            raise Refused("The message is not in DER.")
        found, at = [], 0
        while at < len(content):
            size = parser.peek(content[at:])
            found.append(content[at : at + size])
            at += size
    except ValueError as fault:
        raise Refused(f"The message cannot be read: {fault}") from fault
    return found
