"""A plain XML signature over a whole document, placed inside it: what edXML carries."""

import uuid

from lxml import etree

from hoaphuong.kernel.strangers_xml import XmlFault, parse
from hoaphuong.signing.providers.base import SigningFault, SigningKey
from hoaphuong.signing.xml.assembling import Part, assemble
from hoaphuong.signing.xml.names import DS, ENVELOPED, INCLUSIVE, NotCanonical, canonical


class NotSignable(SigningFault):
    """The XML is not one that can get this signature; it is as it was."""


def sign_enveloped(
    content: bytes, *, key: SigningKey, inside: str = "", identifier: str = ""
) -> bytes:
    """The document in UTF-8 with an XMLDSig signature (SHA-256) over all of it.

    ``inside`` names the element that takes the signature as its last child, as ``{namespace}name``;
    empty is the root. NotSignable when there is not exactly one of it or a signature is there
    already, which the new one would break; KeyUnavailable.
    """
    document, place = opened(content, inside)
    assemble(
        place,
        key=key,
        parts=[whole(document)],
        identifier=identifier or f"S-{uuid.uuid4()}",
    )
    return written(document)


def opened(content: bytes, inside: str) -> tuple[etree._ElementTree, etree._Element]:
    """The document and the element that takes its signature; NotSignable."""
    try:
        document = parse(content)
    except XmlFault as fault:
        raise NotSignable(f"{fault.reason}: {fault.detail}") from fault
    root = document.getroot()
    if next(root.iter(f"{{{DS}}}Signature"), None) is not None:
        raise NotSignable("It is signed already; a second signature inside would break the first.")
    places = list(root.iter(inside)) if inside else [root]
    if len(places) != 1:
        raise NotSignable(f"It has {len(places)} elements {inside}; one is needed.")
    return document, places[0]


def whole(document: etree._ElementTree) -> Part:
    """All of a document but the signature, which must not be in it yet; NotSignable."""
    try:
        return Part(canonical(document), "", (ENVELOPED, INCLUSIVE))
    except NotCanonical as fault:
        raise NotSignable(str(fault)) from fault


def written(document: etree._ElementTree) -> bytes:
    """The document as bytes in UTF-8."""
    return etree.tostring(document, encoding="UTF-8", xml_declaration=True)
