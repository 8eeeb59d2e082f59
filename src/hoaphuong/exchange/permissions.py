"""Rights over the log of messages."""

from django.utils.translation import gettext_lazy as _

from hoaphuong.kernel.access import Permission

PERMISSIONS = [
    Permission(
        code="exchange.view",
        roles=frozenset({"clerk", "head"}),
        scope="agency",
        label=_("See the agency's messages to and from other agencies"),
    ),
]
