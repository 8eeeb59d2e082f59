"""What the template is given of a paper, after everything in it was checked."""

import datetime as dt
import re
from typing import Any

from hoaphuong.documents.typesetting.check_code import check_code
from hoaphuong.documents.typesetting.checks import MOST_ANNEXES, faults_of, tidy
from hoaphuong.documents.typesetting.faults import Fault, PaperRefused
from hoaphuong.documents.typesetting.letters import balanced, lines_needed
from hoaphuong.documents.typesetting.markup import blocks_of
from hoaphuong.documents.typesetting.paper import (
    NAMES,
    Capacity,
    Kind,
    Meeting,
    Paper,
    Secrecy,
    Signer,
    Urgency,
)

WIDTHS_MM = {
    Urgency.URGENT: 30,
    Urgency.VERY_URGENT: 40,
    Urgency.MOST_URGENT: 20,
    Secrecy.SECRET: 20,
    Secrecy.VERY_SECRET: 30,
    Secrecy.TOP_SECRET: 40,
}
LEFT_MM, RIGHT_MM, WIDE_MM = 69, 90, 160  # of the columns and the text, with a little to spare
TENS, ONES = ("", "X", "XX", "XXX"), ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")

_ABOUT = re.compile(r"^(V/v|Về( việc)?)\s+", re.IGNORECASE)


def facts_of(paper: Paper, *, at: dt.date, draft: str = "") -> dict[str, Any]:
    """Return the template's data; PaperRefused names all faults."""
    paper = tidy(paper)
    faults = faults_of(paper)
    body = _blocks(paper.body, "body", faults)
    regulation = None
    if paper.regulation is not None:
        regulation = {
            "name": paper.regulation.name.upper(),
            "title": _bold_lines(paper.regulation.title, 145),
            "blocks": _blocks(paper.regulation.body, "regulation.body", faults),
        }
    first = 2 if regulation is None else 3
    annexes = [
        {
            "label": "Phụ lục" if len(paper.annexes) == 1 else f"Phụ lục {_roman(n + 1)}",
            "title": _bold_lines(annex.title.upper(), 150),
            "blocks": _blocks(annex.body, f"annexes.{n + 1}.body", faults),
            "suffix": f"-{first + n}",
        }
        for n, annex in enumerate(paper.annexes[:MOST_ANNEXES])
    ]
    if faults:
        raise PaperRefused(faults)
    name = NAMES[paper.kind]
    return {
        "title": " ".join(filter(None, (name or "Công văn", paper.title))),
        "author": paper.agency,
        "made": {"year": at.year, "month": at.month, "day": at.day},
        "draft": draft,
        "parent": _agency_lines(paper.parent, bold=False),
        "agency": _agency_lines(paper.agency, bold=True),
        "agency-name": paper.agency,
        **_number_and_date(paper),
        "place": paper.place,
        "name": name.upper(),
        "kind-name": name or "Công văn",
        "subject": _bold_lines(paper.title, 145),
        "about": balanced(f"V/v {_ABOUT.sub('', paper.title)}", most_mm=LEFT_MM - 3, size=12),
        "issuer": _bold_lines(issuer_of(paper).upper() if paper.kind is Kind.DECISION else ""),
        "decides": paper.kind is Kind.DECISION,
        **_addressed(paper),
        "grounds": [_ended(g, ";" if n < len(paper.grounds) else ".") for n, g in _from_1(paper)],
        "blocks": _closed(_opening(paper) + body + _ending(paper)),
        "signer": _signer(paper.signer, 80 if paper.kind is Kind.MINUTES else RIGHT_MM),
        "secretary": _secretary(paper),
        **_received(paper),
        "stamps": [[str(s), WIDTHS_MM[s]] for s in (paper.secrecy, paper.urgency) if s],
        "scope": str(paper.scope),
        "contact": paper.contact,
        "regulation": regulation,
        "annexes": annexes,
        "check": check_code(paper.check),
    }


def _roman(number: int) -> str:
    """Roman up to 39, which the checks allow at most."""
    return TENS[number // 10] + ONES[number % 10]


def _agency_lines(name: str, *, bold: bool) -> dict[str, Any]:
    return balanced(name.upper(), most_mm=LEFT_MM, size=12, bold=bold)


def _bold_lines(text: str, most_mm: float = WIDE_MM) -> dict[str, Any]:
    return balanced(text, most_mm=most_mm, size=14, bold=True)


def issuer_of(paper: Paper) -> str:
    """Who decides or wires: the collective, or the head of the agency."""
    if paper.issuer:
        return paper.issuer
    capacities = dict(paper.signer.for_whom)
    if Capacity.COLLECTIVE in capacities:
        return paper.agency
    head = paper.signer.for_whom[0][1] if paper.signer.for_whom else paper.signer.position
    return head if paper.agency.casefold() in head.casefold() else f"{head} {paper.agency}"


def _blocks(text: str, field: str, faults: list[Fault]) -> list[dict[str, Any]]:
    blocks, wrong = blocks_of(text, field=field)
    faults += wrong
    return [b | {"title": _bold_lines(b["title"].upper())} if "title" in b else b for b in blocks]


def _from_1(paper: Paper) -> list[tuple[int, str]]:
    return list(enumerate(paper.grounds, 1))


def _number_and_date(paper: Paper) -> dict[str, Any]:
    """Below 10 a number and a day, below 3 a month have a 0 before them (Annex I, II.3, II.4)."""
    date = paper.date
    return {
        "number": paper.number.zfill(2) if paper.number.isdigit() else paper.number,
        "notation": paper.notation,
        "dated": paper.kind is not Kind.MINUTES,
        "day": f"{date.day:02}" if date else "",
        "month": f"{date.month:02}" if date and date.month < 3 else str(date.month) if date else "",
        "year": str(date.year) if date else "",
    }


def _addressed(paper: Paper) -> dict[str, Any]:
    greeting = {Kind.INVITATION: "", Kind.MINUTES: "", Kind.DECISION: ""}.get(
        paper.kind, "Kính gửi"
    )
    if paper.kind is Kind.TELEGRAM:
        greeting = f"{issuer_of(paper)} điện"
    return {"greeting": greeting, "addressees": [_bare(name) for name in paper.addressees]}


def _bare(item: str) -> str:
    return item.lstrip("-– ").rstrip(" ;.,")


def _ended(text: str, sign: str) -> str:
    return text.rstrip(" ;.,") + sign


def _par(text: str, lead: str = "") -> dict[str, Any]:
    runs: list[list[str | bool]] = [[lead, False]] if lead else []
    return {"is": "par", "runs": [*runs, [text, False]], "heading": False}


def _listed(lead: str, items: tuple[str, ...]) -> list[dict[str, Any]]:
    if len(items) == 1:
        return [_par(f"{lead} {_ended(items[0], '.')}")]
    last = len(items) - 1
    listed = [_par(f"- {_ended(i, '.' if n == last else ';')}") for n, i in enumerate(items)]
    return [_par(lead), *listed]


def _opening(paper: Paper) -> list[dict[str, Any]]:
    """What templates 1.7 and 1.9 write before the text: an invitation's and minutes' facts."""
    met = paper.meeting
    if met is None:
        return []
    if paper.kind is Kind.INVITATION:
        invited = _listed(f"{paper.agency} trân trọng kính mời:", paper.addressees)
        facts = (("Tới dự", met.purpose), ("Chủ trì", met.chair))
        return invited + _told(*facts, ("Thời gian", met.starts), ("Địa điểm", met.place))
    return [
        *_told(("Thời gian bắt đầu", met.starts), ("Địa điểm", met.place)),
        *(_listed("Thành phần tham dự:", met.present) if met.present else []),
        *_told(("Chủ trì (chủ tọa)", met.chair), ("Thư ký (người ghi biên bản)", met.secretary)),
        _par("Nội dung (theo diễn biến cuộc họp):"),
    ]


def _told(*facts: tuple[str, str]) -> list[dict[str, Any]]:
    return [_par(f"{name}: {_ended(value, '.')}") for name, value in facts if value]


def _ending(paper: Paper) -> list[dict[str, Any]]:
    met: Meeting | None = paper.meeting
    if paper.kind is not Kind.MINUTES or met is None or not met.ends:
        return []
    return [_par(f"Cuộc họp kết thúc vào {_ended(met.ends, '.')}")]


def _closed(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The text ends with "./." (templates 1.1 to 1.10)."""
    if not blocks or blocks[-1].get("is") in ("table", "division"):
        return blocks
    *runs, last = blocks[-1]["runs"]
    closed = [last[0].rstrip(" ;.,/") + "./.", last[1]]
    return [*blocks[:-1], blocks[-1] | {"runs": [*runs, closed], "heading": False}]


def _signer(signer: Signer, wide: float = RIGHT_MM) -> dict[str, Any]:
    lines = [f"{capacity} {whom}" for capacity, whom in signer.for_whom]
    lines.append(f"Q. {signer.position}" if signer.acting else signer.position)
    return {
        "positions": [_bold_lines(line.upper(), wide) for line in lines],
        "name": _bold_lines(signer.name, wide),
    }


def _secretary(paper: Paper) -> dict[str, Any] | None:
    if paper.kind is not Kind.MINUTES or paper.meeting is None:
        return None
    return _signer(Signer(paper.meeting.secretary, "Thư ký"), 80)


def _received(paper: Paper) -> dict[str, Any]:
    recipients = _recipients(paper)
    lines = [lines_needed(f"- {item}", most_mm=LEFT_MM, size=11) for item in recipients]
    return {"recipients": recipients, "recipient-lines": sum(lines)}


def _recipients(paper: Paper) -> list[str]:
    """Box 9b: "Như trên" first where the document is addressed, the archive last, box 12 in it."""
    items = [_bare(item) for item in paper.recipients]
    if paper.addressees and "như trên" not in {item.casefold() for item in items}:
        items.insert(0, "Như trên")
    typed = f" {paper.drafter}" if paper.drafter else ""
    typed += f"({paper.copies})" if paper.copies else ""
    return [f"{item};" for item in items] + [
        f"Lưu: {_ended(paper.archive + ('.' if typed else ''), '.')}{typed}"
    ]
