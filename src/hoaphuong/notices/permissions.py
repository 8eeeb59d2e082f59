"""Rights over what could not be sent."""

from django.utils.translation import gettext_lazy as _

from hoaphuong.kernel.access import Permission

PERMISSIONS = [
    Permission(
        code="notices.settle_calls",
        roles=frozenset({"administrator"}),
        scope="city",
        label=_("Have what could not be sent tried again, or give it up"),
    ),
]
