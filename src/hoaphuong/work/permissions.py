"""Rights over the inbox."""

from django.utils.translation import gettext_lazy as _

from hoaphuong.kernel.access import Permission

PERMISSIONS = [
    Permission(
        code="work.open_inbox",
        roles=frozenset({"clerk", "case_officer", "head"}),
        scope="agency",
        label=_("See the inbox of the agency and take work"),
    ),
    Permission(
        code="work.assign",
        roles=frozenset({"head"}),
        scope="agency",
        label=_("Give work to an officer of the agency"),
    ),
]
