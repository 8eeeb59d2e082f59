"""A dossier's journal as a timeline that people read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from hoaphuong.dossiers import queries
from hoaphuong.dossiers.models import Dossier
from hoaphuong.dossiers.rules import ENDED
from hoaphuong.dossiers.statuses import OUTCOMES, STATUSES
from hoaphuong.identity import queries as identity

EVENTS: dict[str, Any] = {
    "dossiers.dossier_submitted": _("Dossier sent"),
    "dossiers.dossier_received": _("Received by the one-stop office"),
    "dossiers.dossier_declined": _("Not accepted"),
    "dossiers.supplement_requested": _("More papers asked for"),
    "dossiers.supplement_received": _("More papers received"),
    "dossiers.dossier_decided": _("Decided"),
    "dossiers.dossier_returned": _("Result handed over"),
    "dossiers.dossier_withdrawn": _("Withdrawn by the applicant"),
    "work.work_assigned": _("An officer took it on"),
}


@dataclass(frozen=True)
class Entry:
    """One line: what, when, by whom if the reader may know, and what was said."""

    label: Any
    at: datetime | None
    by: str
    note: str
    state: str


def _label(moment: queries.Moment) -> Any:
    if moment.event == "dossiers.dossier_status_changed":
        return STATUSES[moment.body["to_status"]][0]
    if moment.event == "dossiers.dossier_decided":
        return OUTCOMES[moment.body["outcome"]]
    return EVENTS.get(moment.event, moment.event)


def entries(dossier: Dossier, *, names: bool) -> list[Entry]:
    """Oldest first; ``names`` shows which account acted, for staff."""
    moments = queries.timeline(dossier)
    known = identity.display_names({m.by for m in moments}) if names else {}
    found = [Entry(_label(m), m.at, known.get(m.by, ""), m.note, "done") for m in moments]
    if dossier.status not in ENDED:
        last = found.pop()
        found.append(Entry(last.label, last.at, last.by, last.note, "now"))
        if dossier.decided_on is None:
            found.append(Entry(_("Result"), None, "", "", "next"))
    return found
