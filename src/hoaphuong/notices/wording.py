"""What codes of notices are called on a page."""

from typing import Any

from django.utils.translation import gettext_lazy as _

CHANNELS = {"email": _("E-mail"), "sms": _("SMS"), "zalo": _("Zalo")}
BY = {
    "email": _("Notice by e-mail"),
    "sms": _("Notice by SMS"),
    "zalo": _("Notice by Zalo"),
}
STATES: dict[str, tuple[Any, str, str]] = {
    "waiting": (_("{channel}: on its way"), "wait", "clock"),
    "done": (_("{channel}: sent"), "done", "check"),
    "dead": (_("{channel}: could not be sent"), "bad", "x-circle"),
}
# Kinds of fault of a delivery that did not go well.
FAULTS = {
    "ProviderFault": _("The provider does not answer, or not now."),
    "SignInRefused": _("The provider does not accept the city's key or password."),
    "NotConnected": _("The city is not connected to this provider."),
    "NoAddress": _("The person has no usable address for this channel any more."),
    "MessageRefused": _("The provider does not accept the message."),
    "RecipientUnknown": _("The provider knows nobody at the person's address."),
    "TemplateRefused": _("The provider does not accept the template."),
}
