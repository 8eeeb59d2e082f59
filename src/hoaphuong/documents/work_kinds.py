from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from hoaphuong.work.kinds import Kind

DOCUMENT = "documents.document"
INCOMING = "documents.incoming"
ASSIGNMENT = "documents.assignment"

# code -> (label, tone, shape)
STATUSES = {
    "draft": (pgettext_lazy("document", "Draft"), "still", "pen"),
    "review": (_("In review"), "wait", "clock"),
    "to_sign": (_("Waits for signature"), "wait", "clock"),
    "signed": (_("Signed, waits for number and seal"), "active", "clock"),
    "numbered": (_("Numbered, waits for seal"), "active", "clock"),
    "issued": (_("Issued"), "good", "check-circle"),
    "withdrawn": (_("Given up"), "still", "x-circle"),
}
ARRIVALS = {
    "arrived": (_("Arrived"), "wait", "clock"),
    "refused": (_("Refused at arrival"), "bad", "x-circle"),
    "registered": (_("Entered in the register"), "active", "clock"),
    "assigned": (_("Given to an officer"), "active", "clock"),
    "done": (pgettext_lazy("document", "Done"), "good", "check-circle"),
    "returned": (_("Given back to the sender"), "still", "x-circle"),
}
TASKS = {
    "planned": (_("Planned"), "still", "clock"),
    "open": (_("To be done"), "active", "clock"),
    "reported": (_("Reported as done"), "wait", "clock"),
    "done": (pgettext_lazy("document", "Done"), "good", "check-circle"),
    "cancelled": (_("Taken back"), "still", "x-circle"),
}
KINDS = [
    Kind(DOCUMENT, "documents:document", STATUSES),
    Kind(INCOMING, "documents:incoming", ARRIVALS),
    Kind(ASSIGNMENT, "documents:assignment", TASKS),
]
