"""What makes a XAdES signature last: time stamps, certificates and revocation answers inside it."""

import base64
import hashlib
from collections.abc import Iterable, Mapping

from asn1crypto import cms
from cryptography import x509
from lxml import etree

from hoaphuong.signing.contracts import Level
from hoaphuong.signing.providers.base import (
    EvidenceMissing,
    RevocationAnswers,
    SigningFault,
    TimeStampFailed,
    TimeStamps,
)
from hoaphuong.signing.xml.names import DS, EXCLUSIVE, XADES, XADES141, NotCanonical, canonical
from hoaphuong.signing.xml.references import ReferenceFault, follow

_QUALIFYING = f"{{{DS}}}Object/{{{XADES}}}QualifyingProperties"
_LEVELS = (Level.B_B, Level.B_T, Level.B_LT, Level.B_LTA)


def extend(
    signature: etree._Element,
    *,
    level: Level,
    stamps: TimeStamps | None,
    answers: RevocationAnswers | None,
    files: Mapping[str, bytes] | None = None,
) -> None:
    """Add to a XAdES signature what a level needs and it does not have yet.

    TimeStampFailed or EvidenceMissing; then the caller throws the tree away.
    """
    wanted = _LEVELS.index(level)
    if wanted == 0:
        return
    if stamps is None:
        raise TimeStampFailed("No time-stamp authority was named.")
    unsigned = _unsigned(signature)
    if unsigned.find(f"{{{XADES}}}SignatureTimeStamp") is None:
        content = canonical(_only(signature, "SignatureValue"), EXCLUSIVE)
        _stamp(unsigned, f"{{{XADES}}}SignatureTimeStamp", content, stamps)
    if wanted < 2:
        return
    if answers is None:
        raise EvidenceMissing("Nobody was named who answers on revocation.")
    if unsigned.find(f"{{{XADES}}}RevocationValues") is None:
        _add_evidence(unsigned, _certificates(signature), answers)
    stamped = [
        found for found in unsigned if found.find(f"{{{XADES}}}EncapsulatedTimeStamp") is not None
    ]
    data = f"{{{XADES141}}}TimeStampValidationData"
    if next(stamped[-1].itersiblings(data), None) is None:
        place = etree.SubElement(unsigned, data, nsmap={"xades141": XADES141})
        _add_evidence(place, _of_token(stamped[-1]), answers)
    if wanted == 3:
        content = archived(signature, EXCLUSIVE, files=files)
        _stamp(unsigned, f"{{{XADES141}}}ArchiveTimeStamp", content, stamps)


def archived(
    signature: etree._Element,
    method: str,
    *,
    files: Mapping[str, bytes] | None = None,
    before: etree._Element | None = None,
) -> bytes:
    """What an archive time stamp is over (EN 319 132-1, 5.5.2.2); SigningFault.

    All that the signature refers to, the signature itself, what was added to it up to ``before``
    (all of it when there is none), and its other objects, canonical, one behind the other.
    """
    content = b""
    try:
        for reference in signature.iterfind(f"{{{DS}}}SignedInfo/{{{DS}}}Reference"):
            content += follow(reference, signature, files).content
        for name in ("SignedInfo", "SignatureValue", "KeyInfo"):
            for part in signature.iterfind(f"{{{DS}}}{name}"):
                content += canonical(part, method)
        for added in _unsigned(signature):
            if added is before:
                break
            content += canonical(added, method)
        for other in signature.iterfind(f"{{{DS}}}Object"):
            if other.find(f"{{{XADES}}}QualifyingProperties") is None:
                content += canonical(other, method)
    except (ReferenceFault, NotCanonical) as fault:
        raise SigningFault(str(fault)) from fault
    return content


def _unsigned(signature: etree._Element) -> etree._Element:
    qualifying = signature.find(_QUALIFYING)
    if qualifying is None:
        raise SigningFault("It is no XAdES signature.")
    found = qualifying
    for name in ("UnsignedProperties", "UnsignedSignatureProperties"):
        inner = found.find(f"{{{XADES}}}{name}")
        found = etree.SubElement(found, f"{{{XADES}}}{name}") if inner is None else inner
    return found


def _only(signature: etree._Element, name: str) -> etree._Element:
    found = signature.find(f"{{{DS}}}{name}")
    if found is None:
        raise SigningFault(f"The signature has no {name}.")
    return found


def _stamp(place: etree._Element, tag: str, content: bytes, stamps: TimeStamps) -> None:
    token = stamps.stamp(hashlib.sha256(content).digest())
    stamp = etree.SubElement(place, tag, nsmap={"xades141": XADES141} if XADES141 in tag else None)
    etree.SubElement(stamp, f"{{{DS}}}CanonicalizationMethod", Algorithm=EXCLUSIVE)
    held = etree.SubElement(stamp, f"{{{XADES}}}EncapsulatedTimeStamp")
    held.text = base64.b64encode(token).decode()


def _certificates(signature: etree._Element) -> list[bytes]:
    return [
        base64.b64decode(found.text or "")
        for found in signature.iterfind(f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate")
    ]


def _of_token(stamp: etree._Element) -> list[bytes]:
    held = stamp.findtext(f"{{{XADES}}}EncapsulatedTimeStamp") or ""
    content = cms.ContentInfo.load(base64.b64decode(held))["content"]
    return [choice.chosen.dump() for choice in content["certificates"] or ()]


def _add_evidence(
    place: etree._Element, certificates: list[bytes], answers: RevocationAnswers
) -> None:
    """The certificates above the signer's, and an answer on each but a root; EvidenceMissing."""
    ocsps, crls = [], []
    known = {x509.load_der_x509_certificate(der).subject: der for der in certificates}
    for der in certificates:
        asked = x509.load_der_x509_certificate(der)
        if asked.issuer == asked.subject:
            continue
        issuer = known.get(asked.issuer)
        if issuer is not None and (answer := answers.ocsp(der, issuer)):
            ocsps.append(answer)
        elif crl := answers.crl(der):
            crls.append(crl)
        else:
            raise EvidenceMissing(f"Nobody answers on {asked.subject.rfc4514_string()}.")
    values = etree.SubElement(place, f"{{{XADES}}}CertificateValues")
    _encapsulated(values, "EncapsulatedX509Certificate", certificates)
    revocation = etree.SubElement(place, f"{{{XADES}}}RevocationValues")
    if crls:
        _encapsulated(_child(revocation, "CRLValues"), "EncapsulatedCRLValue", crls)
    if ocsps:
        _encapsulated(_child(revocation, "OCSPValues"), "EncapsulatedOCSPValue", ocsps)


def _child(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{XADES}}}{name}")


def _encapsulated(place: etree._Element, name: str, pieces: Iterable[bytes]) -> None:
    for piece in dict.fromkeys(pieces):
        _child(place, name).text = base64.b64encode(piece).decode()
