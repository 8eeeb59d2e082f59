"""XAdES signatures inside XML (ETSI EN 319 132-1), at each of the four levels."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote

from lxml import etree

from hoaphuong.kernel.strangers_xml import XmlFault, parse
from hoaphuong.signing.contracts import Level
from hoaphuong.signing.providers.base import RevocationAnswers, SigningKey, TimeStamps
from hoaphuong.signing.xml.assembling import Part, assemble, b64_digest
from hoaphuong.signing.xml.enveloped import NotSignable, opened, whole, written
from hoaphuong.signing.xml.lasting import extend
from hoaphuong.signing.xml.names import ASIC, DS, SHA256, XADES


def sign_xml(
    content: bytes,
    *,
    key: SigningKey,
    at: datetime,
    level: Level = Level.B_B,
    stamps: TimeStamps | None = None,
    answers: RevocationAnswers | None = None,
    inside: str = "",
    identifier: str = "",
    media: str = "text/xml",
) -> bytes:
    """The document in UTF-8 with a XAdES signature over all of it.

    ``at`` is the signer's own clock. ``inside`` names the element that takes the signature as its
    last child, as ``{namespace}name``; empty is the root. NotSignable, KeyUnavailable,
    TimeStampFailed or EvidenceMissing, and then there is no signature at all.
    """
    document, place = opened(content, inside)
    part = whole(document)
    parts = [Part(part.content, part.uri, part.transforms, media)]
    signature = _signed(place, key=key, at=at, parts=parts, identifier=identifier)
    extend(signature, level=level, stamps=stamps, answers=answers)
    return written(document)


def sign_files(
    files: dict[str, bytes],
    *,
    key: SigningKey,
    at: datetime,
    level: Level = Level.B_B,
    stamps: TimeStamps | None = None,
    answers: RevocationAnswers | None = None,
    identifier: str = "",
) -> bytes:
    """A detached XAdES signature over files beside it, as META-INF/signatures.xml of ASiC-E.

    Names are as in the container; the faults are those of ``sign_xml``.
    """
    if not files:
        raise NotSignable("There is nothing to sign.")
    root = etree.Element(f"{{{ASIC}}}XAdESSignatures", nsmap={"asic": ASIC})
    parts = [
        Part(content, quote(name, safe="/"), media="application/octet-stream")
        for name, content in files.items()
    ]
    signature = _signed(root, key=key, at=at, parts=parts, identifier=identifier)
    extend(signature, level=level, stamps=stamps, answers=answers, files=files)
    return written(root.getroottree())


def extend_xml(
    content: bytes,
    *,
    level: Level,
    stamps: TimeStamps | None,
    answers: RevocationAnswers | None,
    files: dict[str, bytes] | None = None,
) -> bytes:
    """The same document with what its XAdES signatures lack for a level.

    At B-LTA each call adds evidence on the last time stamp and one more archive time stamp: so a
    paper stays checkable before the last stamp's certificate ends. The faults are those of
    ``sign_xml``.
    """
    try:
        document = parse(content)
    except XmlFault as fault:
        raise NotSignable(f"{fault.reason}: {fault.detail}") from fault
    qualified = [
        found.getparent().getparent()
        for found in document.getroot().iter(f"{{{XADES}}}QualifyingProperties")
    ]
    signatures = [found for found in qualified if found.tag == f"{{{DS}}}Signature"]
    if not signatures:
        raise NotSignable("It has no XAdES signature.")
    for signature in signatures:
        extend(signature, level=level, stamps=stamps, answers=answers, files=files)
    return written(document)


def _signed(
    place: etree._Element,
    *,
    key: SigningKey,
    at: datetime,
    parts: list[Part],
    identifier: str,
) -> etree._Element:
    identifier = identifier or f"S-{uuid.uuid4()}"
    return assemble(
        place,
        key=key,
        parts=parts,
        identifier=identifier,
        describe=_describe(identifier, key=key, at=at, parts=parts),
    )


def _describe(
    identifier: str, *, key: SigningKey, at: datetime, parts: list[Part]
) -> Callable[[etree._Element], etree._Element]:
    """The properties that are signed: when, by which certificate, what kind of content."""

    def describe(place: etree._Element) -> etree._Element:
        qualifying = etree.SubElement(
            place,
            f"{{{XADES}}}QualifyingProperties",
            {"Target": f"#{identifier}"},
            nsmap={"xades": XADES},
        )
        properties = _child(qualifying, "SignedProperties", Id=f"{identifier}-properties")
        of_signature = _child(properties, "SignedSignatureProperties")
        moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        _child(of_signature, "SigningTime").text = moment
        named = _child(_child(of_signature, "SigningCertificateV2"), "Cert")
        digest = _child(named, "CertDigest")
        etree.SubElement(digest, f"{{{DS}}}DigestMethod", Algorithm=SHA256)
        etree.SubElement(digest, f"{{{DS}}}DigestValue").text = b64_digest(key.certificate)
        of_content = _child(properties, "SignedDataObjectProperties")
        for number, part in enumerate(parts):
            kind = _child(
                of_content, "DataObjectFormat", ObjectReference=f"#{identifier}-r{number}"
            )
            _child(kind, "MimeType").text = part.media
        return properties

    return describe


def _child(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{XADES}}}{name}", attributes)
