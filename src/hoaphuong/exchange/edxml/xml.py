"""A stranger's XML as elements whose parts are found by name, whatever their prefix."""

import re
from collections.abc import Iterator
from datetime import date, datetime

from lxml import etree

from hoaphuong.exchange.edxml.message import MOST_MESSAGE_BYTES, MOST_TEXT, VIETNAM, Malformed
from hoaphuong.kernel.strangers_xml import BrokenXml, HostileXml, Limits, parse, text_of

_LIMITS = Limits(size=MOST_MESSAGE_BYTES, tags=20_000)
_DECLARATIONS = ("doctype", "entities", "external_entity", "xinclude")
_ENCODING = re.compile(rb"""^<\?xml[^>]{0,100}?encoding\s*=\s*["']([^"']{1,40})["']""")
_DAY = re.compile(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})|(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
_DSIG = "{http://www.w3.org/2000/09/xmldsig#}"


class Part:
    """One element with the path to it, for a refusal that says where."""

    def __init__(self, element: etree._Element, path: str) -> None:
        self.element, self.path = element, path

    def all(self, name: str) -> Iterator["Part"]:
        """The children of this name, in their order."""
        for child in self.element.iterchildren("*"):
            if local(child) == name:
                yield Part(child, f"{self.path}/{name}")

    def one(self, *names: str) -> "Part | None":
        """The only child of any of these names; two would leave open which one counts."""
        found = [part for name in names for part in self.all(name)]
        if len(found) > 1:
            raise Malformed("repeated", found[1].path, f"{names[0]} is there more than once.")
        return found[0] if found else None

    def need(self, *names: str) -> "Part":
        found = self.one(*names)
        if found is None:
            raise Malformed("missing", f"{self.path}/{names[0]}", f"{names[0]} is missing.")
        return found

    def text(self, name: str, *, most: int = MOST_TEXT) -> str:
        """The text of a child, empty when it is absent; white space at the ends is dropped."""
        part = self.one(name)
        return part.own(most=most) if part else ""

    def required(self, name: str, *, most: int = MOST_TEXT) -> str:
        text = self.need(name).own(most=most)
        if not text:
            raise Malformed("empty", f"{self.path}/{name}", f"{name} is empty.")
        return text

    def own(self, *, most: int = MOST_TEXT) -> str:
        """All text directly inside; a comment in the middle hides nothing."""
        text = text_of(self.element).strip()
        if len(text) > most:
            name = local(self.element)
            raise Malformed("too_long", self.path, f"{name} has more than {most} characters.")
        return text

    def day(self, name: str, *, required: bool = False) -> date | None:
        """A day as yyyy/MM/dd or dd/MM/yyyy, also with hyphens, a time after it is ignored."""
        text = self.required(name) if required else self.text(name)
        return _day(text, f"{self.path}/{name}") if text else None

    def moment(self, name: str) -> datetime:
        """A moment as yyyy/MM/dd HH:mm:ss in Vietnam's time; a day alone is its midnight."""
        text, path = self.required(name), f"{self.path}/{name}"
        day_text, _, clock = text.replace("T", " ").partition(" ")
        day = _day(day_text, path)
        if not clock:
            return datetime(day.year, day.month, day.day, tzinfo=VIETNAM)
        found = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?", clock.strip())
        try:
            assert found is not None
            hour, minute, second = (int(piece or 0) for piece in found.groups())
            return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=VIETNAM)
        except (AssertionError, ValueError):
            raise Malformed("moment", path, f"{name} is not a moment: {text[:40]}") from None

    def flag(self, name: str) -> bool | None:
        """true/false, 1/0; None when absent."""
        text = self.text(name).lower()
        if text not in ("", "0", "1", "true", "false"):
            raise Malformed("flag", f"{self.path}/{name}", f"{name} is neither true nor false.")
        return text in ("1", "true") if text else None

    def count(self, name: str) -> int | None:
        """A whole number of pieces; what is none counts as not told."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else None


def local(element: etree._Element) -> str:
    """The name without its namespace, or without a prefix that nobody declared."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def _day(text: str, path: str) -> date:
    found = _DAY.fullmatch(text.strip().partition(" ")[0])
    try:
        assert found is not None
        year, month, day, day_first, month_second, year_last = found.groups()
        if year:
            return date(int(year), int(month), int(day))
        return date(int(year_last), int(month_second), int(day_first))
    except (AssertionError, ValueError):
        raise Malformed("day", path, f"This is not a day: {text[:40]}") from None


def opened(content: bytes) -> Part:
    """The root of a message in UTF-8; Malformed for anything that could harm its reader.

    A prefix nobody declared is read as part of the name: a published sample has ``xlink:href``.
    """
    content = content.removeprefix(b"\xef\xbb\xbf").strip()
    declared = _ENCODING.match(content)
    if declared and declared[1].decode("latin-1").lower() not in ("utf-8", "utf8"):
        raise Malformed("encoding", "", "The message is not in UTF-8.")
    try:
        content.decode()
        root = parse(content, limits=_LIMITS, undeclared_prefixes=True).getroot()
    except UnicodeDecodeError:
        raise Malformed("encoding", "", "The message is not in UTF-8.") from None
    except BrokenXml as fault:
        raise Malformed("not_xml", "", fault.detail[:250]) from None
    except HostileXml as fault:
        reason = "doctype" if fault.reason in _DECLARATIONS else "too_large"
        raise Malformed(reason, "", fault.detail[:250]) from None
    return Part(root, local(root))


def signature_of(header: Part) -> str:
    """The algorithm of the header's signature, empty without one."""
    for element in header.element.iter(f"{_DSIG}SignatureMethod", "{*}SignatureMethod"):
        return str(element.get("Algorithm", "")).rpartition("#")[2] or "unknown"
    return ""
