"""What the demonstration's accountants find: receipts sealed as they come, days compared."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from hoaphuong.identity import queries as identity
from hoaphuong.kernel.demo import Report
from hoaphuong.kernel.numbering import next_number, numbers_given
from hoaphuong.payments import actions
from hoaphuong.payments.models import Collection
from hoaphuong.payments.providers.base import Listed
from hoaphuong.signing import actions as signing
from hoaphuong.signing import queries as seals

ORDER = 25  # after the dossiers whose fees were paid
SERIES = "demo:payments"
NIGHT = timedelta(hours=30)


def load(*, scale: str, report: Report) -> None:
    """Mai has the ward's receipts sealed as they come; Ngân has closed one compared day. Once."""
    mai, ngan = identity.demo_account("mai"), identity.demo_account("ngan")
    if mai is None or ngan is None or not mai.agency_id or numbers_given(SERIES):
        return
    report("Thu phí hư cấu", 0, 2)
    _standing_order(mai.key, mai.agency_id)
    report("Thu phí hư cấu", 1, 2)
    _compare(mai.agency_id, ngan.key)
    with transaction.atomic():
        next_number(SERIES)
    report("Thu phí hư cấu", 2, 2)


def _standing_order(account: str, agency: str) -> None:
    now = timezone.now()
    held = seals.certificate_of_agency(agency, at=now)
    if held is None:
        return
    signing.give_standing_order(
        kind=actions.RECEIPT,
        agency=agency,
        certificate=held.key,
        until=timezone.localdate(now) + timedelta(days=365),
        by=account,
        second_factor_at=now,
        at=now,
    )


def _compare(agency: str, accountant: str) -> None:
    """Of each provider's newest day: all the same, but for VNPAY, whose list says otherwise."""
    money = Collection.objects.filter(agency_code=agency).exclude(provider="cash")
    days = sorted(set(money.values_list("provider", "day")))
    for provider, day in days:
        came = list(money.filter(provider=provider, day=day).order_by("id"))
        listed = [
            Listed(one.transaction, one.attempt.reference if one.attempt else "", one.amount,
                   one.paid_at)
            for one in came
        ]  # fmt: skip
        if provider == "vnpay":
            first = listed[0]
            listed[0] = Listed(
                first.transaction, first.reference, first.amount + 5_000, first.paid_at
            )
            unknown = Listed("DEMO999999", "HPXXXXXXXX01", 50_000, first.paid_at)
            listed.append(unknown)
        at = min(timezone.now(), came[0].paid_at + NIGHT)
        row = actions.compare(
            provider=provider, agency=agency, day=day, listed=listed, by="worker", at=at
        )
        if provider == "vietqr":
            actions.close_day(
                key=row.key, by=accountant, at=min(timezone.now(), at + timedelta(hours=8))
            )
