"""What a reference of an XML signature points at, and the bytes that its digest is over.

Nothing is fetched and no program of a stranger is run: of the transforms only those are done that
cannot hide anything but signatures (docs/xml-signatures.md).
"""

import base64
import copy
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from hoaphuong.kernel.strangers_xml import XmlFault, parse
from hoaphuong.signing.xml.names import (
    CANONICAL,
    DS,
    ENVELOPED,
    EXCLUSIVE,
    INCLUSIVE,
    NotCanonical,
    canonical,
)

BASE64 = f"{DS}base64"
FILTER2 = "http://www.w3.org/2002/06/xmldsig-filter2"
_BY_ID = etree.XPath(
    "//*[@Id=$id or @ID=$id or @id=$id or @xml:id=$id]",
    namespaces={"xml": "http://www.w3.org/XML/1998/namespace"},
)
# The one filter that libraries write for "all but the signatures".
_NO_SIGNATURES = frozenset({"/descendant::ds:Signature", "/descendant::*[name()='ds:Signature']"})


class ReferenceFault(Exception):
    """A reference that is not followed.

    ``reason`` is a code of ``verification/reasons.py``: ``content_changed`` for a part that is not
    there or there twice, ``signed_data_missing`` for a file, else ``unsupported_algorithm``.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Target:
    """The bytes under a digest, and where they came from.

    ``element`` is what was referred to inside the document (its root for all of it), ``file`` the
    name of a file beside it; ``outside`` tells that instructions around the root are covered.
    """

    content: bytes
    element: etree._Element | None = None
    file: str = ""
    outside: bool = False


@dataclass(frozen=True)
class _Nodes:
    what: etree._Element | etree._ElementTree
    comments: bool = False


def follow(
    reference: etree._Element,
    signature: etree._Element,
    files: Mapping[str, bytes] | None = None,
) -> Target:
    """What a ds:Reference of a signature is over; ReferenceFault.

    ``files`` are those beside the signature, by name.
    """
    uri = reference.get("URI")
    if uri is None:
        raise ReferenceFault("unsupported_algorithm", "A reference without an address")
    state: _Nodes | bytes
    element, file = None, ""
    if uri == "":
        tree = signature.getroottree()
        state, element = _Nodes(tree), tree.getroot()
    elif uri.startswith("#"):
        element = by_id(signature, uri[1:])
        state = _Nodes(element)
    else:
        file = unquote(uri).removeprefix("./").removeprefix("/")
        if files is None or file not in files:
            raise ReferenceFault("signed_data_missing", f"{uri} is not here, and is not fetched")
        state = files[file]
    try:
        for transform in reference.iterfind(f"{{{DS}}}Transforms/{{{DS}}}Transform"):
            state = _transformed(state, transform, signature)
        content = state if isinstance(state, bytes) else _bytes(state, INCLUSIVE)
    except (NotCanonical, XmlFault, ValueError) as fault:
        raise ReferenceFault("unsupported_algorithm", str(fault)) from fault
    return Target(content, element, file, outside=uri == "")


def by_id(near: etree._Element, identifier: str) -> etree._Element:
    """The one element of a document with an identifier; ReferenceFault.

    Two of one name are the start of a wrapping attack: the digest is over one, people see the
    other.
    """
    found = _BY_ID(near.getroottree(), id=identifier)
    if not found:
        raise ReferenceFault("content_changed", f"Nothing has the identifier {identifier[:80]}")
    if len(found) > 1:
        raise ReferenceFault("content_changed", f"{len(found)} elements are {identifier[:80]}")
    return found[0]


def prefixes_of(method: etree._Element) -> tuple[str, ...]:
    """The prefix list of exclusive canonicalisation inside a transform or method element."""
    listed = method.find(f"{{{EXCLUSIVE}}}InclusiveNamespaces")
    return () if listed is None else tuple((listed.get("PrefixList") or "").split())


def _transformed(
    state: _Nodes | bytes, transform: etree._Element, signature: etree._Element
) -> _Nodes | bytes:
    algorithm = transform.get("Algorithm", "")
    if algorithm in CANONICAL:
        if isinstance(state, bytes):
            state = _Nodes(parse(state), comments=True)
        return _bytes(state, algorithm, prefixes_of(transform))
    if algorithm == ENVELOPED and isinstance(state, _Nodes):
        return _Nodes(_without(state.what, [signature]), state.comments)
    if algorithm == FILTER2 and isinstance(state, _Nodes) and _subtracts_signatures(transform):
        every = [
            found
            for found in signature.getroottree().getroot().iter(f"{{{DS}}}Signature")
            if next(found.iterancestors(f"{{{DS}}}Signature"), None) is None
        ]
        return _Nodes(_without(state.what, every), state.comments)
    if algorithm == BASE64:
        if isinstance(state, bytes):
            return base64.b64decode(state)
        if isinstance(state.what, etree._Element):
            return base64.b64decode(str(state.what.xpath("string()")))
    raise ReferenceFault("unsupported_algorithm", f"Transform {algorithm[:120]} is not done here")


def _bytes(state: _Nodes, method: str, prefixes: tuple[str, ...] = ()) -> bytes:
    return canonical(state.what, method, comments=state.comments, prefixes=prefixes)


def _subtracts_signatures(transform: etree._Element) -> bool:
    steps = list(transform)
    return (
        len(steps) == 1
        and steps[0].tag == f"{{{FILTER2}}}XPath"
        and steps[0].get("Filter") == "subtract"
        and (steps[0].text or "").strip() in _NO_SIGNATURES
        and steps[0].nsmap.get("ds") == DS
    )


def _without(
    what: etree._Element | etree._ElementTree, signatures: list[etree._Element]
) -> etree._Element | etree._ElementTree:
    """A copy of the document with some signatures cut out, what surrounds them kept."""
    tree = what if isinstance(what, etree._ElementTree) else what.getroottree()
    root = tree.getroot()
    if any(signature is root for signature in signatures):
        raise ReferenceFault("unsupported_algorithm", "The signature would be cut out of itself")
    copied = copy.deepcopy(tree)
    target = _same(copied, root if what is tree else what)
    doomed = [_same(copied, signature) for signature in signatures]
    for signature in doomed:
        _cut(signature)
    return copied if what is tree else target


def _same(copied: etree._ElementTree, element: etree._Element) -> etree._Element:
    steps = []
    while (parent := element.getparent()) is not None:
        steps.append(parent.index(element))
        element = parent
    found = copied.getroot()
    for step in reversed(steps):
        found = found[step]
    return found


def _cut(element: etree._Element) -> None:
    """Take an element out and leave the text behind it, which lxml would take along."""
    parent, before, tail = element.getparent(), element.getprevious(), element.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + tail
    elif parent is not None:
        parent.text = (parent.text or "") + tail
    if parent is not None:
        parent.remove(element)
