"""A document's journal as a timeline that people read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from hoaphuong.documents.models import Assignment, Document, Incoming
from hoaphuong.documents.work_kinds import ARRIVALS, STATUSES, TASKS
from hoaphuong.identity import queries as identity
from hoaphuong.kernel import journal

EVENTS: dict[str, Any] = {
    "documents.document_drafted": _("Begun"),
    "documents.copy_made": _("Electronic copy made"),
    "documents.attachments_changed": _("Attachments changed"),
    "documents.document_signed": _("Signed by the competent person"),
    "documents.document_numbered": _("Number and day filled in"),
    "documents.document_issued": _("Sealed by the agency and issued"),
    "documents.document_dispatched": _("Sent to a recipient"),
    "documents.document_recalled": _("Recalled"),
    "documents.document_replaced": _("Replaced by a later document"),
    "documents.incoming_arrived": _("Arrived"),
    "documents.incoming_registered": _("Entered in the register"),
    "documents.incoming_updated": _("Changed by a later document"),
    "documents.incoming_replaced": _("Replaced by a later document"),
    "documents.assignment_given": _("Given"),
    "documents.assignment_reported": _("Reported as done"),
    "work.work_assigned": _("An officer took it on"),
    "work.work_given_back": _("Given back to the agency"),
    "signing.paper_restamped": _("Stamped again for the archive"),
}
LABELS = {
    "documents.document_moved": STATUSES,
    "documents.incoming_moved": ARRIVALS,
    "documents.assignment_settled": TASKS,
}


@dataclass(frozen=True)
class Entry:
    """One line: what, when, by whom."""

    label: Any
    at: datetime | None
    by: str
    note: str = ""
    state: str = "done"


def entries(row: Document | Incoming | Assignment) -> list[Entry]:
    """What happened to a document, an arrival or a task, oldest first."""
    # That the document was signed is told by the document's own fact.
    told = [fact for fact in journal.timeline(row.key) if fact[1] != "signing.paper_signed"]
    names = identity.display_names({by for _uuid, _name, by, _body, _at in told})
    found = []
    for _uuid, name, by, body, at in told:
        if name in LABELS:
            status = str(body.get("to_status") or body.get("status"))
            if body.get("from_status") == status:
                label: Any = _version(body)
            else:
                label = LABELS[name][status][0]
        else:
            label = EVENTS.get(name, name)
        found.append(Entry(label, at, names.get(by, "")))
    return found


def _version(body: dict[str, Any]) -> str:
    from django.utils.translation import gettext

    return gettext("Version %(number)s saved") % {"number": body.get("version")}
