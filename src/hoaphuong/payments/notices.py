"""What a payer is told of a fee; the words name no person."""

from django.utils.translation import gettext_lazy as _

from hoaphuong.notices.kinds import Group, NoticeKind

OWN = Group("payments", _("Your fees and receipts"))
PAGE, RECEIPT = "payments:own_order", "payments:own_receipt"
# What every Zalo template of a fee takes.
PLACES = ("number", "dossier", "agency")

NOTICES = [
    NoticeKind(
        code="payments.receipt_ready",
        group=OWN,
        label=_("Receipt ready"),
        subject=_("The receipt for {amount} is ready"),
        text=_(
            "{agency} has sealed receipt {receipt} for the {amount} that was paid as fee {number}"
            " of dossier {dossier}."
        ),
        short=_("Receipt {receipt} for {amount} (fee {number}) is ready among your fees."),
        view=RECEIPT,
        zalo=(*PLACES, "amount", "receipt"),
    ),
    NoticeKind(
        code="payments.paid_too_little",
        group=OWN,
        label=_("Fee paid in part only"),
        subject=_("{paid} came in for fee {number}: {left} is still to be paid"),
        text=_(
            "{paid} came in for fee {number} of dossier {dossier}, which is less than {agency} asks"
            " for. It is kept for you. Pay the {left} that is left on the fee's page: the fee"
            " counts as paid, and the receipt comes, once it is there in full."
        ),
        short=_("{paid} came in for fee {number}. {left} is left to pay, on the fee's page."),
        view=PAGE,
        zalo=(*PLACES, "paid", "left"),
    ),
    NoticeKind(
        code="payments.paid_too_much",
        group=OWN,
        label=_("Fee paid beyond what was asked"),
        subject=_("{over} too much came in for fee {number}"),
        text=_(
            "{over} more came in for fee {number} of dossier {dossier} than {agency} asks for. It"
            " is owed back to you: the agency's accountant asks for it to be sent back and a second"
            " person approves that. You are told of both."
        ),
        short=_(
            "{over} too much came in for fee {number}. It is owed back: you hear when it goes."
        ),
        view=PAGE,
        zalo=(*PLACES, "over"),
    ),
    NoticeKind(
        code="payments.not_asked_for",
        group=OWN,
        label=_("Money for a fee that is no longer asked for"),
        subject=_("Fee {number} is no longer asked for: {over} is owed back to you"),
        text=_(
            "{agency} no longer asks for fee {number} of dossier {dossier}, for which {over} came"
            " in. It is owed back to you: the agency's accountant asks for it to be sent back and a"
            " second person approves that. You are told of both."
        ),
        short=_("Fee {number} is no longer asked for. {over} is owed back: you hear when it goes."),
        view=PAGE,
        zalo=(*PLACES, "over"),
    ),
    NoticeKind(
        code="payments.refund_approved",
        group=OWN,
        label=_("Refund approved"),
        subject=_("{amount} of fee {number} goes back to you"),
        text=_(
            "{agency} has approved that {amount} of fee {number}, dossier {dossier}, goes back to"
            " you, the way it was paid. You are told once it is paid out."
        ),
        short=_("{amount} of fee {number} goes back to you. You hear when it is paid out."),
        view=PAGE,
        zalo=(*PLACES, "amount"),
    ),
    NoticeKind(
        code="payments.refund_refused",
        group=OWN,
        label=_("Refund refused"),
        subject=_("{amount} of fee {number} does not go back"),
        text=_(
            "{agency} has decided that the {amount} of fee {number}, dossier {dossier}, which were"
            " to be sent back are not. The agency tells you why, and how to object."
        ),
        short=_("{amount} of fee {number} does not go back. The agency tells you why."),
        view=PAGE,
        zalo=(*PLACES, "amount"),
    ),
    NoticeKind(
        code="payments.refund_sent",
        group=OWN,
        label=_("Refund paid out"),
        subject=_("{amount} of fee {number} was paid back"),
        text=_(
            "{agency} paid {amount} of fee {number}, dossier {dossier}, back on {sent_on}. A bank"
            " may need some days to show it. A receipt stays as it was issued; the fee's page says"
            " what was refunded."
        ),
        short=_("{amount} of fee {number} was paid back on {sent_on}."),
        view=PAGE,
        zalo=(*PLACES, "amount", "sent_on"),
    ),
]
