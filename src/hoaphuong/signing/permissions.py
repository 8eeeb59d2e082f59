"""Rights over signatures, seals and certificates."""

from django.utils.translation import gettext_lazy as _

from hoaphuong.kernel.access import Permission

PERMISSIONS = [
    Permission(
        code="signing.sign",
        roles=frozenset({"head", "leader"}),
        scope="owner",
        label=_("Sign papers with one's own certificate"),
    ),
    Permission(
        code="signing.seal",
        roles=frozenset({"clerk"}),
        scope="agency",
        label=_("Put the agency's seal on papers"),
    ),
    Permission(
        code="signing.follow_batches",
        roles=frozenset({"head", "leader", "clerk"}),
        scope="owner",
        label=_("Follow the batches one ordered"),
    ),
    Permission(
        code="signing.keep_archive",
        roles=frozenset({"administrator"}),
        scope="city",
        label=_("See to the archive of time-stamped documents"),
    ),
]
