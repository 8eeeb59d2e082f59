"""What the axis itself looks at in a message: written apart from the city's own reader."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

from lxml import etree

WINDOW_S = 300
_CODES = {"01", "02", "03", "04", "05", "06", "13", "15", "16"}


class Refused(Exception):
    """The axis does not carry this message; the text says why."""


@dataclass(frozen=True)
class Routed:
    """What a message is carried by; ``about`` is the id of the document it is about.

    ``code`` is a status's code, or a document's business: 0 new, 1 recall, 2 update, 3 replace.
    """

    kind: str
    sender: str
    to: tuple[str, ...]
    about: str
    code: str


def authentic(
    *, secret: str, system: str, timestamp: str, content_type: str, body: bytes, given: str,
    now_ms: float,
) -> bool:  # fmt: skip
    """Whether a request is of this system and of these minutes."""
    text = system.encode() + timestamp.encode() + content_type.encode() + body
    own = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(own.encode(), given.encode()):
        return False
    return timestamp.isdecimal() and abs(now_ms - int(timestamp)) <= WINDOW_S * 1000


def routed(content: bytes) -> Routed:
    """How to carry a message; Refused when a field it is carried by is missing."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        tree = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise Refused("not XML") from fault
    if tree.getroottree().docinfo.doctype:
        raise Refused("a document type declaration")
    head = "//*[local-name()='MessageHeader']"

    def texts(path: str) -> list[str]:
        steps = "".join(f"/*[local-name()='{name}']" for name in path.split("/"))
        return [str(text).strip() for text in tree.xpath(head + steps + "/text()")]

    def only(path: str) -> str:
        found = texts(path)
        if len(found) != 1 or not found[0]:
            raise Refused(f"{path} is needed once")
        return found[0]

    sender = only("From/OrganId")
    if texts("StatusCode"):
        code = only("StatusCode")
        if code not in _CODES:
            raise Refused("StatusCode")
        only("Timestamp")
        to = (only("ResponseFor/OrganId"),)
        return Routed("status", sender, to, only("ResponseFor/DocumentId"), code)
    only("Subject")
    only("Code/CodeNotation")
    only("PromulgationInfo/PromulgationDate")
    recipients = tuple(dict.fromkeys(texts("To/OrganId")))
    if not recipients:
        raise Refused("To/OrganId is needed")
    _check_files(tree)
    return Routed("edoc", sender, recipients, only("DocumentId"), _business(tree))


def _business(tree: etree._Element) -> str:
    """The kind of request; what is no new document must name the document that is meant."""
    within = "//*[local-name()='Bussiness' or local-name()='Business']"
    kinds = tree.xpath(f"{within}/*[contains(local-name(), 'DocType')]/text()")
    kind = str(kinds[0]).strip() if kinds else "0"
    if kind != "0" and not tree.xpath(f"{within}//*[local-name()='DocumentId']/text()"):
        raise Refused("the document that is meant is not named")
    return kind


def _check_files(tree: etree._Element) -> None:
    for encoded in tree.iterfind(".//{*}ContentTransferEncoded"):
        try:
            base64.b64decode("".join((encoded.text or "").split()), validate=True)
        except binascii.Error:
            raise Refused("an attachment is not base64") from None
