"""The receipt of a paid order: put before the agency's seal, and kept once it is sealed."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from hoaphuong.kernel import journal
from hoaphuong.kernel.outgoing import enqueue
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.payments.contracts import ReceiptNotSealed, ReceiptSealed
from hoaphuong.payments.models import Receipt
from hoaphuong.signing import actions as signing

RECEIPT = "payments.receipt"  # the kind of the outgoing call, and of the signature
BY = "payments"


@transaction.atomic
def put_before_seal(*, key: str, at: datetime) -> None:
    """Have a receipt sealed; NoStandingOrder while the agency has not ordered it.

    Once it is before the signers or sealed, this does nothing.
    """
    receipt = Receipt.objects.select_for_update().get(key=key)
    if receipt.sealed_at is not None:
        return
    try:
        signing.seal_as_ordered(kind=RECEIPT, subject=key, agency=receipt.agency_code, at=at)
    except signing.WaitsAlready:
        return


@transaction.atomic
def seal_receipt(*, key: str, file: str, by: str, at: datetime) -> None:
    """Keep the sealed file; the payer can have it from now on."""
    receipt = Receipt.objects.select_for_update().select_related("order").get(key=key)
    assert receipt.sealed_at is None, key
    receipt.file_key, receipt.sealed_at = file, at
    receipt.save(update_fields=["file_key", "sealed_at"])
    event = ReceiptSealed(
        order=Ref(receipt.order.key),
        receipt=Ref(key),
        agency=Code(receipt.agency_code),
        sealed_on=localdate(at),
        seconds=max(0, int((at - receipt.issued_at).total_seconds())),
    )
    journal.record(event, by=by, occurred_at=at)


@transaction.atomic
def receipt_not_sealed(*, key: str, at: datetime) -> None:
    """Write down that nobody sealed a receipt; a sealed one has no such news."""
    receipt = Receipt.objects.select_for_update().select_related("order").get(key=key)
    if receipt.sealed_at is not None:
        return
    event = ReceiptNotSealed(
        order=Ref(receipt.order.key), receipt=Ref(key), agency=Code(receipt.agency_code)
    )
    journal.record(event, by=BY, occurred_at=at)


@transaction.atomic
def try_receipts_again(*, agency: str, at: datetime) -> int:
    """Put every receipt of an agency that waits before the seal anew; how many there are."""
    waiting = Receipt.objects.filter(agency_code=agency, sealed_at__isnull=True)
    keys = list(waiting.values_list("key", flat=True))
    for key in keys:
        enqueue(kind=RECEIPT, subject=key, once=f"receipt:{key}:{at.isoformat()}", at=at)
    return len(keys)
