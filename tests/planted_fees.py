"""Fees of the planted city: an order paid in part, a refund, compared days, a bank's line."""

from datetime import datetime, timedelta

from django.utils import timezone

from hoaphuong.identity.models import Account
from hoaphuong.payments import actions as fees
from hoaphuong.payments.contracts import MoneyIn
from hoaphuong.payments.fees import Line
from hoaphuong.payments.models import FeeOrder, Receipt, Statement, StatementLine
from hoaphuong.payments.providers.base import Listed
from hoaphuong.signing import actions as signing
from hoaphuong.signing import queries as seals
from hoaphuong.signing.models import BatchItem
from hoaphuong.signing.tests.factories import YEAR, key_and_certificate

ASKED, CAME, WRONG = 50_000, 20_000, 1_000
PAID_INTO = {"bin": "999999", "number": "0225000000", "holder": "KBNN"}
# Known, and nowhere to be asked.
PROVIDERS = {
    "vietqr": PAID_INTO,
    "vnpay": {"merchant": "M", "pay": "http://pay.invalid", "api": "http://pay.invalid/api"},
    "payplat": {"partner": "P", "api": "http://plat.invalid", "account": PAID_INTO},
}
WORDS = ("hoan", "saoke")


def order(account: Account, agency: str, mark: str, number: int, file: str, at: datetime) -> dict:
    """Keys of what was planted for one owner; ``file`` stands for the receipt's."""
    made = _order(account, agency, number, at)
    fees.start(order=made.key, provider="vietqr", by="t", at=at)
    came = fees.collect(
        money=MoneyIn("cash", f"V{number}", CAME, at, order=made.key), by="t", at=at
    )
    refund = fees.ask_refund(
        collection=came.collection, amount=WRONG, source="part", reason=f"{mark}hoan", by="t", at=at
    )
    Receipt.objects.create(
        order=made, agency_code=agency, year=at.year, number=number + 1_000, symbol="HP",
        issued_at=at, file_key=file, sealed_at=at,
    )  # fmt: skip
    day = timezone.localdate(at)
    wrong = [Listed(f"W{number}", "", WRONG, at)]
    compared, different = (
        fees.compare(
            provider="vnpay",
            agency=agency,
            day=day - timedelta(days=ago),
            listed=listed,
            by="t",
            at=at,
        )  # fmt: skip
        for ago, listed in ((2 * number + 3, []), (2 * number + 4, wrong))
    )
    return {
        "order": made.key,
        "order_token": made.token,
        "refund": refund.key,
        "day": compared.key,
        "difference": different.differences.get().key,
        "line": _line(mark, number, at),
    }


def seal(agency: str, at: datetime) -> None:
    """A certificate of the agency's seal."""
    signing.record_certificate(
        provider="demo", reference=agency, agency=agency, by="t", at=at,
        certificate=key_and_certificate(begins=at - YEAR, ends=at + YEAR)[1],
    )  # fmt: skip


def receipts_are_sealed(agency: str, at: datetime) -> None:
    """The agency's clerk has ordered it."""
    held = seals.certificate_of_agency(agency, at=at)
    assert held is not None
    signing.give_standing_order(
        kind=fees.RECEIPT, agency=agency, certificate=held.key, until=timezone.localdate(at),
        by="t", second_factor_at=at, at=at,
    )  # fmt: skip


def a_receipt_failed(agency: str, order: str, at: datetime) -> None:
    """One that was to be sealed by that order and was not."""
    receipts_are_sealed(agency, at)
    receipt = Receipt.objects.get(order__key=order)
    signing.seal_as_ordered(kind=fees.RECEIPT, subject=receipt.key, agency=agency, at=at)
    BatchItem.objects.filter(subject=receipt.key).update(
        state="failed", reason="program_fault", ended_at=at
    )


def _order(account: Account, agency: str, number: int, at: datetime) -> FeeOrder:
    line = Line("X", "fee", "Phí", "Fee", "case", 1, 1, ASKED, ASKED, "", "Điều 1")
    return fees.order(
        about_kind="planted", about=f"{number}", about_number=f"P{number}", agency=agency,
        account=account.key, payer_name=account.display_name, lines=[line], by="t", at=at,
    )  # fmt: skip


def _line(mark: str, number: int, at: datetime) -> str:
    """Money on the city's account whose note names no order."""
    statement = Statement.objects.create(
        sha256=f"{number:064}", file_key="0" * 32, provider="vietqr", account="0225000000",
        lines=1, new_lines=1, read_at=at, by_key="t",
    )  # fmt: skip
    return StatementLine.objects.create(
        statement=statement, account="0225000000", transaction=f"L{number}", amount=CAME,
        booked_at=at, note=f"{mark}saoke", state="unmatched",
    ).key  # fmt: skip
