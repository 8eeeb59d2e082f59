"""Why a paper was not signed, in words for the person who ordered it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from hoaphuong.signing.signables import signables

OF_A_PAPER: dict[str, Any] = {
    "certificate_not_in_force": _(
        "The certificate is not in force any more: it has ended or was withdrawn."
    ),
    "key_unavailable": _("The key of the certificate cannot be used: it is missing or locked."),
    "paper_unreadable": _("The file cannot be signed: it is damaged or of another kind."),
    "paper_locked": _("The file is locked by encryption and cannot be signed."),
    "paper_scripts": _("The file carries scripts or programs and cannot be signed."),
    "paper_too_large": _("The file is too large to be signed."),
    "certificate_revoked": _("A certificate is revoked: nothing can be signed with it."),
    "changed_meanwhile": _("The paper changed while it was being signed; nothing was kept of it."),
    "signer_died": _("Signing this paper ended the program several times; it was set aside."),
    "program_fault": _("A fault of the program; the operators find it in the log."),
    "waits_in_a_batch": _("The paper waits in a batch already."),
    "several_at_once": _(
        "The paper has attachments, which a token cannot sign with it; seal it from the list."
    ),
    "unknown_kind": _("The program does not know this kind of signature any more."),
}
OF_THE_OUTSIDE: dict[str, Any] = {
    "time_stamp_failed": _("The time-stamp authority does not answer as it should."),
    "evidence_missing": _("Nobody says now whether the certificate is revoked."),
    "stamp_ends_no_later": _(
        "The time-stamp authority still has the certificate that ends; it needs a newer one."
    ),
    "key_away": _("The place where the key is kept does not answer."),
}


def said(kind: str, reason: str) -> Any:
    """A reason's words; a code that nobody explains is shown as it is."""
    signable = signables().get(kind)
    own = signable.reasons.get(reason) if signable else None
    return own or OF_A_PAPER.get(reason) or OF_THE_OUTSIDE.get(reason) or reason
