"""What an applicant is told of a dossier; the words name no person."""

from django.utils.translation import gettext_lazy as _

from hoaphuong.notices.kinds import Group, NoticeKind

OWN = Group("dossiers", _("Your dossiers"))
PAGE = "dossiers:own"
# What every Zalo template of a dossier takes.
PLACES = ("number", "procedure", "agency")

NOTICES = [
    NoticeKind(
        code="dossiers.received",
        group=OWN,
        label=_("Dossier received"),
        subject=_("Dossier {number} was received"),
        text=_(
            "{agency} received your dossier {number}: {procedure}. The result is due: {due_on}."
        ),
        short=_("Dossier {number} was received. Result due: {due_on}."),
        view=PAGE,
        zalo=(*PLACES, "due_on"),
    ),
    NoticeKind(
        code="dossiers.papers_needed",
        group=OWN,
        label=_("More papers needed for a dossier"),
        subject=_("More papers are needed for dossier {number}"),
        text=_(
            "{agency} needs more papers for your dossier {number}: {procedure}. The clock stands"
            " still until you send them; its page says which."
        ),
        short=_("Dossier {number} needs more papers. The dossier's page says which."),
        view=PAGE,
        zalo=PLACES,
    ),
    NoticeKind(
        code="dossiers.fee_to_pay",
        group=OWN,
        label=_("Fee of a dossier to be paid"),
        subject=_("A fee is to be paid for dossier {number}: {amount}"),
        text=_(
            "{agency} asks {amount} for your dossier {number}: {procedure}. It goes on once the fee"
            " is paid."
        ),
        short=_("Dossier {number}: a fee of {amount} is to be paid before it goes on."),
        view=PAGE,
        zalo=(*PLACES, "amount"),
    ),
    NoticeKind(
        code="dossiers.decided",
        group=OWN,
        label=_("Dossier decided"),
        subject=_("Dossier {number}: {outcome}"),
        text=_("{agency} has decided your dossier {number}, {procedure}: {outcome}."),
        short=_("Dossier {number} is decided: {outcome}."),
        view=PAGE,
        zalo=(*PLACES, "outcome"),
    ),
    NoticeKind(
        code="dossiers.result_ready",
        group=OWN,
        label=_("Result of a dossier ready"),
        subject=_("The result of dossier {number} is ready"),
        text=_(
            "{agency} has signed the result of your dossier {number}: {procedure}. You can fetch"
            " it from the dossier's page."
        ),
        short=_("The result of dossier {number} is ready on the dossier's page."),
        view=PAGE,
        zalo=PLACES,
    ),
]
