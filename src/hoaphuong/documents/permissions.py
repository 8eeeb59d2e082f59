"""Rights over official documents."""

from django.utils.translation import gettext_lazy as _

from hoaphuong.kernel.access import Permission

PERMISSIONS = [
    Permission(
        code="documents.view",
        roles=frozenset({"clerk", "case_officer", "head", "leader"}),
        scope="agency",
        label=_("Read the agency's official documents"),
    ),
    Permission(
        code="documents.draft",
        roles=frozenset({"clerk", "case_officer", "head"}),
        scope="agency",
        label=_("Draft official documents"),
    ),
    Permission(
        code="documents.review",
        roles=frozenset({"head", "leader"}),
        scope="agency",
        label=_("Review drafts before they are signed"),
    ),
    Permission(
        code="documents.issue",
        roles=frozenset({"clerk"}),
        scope="agency",
        label=_("Number, seal and send documents; register incoming ones"),
    ),
    Permission(
        code="documents.direct",
        roles=frozenset({"head", "leader"}),
        scope="agency",
        label=_("Give tasks and settle them; recall documents"),
    ),
    Permission(
        code="documents.steer",
        roles=frozenset({"leader"}),
        scope="city",
        label=_("See which tasks of the city's directives are late"),
    ),
]
