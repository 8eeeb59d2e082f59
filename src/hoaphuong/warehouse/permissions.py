"""Rights over the city's figures."""

from django.utils.translation import gettext_lazy as _

from hoaphuong.kernel.access import Permission

PERMISSIONS = [
    Permission(
        code="warehouse.view_scoreboard",
        roles=frozenset({"leader", "steward", "administrator", "head"}),
        scope="city",
        label=_("See the city's scoreboard"),
    ),
]
