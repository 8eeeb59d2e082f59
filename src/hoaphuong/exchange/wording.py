"""What codes of the exchange are called on a page."""

from typing import Any

from django.utils.translation import gettext_lazy as _

STATES: dict[str, tuple[Any, str, str]] = {
    "queued": (_("Waiting to be sent"), "wait", "clock"),
    "sent": (_("Sent to the axis"), "good", "check-circle"),
    "received": (_("Arrived here"), "good", "check-circle"),
    "refused": (_("Not accepted by the program"), "bad", "x-circle"),
    "unmatched": (_("About an unknown document"), "still", "help"),
}
DEAD = (_("Could not be sent"), "bad", "x-circle")
DIRECTIONS = {"in": _("From other agencies"), "out": _("To other agencies")}
KINDS = {"document": _("Document"), "status": _("Status"), "unreadable": _("Unreadable")}
STATUSES = {
    "01": _("Arrived"),
    "02": _("Receipt refused"),
    "03": _("Received and registered"),
    "04": _("Assigned"),
    "05": _("In work"),
    "06": _("Finished"),
    "13": _("Asked back"),
    "15": _("Return or change agreed"),
    "16": _("Return or change refused"),
}
BUSINESS = {
    "0": _("A new document"),
    "1": _("Recall"),
    "2": _("Update"),
    "3": _("Replacement"),
}
SIGNATURES = {
    "none": _("The message is not signed"),
    "weak": _("Signed with SHA-1, which no longer protects"),
    "unchecked": _("Signed and unchanged; the seal's certificate is not confirmed"),
    "valid": _("Signed and valid"),
    "invalid": _("The signature does not match the message"),
}
# Why a message was not accepted; keys are reasons of ``edxml.Malformed`` and of receiving.
REASONS = {
    "missing": _("A part that every message needs is missing."),
    "empty": _("A part that must not be empty is empty."),
    "repeated": _("A part that may be there once is there more than once."),
    "too_long": _("A text is longer than the standard allows."),
    "too_many": _("There are more recipients, files or documents than can be handled."),
    "too_large": _("The message or one of its files is too large."),
    "day": _("A day is not a day."),
    "moment": _("A time is not a time."),
    "flag": _("A yes-or-no value is neither."),
    "status_code": _("The status code is not one of the standard."),
    "business": _("The kind of request is not one of the standard."),
    "cid": _("The list of files and the files themselves do not agree."),
    "base64": _("A file is not encoded as the standard asks."),
    "zip": _("A file's archive is damaged, locked or holds several files."),
    "bomb": _("A file's archive unpacks to far more than is credible."),
    "path": _("A file's name points outside the message."),
    "doctype": _("The message has declarations that could harm its reader."),
    "encoding": _("The message is not in UTF-8."),
    "not_xml": _("The message is not XML."),
    "not_edxml": _("The message is not an edXML message."),
    "namespace": _("The message follows another standard."),
    "not_for_us": _("The message names another recipient than the mailbox it was in."),
    "other_sender": _("The message names another sender than the one who sent it."),
}
# Kinds of fault of a call that did not go well.
FAULTS = {
    "AxisFault": _("The axis does not answer."),
    "NotConnected": _("The city is not connected to an axis."),
    "Hopeless": _("The axis does not accept the message."),
}
