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
# One of a unit, and several: Vietnamese says both alike.
UNITS: dict[str, tuple[Any, Any]] = {
    "working_day": (_("working day"), _("working days")),
    "half_working_day": (_("half working day"), _("half working days")),
    "day": (_("day"), _("days")),
    "week": (_("week"), _("weeks")),
    "month": (_("month"), _("months")),
    "year": (_("year"), _("years")),
    "working_hour": (_("working hour"), _("working hours")),
    "hour": (_("hour"), _("hours")),
    "minute": (_("minute"), _("minutes")),
}


def unit_word(unit: str, amount: int) -> Any:
    """The unit of a time limit in words; an unknown one is shown as it is."""
    one, many = UNITS.get(unit, (unit, unit))
    return one if amount == 1 else many
