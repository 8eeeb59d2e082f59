"""What has to be right in a paper before it is set."""

import re
import unicodedata
from dataclasses import fields, is_dataclass, replace
from typing import Any

from hoaphuong.documents.typesetting.faults import Fault
from hoaphuong.documents.typesetting.letters import missing
from hoaphuong.documents.typesetting.paper import Capacity, Kind, Paper

NUMBER = re.compile(r"\d{1,6}[A-Za-zĐđ]{0,3}$")
NOTATION = re.compile(r"[^\W\d_][\w]*(?:[-.][\w]+)*$")
MOST = {"title": 500, "agency": 200, "parent": 200, "place": 60, "body": 400_000, "check": 200}
MOST_ANNEXES = 39
NEEDED = ("agency", "notation", "place", "title")


def tidy(value: Any) -> Any:
    """The same paper with composed letters (TCVN 6909:2001) and no white space at the ends."""
    if isinstance(value, str):
        text = unicodedata.normalize("NFC", value).replace("\r\n", "\n").strip()
        if not text.replace("\n", "").isprintable():
            text = "".join(s for s in text if s in "\n\t" or unicodedata.category(s)[0] != "C")
        return type(value)(text) if type(value) is not str else text
    if isinstance(value, list | tuple):
        return tuple(item for item in map(tidy, value) if item != "")
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: tidy(getattr(value, f.name)) for f in fields(value)})
    return value


def signs_missing(value: Any, field: str = "") -> list[Fault]:
    """Return where a sign stands that the font does not have: the first one of each field."""
    if isinstance(value, str):
        for n, line in enumerate(value.split("\n"), 1):
            if sign := missing(line):
                code = f"U+{ord(sign):04X}"
                return [Fault(field, "unprintable", {"line": n, "sign": sign, "code": code})]
    elif isinstance(value, tuple):
        inside = (signs_missing(item, f"{field}.{n}") for n, item in enumerate(value, 1))
        return [fault for faults in inside for fault in faults]
    elif is_dataclass(value):
        names = (f.name for f in fields(value))
        under = f"{field}." if field else ""
        inside = (signs_missing(getattr(value, name), under + name) for name in names)
        return [fault for faults in inside for fault in faults]
    return []


def faults_of(paper: Paper) -> list[Fault]:
    """Return what is wrong outside the markup."""
    faults = [Fault(name, "missing") for name in NEEDED if not getattr(paper, name)]
    faults += [
        Fault(f"signer.{n}", "missing")
        for n in ("name", "position")
        if not getattr(paper.signer, n)
    ]
    faults += signs_missing(paper)
    if not paper.body and paper.kind is not Kind.INVITATION:
        faults.append(Fault("body", "missing"))
    faults += [
        Fault(name, "too-long", {"most": most})
        for name, most in MOST.items()
        if len(getattr(paper, name)) > most
    ]
    if len(paper.annexes) > MOST_ANNEXES:
        faults.append(Fault("annexes", "too-many", {"most": MOST_ANNEXES}))
    if paper.number and not NUMBER.match(paper.number):
        faults.append(Fault("number", "number"))
    if paper.notation and not NOTATION.match(paper.notation):
        faults.append(Fault("notation", "notation"))
    if paper.kind in (Kind.INVITATION, Kind.MINUTES) and paper.meeting is None:
        faults.append(Fault("meeting", "no-meeting"))
    if paper.kind is Kind.MINUTES and paper.meeting and not paper.meeting.secretary:
        faults.append(Fault("meeting.secretary", "missing"))
    if paper.regulation is not None and paper.kind is not Kind.DECISION:
        faults.append(Fault("regulation", "only-decision"))
    capacities = [capacity for capacity, _whom in paper.signer.for_whom]
    if Capacity.COLLECTIVE in capacities[1:]:
        faults.append(Fault("signer", "collective"))
    if len(set(capacities)) < len(capacities):
        faults.append(Fault("signer", "twice"))
    return faults
