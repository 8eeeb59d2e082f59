"""Strangers' XML, read without believing it: no DTD, no entity, no network, bounded in every way.

A document type declaration can only stand before the root element. It is looked for there in the
text itself, before any parser runs, so no entity is ever declared, and none expanded.
"""

import codecs
import re
from dataclasses import dataclass
from functools import cache

from lxml import etree


class XmlFault(Exception):
    """The XML is not read; ``reason`` is a code, ``detail`` a technical sentence."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


class HostileXml(XmlFault):
    """Made to harm its reader, or so large that it would.

    Reasons: ``doctype``, ``entities``, ``external_entity``, ``xinclude``, ``too_large``,
    ``too_deep``, ``too_many_nodes``, ``too_many_attributes``, ``too_many_namespaces``.
    """


class BrokenXml(XmlFault):
    """Not XML: ``empty``, ``encoding``, ``not_well_formed`` or ``undeclared_prefix``."""


@dataclass(frozen=True)
class Limits:
    """What is read at most. Sizes in bytes; the others count.

    ``namespace_work`` bounds tags x namespace declarations: canonicalisation looks through all
    declarations in scope at each element, and takes minutes where nobody counts.
    """

    size: int = 64 * 1024 * 1024
    depth: int = 128
    tags: int = 400_000
    attributes: int = 200_000
    attributes_of_one: int = 256
    prefixes: int = 64
    namespace_work: int = 25_000_000


LIMITS = Limits()

# The encodings every XML processor must read (XML 1.0, 4.3.3) and two that cannot be misread.
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-16": "utf-16",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"<\?xml[ \t\r\n][^>]{0,200}?encoding[ \t\r\n]*=[ \t\r\n]*[\"']([^\"'>]+)")
_SPACE = re.compile(rb"[ \t\r\n]*")
_EXTERNAL = re.compile(rb"<!ENTITY[^>]{0,300}?[ \t\r\n](?:SYSTEM|PUBLIC)[ \t\r\n]")
_ATTRIBUTE = re.compile(rb"=[ \t\r\n]*[\"']")
_DECLARATION = re.compile(rb"[ \t\r\n]xmlns(?::([^ \t\r\n=\"'<>]+))?[ \t\r\n]*=")
_CROWDED = etree.XPath("boolean(//*[count(@*) > $most])")
_XINCLUDE = "http://www.w3.org/2001/XInclude"


def parse(
    content: bytes, *, limits: Limits = LIMITS, undeclared_prefixes: bool = False
) -> etree._ElementTree:
    """The tree of a document; HostileXml or BrokenXml with a reason otherwise.

    Comments, processing instructions and white space are kept, as a signature needs them.
    ``undeclared_prefixes`` reads names whose prefix nobody declared as plain names ("xlink:href"),
    as published edXML has them; nothing else is repaired.
    """
    if len(content) > limits.size:
        raise HostileXml("too_large", f"{len(content)} bytes; at most {limits.size} are read")
    text = _utf8(content)
    if not text.strip():
        raise BrokenXml("empty", "There is nothing in it")
    _refuse_declarations(text)
    _count(text, limits)
    # The limits above are ours, so libxml2's own, too small for an attachment, are lifted.
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=len(text) > 9_000_000,
        collect_ids=False,
        recover=undeclared_prefixes,
    )
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as fault:
        _refuse_errors(parser, undeclared_prefixes=False)
        raise BrokenXml("not_well_formed", str(fault)) from fault
    _refuse_errors(parser, undeclared_prefixes=undeclared_prefixes)
    _refuse_shape(root, limits)
    return root.getroottree()


def text_of(element: etree._Element) -> str:
    """All character data directly inside an element.

    ``element.text`` ends at the first comment, which a signature does not cover: a reader of it
    can be shown less than what was signed.
    """
    return (element.text or "") + "".join(child.tail or "" for child in element)


def _utf8(content: bytes) -> bytes:
    """The same document in UTF-8 without a byte-order mark."""
    encoding = ""
    for mark, name in _MARKS:
        if content.startswith(mark):
            content, encoding = content[len(mark) :], name
            break
    else:
        if content.startswith((b"<\0", b"\0<")):
            encoding = "utf-16-le" if content.startswith(b"<\0") else "utf-16-be"
        elif declared := _DECLARED.match(content):
            encoding = _ENCODINGS.get(declared[1].decode("latin-1").lower(), "")
            if not encoding or encoding == "utf-16":
                raise BrokenXml("encoding", f"Encoding {declared[1]!r} is not what it is in")
    try:
        text = content.decode(encoding or "utf-8")
        return text.encode()
    except UnicodeError as fault:
        raise BrokenXml("encoding", str(fault)) from fault


def _refuse_declarations(text: bytes) -> None:
    place = _SPACE.match(text).end()  # type: ignore[union-attr]
    while text.startswith((b"<!--", b"<?"), place):
        closing = b"-->" if text.startswith(b"<!--", place) else b"?>"
        end = text.find(closing, place)
        if end < 0:
            return  # the parser says what is broken
        place = _SPACE.match(text, end + len(closing)).end()  # type: ignore[union-attr]
    if not text.startswith(b"<!DOCTYPE", place):
        return
    head = text[place : place + 65_536]
    if _EXTERNAL.search(head):
        raise HostileXml("external_entity", "It asks its reader to fetch something")
    if b"<!ENTITY" in head:
        raise HostileXml("entities", "It declares entities, which can hide or multiply text")
    raise HostileXml("doctype", "It has a document type declaration")


def _refuse_errors(parser: etree.XMLParser, *, undeclared_prefixes: bool) -> None:
    """Every error but that of undeclared prefixes, where those are read."""
    unknown = etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE
    errors = [error for error in parser.error_log if error.level > etree.ErrorLevels.WARNING]
    serious = [error for error in errors if error.type != unknown]
    for error in serious:
        if "Excessive depth" in error.message:
            raise HostileXml("too_deep", error.message)
    if serious:
        raise BrokenXml("not_well_formed", f"Line {serious[0].line}: {serious[0].message}")
    if errors and not undeclared_prefixes:
        raise BrokenXml("undeclared_prefix", f"Line {errors[0].line}: {errors[0].message}")


def _count(text: bytes, limits: Limits) -> None:
    """Bounds that hold before a tree is built; each counts at least what it names."""
    tags = text.count(b"<")
    if tags > limits.tags:
        raise HostileXml("too_many_nodes", f"{tags} tags; at most {limits.tags} are read")
    for number, _ in enumerate(_ATTRIBUTE.finditer(text)):
        if number >= limits.attributes:
            raise HostileXml("too_many_attributes", f"More than {limits.attributes} attributes")
    declarations = _DECLARATION.findall(text)
    work, prefixes = tags * len(declarations), len(set(declarations))
    if prefixes > limits.prefixes or work > limits.namespace_work:
        raise HostileXml("too_many_namespaces", f"{len(declarations)} of {prefixes} prefixes")


@cache
def _deeper(depth: int) -> etree.XPath:
    return etree.XPath(f"boolean({'/*' * (depth + 1)})")


def _refuse_shape(root: etree._Element, limits: Limits) -> None:
    if _deeper(limits.depth)(root):
        raise HostileXml("too_deep", f"Nested more than {limits.depth} deep")
    if _CROWDED(root, most=limits.attributes_of_one):
        raise HostileXml("too_many_attributes", "One element has too many attributes")
    if next(root.iter(f"{{{_XINCLUDE}}}*"), None) is not None:
        raise HostileXml("xinclude", "It asks its reader to include another file")
