"""The receipt of a paid order: typeset as one sheet, with a place for the agency's seal.

Its content follows the receipts of Decree 123/2020/NĐ-CP, Article 30 (as amended by Decree
70/2025/NĐ-CP); the number of the form is recalled, not checked.
"""

import json
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localtime

from hoaphuong.identity import queries as identity
from hoaphuong.payments.in_words import in_words
from hoaphuong.payments.models import Collection, Receipt
from hoaphuong.signing.contracts import Box, SignatureField

if TYPE_CHECKING:
    from typst import Compiler

TEMPLATE = Path(__file__).parent / "receipt.typ"
FORM = "01BLP0-001"
SEAL = "dau-co-quan"
MM = 72 / 25.4
# The right foot of the sheet: 80 by 36 mm, 14 mm from the right edge and 8 mm from the foot.
PLACE = Box(0, 116 * MM, 9 * MM, 196 * MM, 41 * MM)
WAYS = {
    "cash": "tiền mặt tại quầy",
    "vietqr": "chuyển khoản (mã VietQR)",
    "vnpay": "trực tuyến (VNPAY)",
    "payplat": "trực tuyến (Nền tảng thanh toán quốc gia)",
}
_one_at_a_time = Lock()


@cache
def _compiler() -> "Compiler":
    """Made once a process: starting it costs more than a sheet does."""
    import typst

    return typst.Compiler(
        input=str(TEMPLATE),
        font_paths=[str(settings.PACKAGE / "web" / "fonts")],
        ignore_system_fonts=True,
        sys_inputs={"data": "{}"},
    )


def number_of(receipt: Receipt) -> str:
    """Seven digits, as receipts are numbered."""
    return f"{receipt.number:07d}"


def called(receipt: Receipt) -> str:
    """Symbol and number, as people name a receipt: ``HP-26E 0000123``."""
    return f"{receipt.symbol} {number_of(receipt)}"


def dong(amount: int) -> str:
    """``50000`` as ``50.000``."""
    return f"{amount:,}".replace(",", ".")


def facts_of(receipt: Receipt) -> dict[str, Any]:
    """What the sheet says: always in Vietnamese, the language of the form."""
    import segno  # with the first receipt, not with the server

    order = receipt.order
    agency = identity.agency(receipt.agency_code)
    parent = identity.agency(agency.parent).name if agency.parent else ""
    money = list(Collection.objects.filter(order=order).order_by("paid_at"))
    at, paid = localtime(receipt.issued_at), localtime(money[-1].paid_at)
    check = settings.PUBLIC_ADDRESS + reverse("payments:order", args=[order.token])
    return {
        "parent": parent,
        "agency": agency.name,
        "form": FORM,
        "symbol": receipt.symbol,
        "number": number_of(receipt),
        "day": at.day,
        "month": at.month,
        "year": at.year,
        "payer": order.payer_name,
        "about": f"Hồ sơ {order.about_number}, phiếu thu {order.number}",
        "lines": [_line(line) for line in order.lines],
        "total": dong(order.amount),
        "words": in_words(order.amount),
        "way": ", ".join(dict.fromkeys(WAYS.get(one.provider, one.provider) for one in money)),
        "paid": f"{paid:%H:%M %d/%m/%Y}",
        "check": check,
        "qr": segno.make(check, error="m", mask=3).svg_inline(border=0, dark="#000000"),
    }


def _line(line: dict[str, Any]) -> dict[str, str]:
    counted = []
    if line["units"] > 1:
        counted.append(f"{line['units']} {PER.get(line['per'], line['per'])}")
    if line["copies"] > 1:
        counted.append(f"{line['copies']} bản")
    notes = [*counted, line["article"]]
    return {
        "name": line["name"],
        "note": "; ".join(notes),
        "full": dong(line["full"]),
        "amount": dong(line["amount"]),
    }


PER = {"person": "người", "page": "trang", "case": "trường hợp", "copy": "bản"}


def set_receipt(receipt: Receipt) -> bytes:
    """The sheet as PDF/A-2b with the seal's place reserved; the same bytes for the same receipt."""
    from hoaphuong.signing.pdf import reserve

    data = json.dumps(facts_of(receipt), ensure_ascii=False)
    with _one_at_a_time:
        made = _compiler().compile(format="pdf", sys_inputs={"data": data}, pdf_standards="a-2b")
    assert isinstance(made, bytes)
    return reserve(made, texts=(), signatures=(SignatureField(SEAL, PLACE, "Chữ ký số"),))
