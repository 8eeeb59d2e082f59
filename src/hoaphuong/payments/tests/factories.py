"""Orders and money for tests; payers are invented."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from hoaphuong.payments import actions
from hoaphuong.payments.contracts import MoneyIn
from hoaphuong.payments.fees import Fee, Line, fee, line
from hoaphuong.payments.models import FeeOrder

AT = datetime(2026, 11, 30, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
JUSTICE = "000.00.02.H24"
BY = "officer"


def in_force(code: str) -> Fee:
    return fee(code, on=date(2026, 11, 30))


def fifty_thousand() -> Line:
    return line(in_force("DANG-KY-DOANH-NGHIEP"))


def ordered(
    about: str = "d1",
    *,
    lines: list[Line] | None = None,
    account: str = "an",
    kind: str = "dossier",
) -> FeeOrder:
    return actions.order(
        about_kind=kind,
        about=about,
        about_number=f"H24.02-{about}",
        agency=JUSTICE,
        account=account,
        payer_name="Người Nộp Hư Cấu",
        lines=[fifty_thousand()] if lines is None else lines,
        by=BY,
        at=AT,
    )


def money(transaction: str, amount: int, *, reference: str = "", order: str = "",
          provider: str = "vnpay") -> MoneyIn:  # fmt: skip
    return MoneyIn(
        provider=provider, transaction=transaction, amount=amount, paid_at=AT,
        reference=reference, order=order,
    )  # fmt: skip
