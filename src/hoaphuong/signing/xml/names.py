"""Names of XML signatures, and canonical bytes (XMLDSig 1.1, Canonical XML 1.0, 1.1, exclusive)."""

from lxml import etree

DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
XADES141 = "http://uri.etsi.org/01903/v1.4.1#"
ASIC = "http://uri.etsi.org/02918/v1.2.1#"
XML = "http://www.w3.org/XML/1998/namespace"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
INCLUSIVE_11 = "http://www.w3.org/2006/12/xml-c14n11"
ENVELOPED = f"{DS}enveloped-signature"
SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
IDS = ("Id", "ID", "id", f"{{{XML}}}id")

_WITH_COMMENTS = {
    f"{EXCLUSIVE}WithComments": EXCLUSIVE,
    f"{INCLUSIVE}#WithComments": INCLUSIVE,
    f"{INCLUSIVE_11}#WithComments": INCLUSIVE_11,
}
CANONICAL = frozenset({EXCLUSIVE, INCLUSIVE, INCLUSIVE_11, *_WITH_COMMENTS})


class NotCanonical(Exception):
    """These nodes have no canonical bytes here."""


def canonical(
    what: etree._Element | etree._ElementTree,
    method: str = INCLUSIVE,
    *,
    comments: bool = True,
    prefixes: tuple[str, ...] = (),
) -> bytes:
    """Canonical bytes of an element with all below it, or of a whole document; NotCanonical.

    ``comments`` false leaves them out whatever the method says: a reference to the whole document
    or by a plain Id never holds them (XMLDSig 1.1, 4.4.3.3).
    """
    plain = _WITH_COMMENTS.get(method, method)
    inherited: list[str] = []
    if isinstance(what, etree._Element) and plain != EXCLUSIVE:
        inherited = _inherit(what, plain)
    try:
        return etree.tostring(
            what,
            method="c14n",
            exclusive=plain == EXCLUSIVE,
            with_comments=comments and method in _WITH_COMMENTS,
            inclusive_ns_prefixes=list(prefixes) or None,
        )
    except (etree.C14NError, ValueError) as fault:
        raise NotCanonical(str(fault)) from fault
    finally:
        for name in inherited:
            del what.attrib[name]


def _inherit(element: etree._Element, method: str) -> list[str]:
    """Give an element, for a moment, the xml: attributes of those around it (C14N 1.0, 2.4).

    lxml takes the element out of its document and forgets them.
    """
    given = []
    for around in element.iterancestors():
        for name, value in around.attrib.items():
            if not name.startswith(f"{{{XML}}}") or name in element.attrib:
                continue
            if method == INCLUSIVE_11 and name == f"{{{XML}}}id":
                continue
            if method == INCLUSIVE_11 and name == f"{{{XML}}}base":
                raise NotCanonical("xml:base around a part under Canonical XML 1.1")
            element.set(name, value)
            given.append(name)
    return given
