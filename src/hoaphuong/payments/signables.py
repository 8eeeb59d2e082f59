"""The seal on a receipt, put there as receipts come, by the agency's standing order."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from hoaphuong.files.contracts import StoredFileFacts
from hoaphuong.payments import actions, receipts
from hoaphuong.payments.models import Receipt
from hoaphuong.signing import queries as signing
from hoaphuong.signing.contracts import Level, Look, ToSign
from hoaphuong.signing.signables import NotSignable, Signable

RECEIPT = actions.RECEIPT
REASONS = {
    "sealed": _("The receipt is sealed already."),
    "other_agency": _("The seal is another agency's."),
}


def _found(subject: str) -> Receipt:
    found = Receipt.objects.select_related("order").filter(key=subject).first()
    if found is None or found.sealed_at is not None:
        raise NotSignable("sealed")
    return found


def to_sign(subject: str, *, account: str, certificate: Any) -> ToSign:
    """The sheet, for the seal of the agency that took the money."""
    receipt = _found(subject)
    if receipt.agency_code != certificate.agency:
        raise NotSignable("other_agency")
    return ToSign(
        content=receipts.set_receipt(receipt),
        field=receipts.SEAL,
        look=Look(image=signing.image_of(certificate.key)),
        level=Level.B_LTA,
    )


def signed(subject: str, *, content: bytes, file: StoredFileFacts, by: str, at: Any) -> None:
    actions.seal_receipt(key=subject, file=file.key, by=by, at=at)


def named(subjects: Iterable[str]) -> dict[str, str]:
    rows = Receipt.objects.filter(key__in=list(subjects))
    return {row.key: receipts.called(row) for row in rows}


def file_name(subject: str) -> str:
    receipt = Receipt.objects.get(key=subject)
    return f"bien-lai-{receipt.symbol}-{receipts.number_of(receipt)}"


SIGNABLES = [
    Signable(
        kind=RECEIPT,
        label=_("Receipts of fees"),
        permission="signing.seal",
        to_sign=to_sign,
        signed=signed,
        seal=True,
        standing=True,
        named=named,
        file_name=file_name,
        reasons=REASONS,
    )
]
