"""Rights over people and accounts."""

from django.utils.translation import gettext_lazy as _

from hoaphuong.kernel.access import Permission

PERMISSIONS = [
    Permission(
        code="identity.manage_staff",
        roles=frozenset({"administrator"}),
        scope="city",
        label=_("Import staff and grant roles"),
    ),
]
