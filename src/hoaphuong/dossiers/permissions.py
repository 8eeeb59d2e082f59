"""Rights over dossiers and procedures."""

from django.utils.translation import gettext_lazy as _

from hoaphuong.kernel.access import Permission

PERMISSIONS = [
    Permission(
        code="dossiers.apply",
        roles=frozenset({"citizen"}),
        scope="owner",
        label=_("Apply for a service and follow one's own dossiers"),
    ),
    Permission(
        code="dossiers.view",
        roles=frozenset({"clerk", "case_officer", "head"}),
        scope="agency",
        label=_("Read the agency's dossiers"),
    ),
    Permission(
        code="dossiers.receive",
        roles=frozenset({"clerk", "head"}),
        scope="agency",
        label=_("Receive or decline dossiers, and hand over results"),
    ),
    Permission(
        code="dossiers.process",
        roles=frozenset({"case_officer", "head"}),
        scope="agency",
        label=_("Process dossiers and decide"),
    ),
    Permission(
        code="dossiers.manage_procedures",
        roles=frozenset({"steward", "administrator"}),
        scope="city",
        label=_("Import procedures and correct rejected rows"),
    ),
]
