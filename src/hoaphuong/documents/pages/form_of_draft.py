"""The form of a draft: what was typed, read into recipients, tasks and content, line by line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from hoaphuong.documents import actions
from hoaphuong.documents.kinds import PREFIXES, URGENCIES
from hoaphuong.documents.models import Document
from hoaphuong.documents.pages.days import day_of
from hoaphuong.exchange import queries as exchange
from hoaphuong.identity import queries as identity

ROWS = 3  # empty rows offered below those that are filled in
MOST_ROWS = 60
LISTS = ("grounds", "addressees")
TEXTS = {"body": 60_000, "position": 120, "issuer": 200, "unit": 10, "archive": 120, "drafter": 20,
         "contact": 300}  # fmt: skip
MEETING = ("purpose", "starts", "place", "chair", "secretary", "ends")


@dataclass
class DraftForm:
    """What the page shows and what is saved; ``faults`` are by the id of the field."""

    subject_line: str = ""
    signer: str = ""
    urgency: str = ""
    public: bool = False
    content: dict[str, Any] = field(default_factory=dict)
    recipients: list[actions.To] = field(default_factory=list)
    tasks: list[dict[str, str]] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def spare_recipients(self) -> range:
        """Numbers of the empty lines below the recipients."""
        return _spare(len(self.recipients))

    @property
    def spare_tasks(self) -> range:
        return _spare(len(self.tasks))


def _spare(have: int) -> range:
    return range(have, min(have + ROWS, MOST_ROWS))


def of_document(document: Document) -> DraftForm:
    """The form as the draft stands now."""
    return DraftForm(
        subject_line=document.subject_line,
        signer=document.signer_key,
        urgency=document.urgency,
        public=document.shown_publicly,
        content=document.content,
        recipients=[
            actions.To(to.place, to.code, to.name, to.purpose) for to in document.recipients.all()
        ],
        tasks=[
            {
                "agency": identity.agency(task.agency_code).name,
                "what": task.what,
                "due_on": task.due_on.isoformat(),
            }
            for task in document.assignments.all()
        ],
    )


def read(posted: Mapping[str, str], *, signers: Mapping[str, str], today: date) -> DraftForm:
    """The form as it was typed; nothing of it is lost when something is wrong."""
    found = DraftForm(
        subject_line=" ".join(posted.get("subject_line", "").split())[:500],
        signer=posted.get("signer", ""),
        urgency=posted.get("urgency", ""),
        public=posted.get("public") == "1",
    )
    if not found.subject_line:
        found.faults["subject_line"] = _("Say in a few words what it is about.")
    if found.signer not in signers:
        found.faults["signer"] = _("Say who signs.")
    if found.urgency not in URGENCIES:
        found.urgency = ""
    found.content = _content(posted)
    if not found.content["body"]:
        found.faults["body"] = _("The text is missing.")
    found.recipients = recipients_of(posted)
    found.tasks = _tasks(posted, found.faults, today=today)
    return found


def _content(posted: Mapping[str, str]) -> dict[str, Any]:
    content: dict[str, Any] = {
        name: posted.get(name, "").strip()[:most] for name, most in TEXTS.items()
    }
    for name in LISTS:
        lines = (" ".join(line.split()) for line in posted.get(name, "").splitlines())
        content[name] = [line[:500] for line in lines if line][:MOST_ROWS]
    content["for_whom"] = [
        [prefix, whom[:120]]
        for prefix in ("TM.", "KT.", "TL.", "TUQ.")
        if prefix in PREFIXES and (whom := posted.get(f"for-{prefix}", "").strip())
    ]
    content["acting"] = posted.get("acting") == "1"
    meeting = {name: posted.get(f"meeting-{name}", "").strip()[:300] for name in MEETING}
    present = [line.strip()[:200] for line in posted.get("meeting-present", "").splitlines()]
    if any(meeting.values()):
        content["meeting"] = {**meeting, "present": [line for line in present if line]}
    content["archive"] = content["archive"] or "VT"
    return content


def recipients_of(posted: Mapping[str, str]) -> list[actions.To]:
    """A name of one of the city's agencies or of the exchange is reached electronically."""
    inside = {facts.name.casefold(): facts for facts in identity.agencies().values()}
    outside = {one.name.casefold(): one for one in exchange.partners()}
    found: dict[tuple[str, str], actions.To] = {}
    for n in range(MOST_ROWS):
        name = " ".join(posted.get(f"to-{n}-name", "").split())[:200]
        if not name:
            continue
        purpose = posted.get(f"to-{n}-purpose", "act")
        purpose = purpose if purpose in ("act", "know", "report") else "act"
        if agency := inside.get(name.casefold()):
            to = actions.To("city", agency.code, agency.name, purpose)
        elif partner := outside.get(name.casefold()):
            to = actions.To("axis", partner.code, partner.name, purpose)
        else:
            to = actions.To("paper", "", name, purpose)
        found.setdefault((to.place, to.code or to.name), to)
    return list(found.values())


def _tasks(
    posted: Mapping[str, str], faults: dict[str, str], *, today: date
) -> list[dict[str, str]]:
    found = []
    inside = {facts.name.casefold() for facts in identity.agencies().values()}
    for n in range(MOST_ROWS):
        row = {
            name: " ".join(posted.get(f"task-{n}-{name}", "").split())
            for name in ("agency", "what", "due_on")
        }
        if not any(row.values()):
            continue
        found.append(row)
        at = len(found) - 1
        if row["agency"].casefold() not in inside:
            faults[f"task-{at}-agency"] = _("Choose an agency of the city from the list.")
        if not row["what"]:
            faults[f"task-{at}-what"] = _("Say what is to be done.")
        due = day_of(row["due_on"])
        if due is None or due <= today:
            faults[f"task-{at}-due_on"] = _("A task's day must lie ahead.")
    return found


def tasks_of(form: DraftForm) -> list[actions.Task]:
    """The tasks of a form without faults."""
    codes = {facts.name.casefold(): facts.code for facts in identity.agencies().values()}
    return [
        actions.Task(
            agency=codes[row["agency"].casefold()],
            what=row["what"][:500],
            due_on=date.fromisoformat(row["due_on"]),
        )
        for row in form.tasks
    ]
