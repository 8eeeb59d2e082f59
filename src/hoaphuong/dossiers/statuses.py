"""The ten statuses as people read them, with the tone and shape of their badge."""

from typing import Any

from django.utils.translation import gettext_lazy as _

STATUSES: dict[int, tuple[Any, str, str]] = {
    1: (_("Newly registered"), "new", "file-plus"),
    2: (_("Received"), "active", "inbox"),
    3: (_("Not accepted"), "bad", "x-circle"),
    4: (_("Being processed"), "active", "clock"),
    5: (_("More papers needed"), "wait", "files"),
    6: (_("Fee to be paid"), "wait", "money"),
    7: (_("Withdrawn by the applicant"), "still", "undo"),
    8: (_("Processing stopped"), "bad", "pause"),
    9: (_("Processed"), "good", "check"),
    10: (_("Result returned"), "done", "check-circle"),
}
OUTCOMES: dict[str, Any] = {"granted": _("Granted"), "refused": _("Refused")}
CHANNELS: dict[str, Any] = {
    "direct": _("At the counter"),
    "online": _("Online"),
    "post": _("By post"),
}
UNITS: dict[str, Any] = {
    "working_day": _("working days"),
    "half_working_day": _("half working days"),
    "day": _("days"),
    "week": _("weeks"),
    "month": _("months"),
    "year": _("years"),
    "working_hour": _("working hours"),
    "hour": _("hours"),
    "minute": _("minutes"),
}
