"""The national payment platform's side of its messages, written without the city's code."""

import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any

from hoaphuong.payments.bank.books import Books, OtherAmount, Payment
from hoaphuong.payments.bank.moments import seconds, stamp

NAME = "payplat"
BANK = "DEMO"
INIT = (
    "LoaiBanTin|PhienBan|MaDoiTac|MaThamChieu|SoTien|LoaiHinhThanhToan|MaKenhThanhToan|MaThietBi"
    "|NgonNgu|MaTienTe|MaNganHang|ThongTinGiaoDich|ThoiGianGD|Ip"
)
CONFIRM = (
    "LoaiBanTin|MaLoi|MaDoiTac|MaThamChieu|SoTien|MaTienTe|MaGiaoDich|MaNganHang|ThoiGianGD"
    "|ThongTinGiaoDich"
)
QUERY = "LoaiBanTin|PhienBan|MaDoiTac|MaThamChieu|ThoiGianGD"
REPLY = "MaLoi|MoTaLoi|MaDoiTac|MaThamChieu|ThoiGianGD"
LASTS = 900.0


class Refused(Exception):
    """What was asked cannot be."""


def digest(fields: Mapping[str, Any], names: str, secret: str) -> str:
    hashed = hashlib.sha256()
    for name in names.split("|"):
        hashed.update(f"{fields.get(name) or ''}|".encode())
    hashed.update(secret.encode())
    return hashed.hexdigest()


def number(payment: Payment) -> str:
    """The platform's own number of the money."""
    return f"NTT{payment.created[:8]}{payment.id:07d}"


def _checked(asked: Mapping[str, Any], names: str, partner: str, secret: str) -> None:
    given = str(asked.get("MaXacThuc", ""))
    if not hmac.compare_digest(digest(asked, names, secret), given.lower()):
        raise Refused("MaXacThuc")
    if asked.get("MaDoiTac") != partner:
        raise Refused("MaDoiTac")
    if bars := [name for name in names.split("|") if "|" in str(asked.get(name, ""))]:
        raise Refused(bars[0])


def init(
    asked: Mapping[str, Any], books: Books, *, partner: str, secret: str, back: str
) -> Payment:
    """The payment that a partner announces; Refused names the field that is wrong."""
    _checked(asked, INIT, partner, secret)
    fixed = {"LoaiBanTin": "INIT", "MaTienTe": "VND", "LoaiHinhThanhToan": "PAY"}
    if wrong := [name for name, value in fixed.items() if asked.get(name) != value]:
        raise Refused(wrong[0])
    amount, reference = str(asked.get("SoTien", "")), str(asked.get("MaThamChieu", ""))
    if not (amount.isascii() and amount.isdigit() and len(amount) < 13 and int(amount)):
        raise Refused("SoTien")
    if not reference or len(reference) > 50:
        raise Refused("MaThamChieu")
    receipt = asked.get("ThongTinBienLai") or {}
    parts = receipt.get("DSKhoanNop") or [] if isinstance(receipt, dict) else []
    if sum(int(part.get("SoTien", 0)) for part in parts) != int(amount):
        raise Refused("DSKhoanNop")
    created = str(asked.get("ThoiGianGD", ""))
    try:
        begins = seconds(created)
    except ValueError as fault:
        raise Refused("ThoiGianGD") from fault
    if begins > time.time() + 300 or begins < time.time() - 86_400:
        raise Refused("ThoiGianGD")
    try:
        return books.open(
            provider=NAME, reference=reference, amount=int(amount),
            what=str(asked.get("ThongTinGiaoDich", "")), back=back, created=created,
            expires=begins + LASTS,
        )  # fmt: skip
    except OtherAmount as fault:
        raise Refused("MaThamChieu") from fault


def result(payment: Payment, *, partner: str) -> dict[str, str]:
    """The fields of ``Confirm``, not yet signed."""
    paid = payment.state == "paid"
    return {
        "LoaiBanTin": "CONFIRM",
        "MaLoi": "00" if paid else payment.code,
        "MaDoiTac": partner,
        "MaThamChieu": payment.reference,
        "SoTien": str(payment.amount),
        "MaTienTe": "VND",
        "MaGiaoDich": number(payment) if paid else "",
        "MaNganHang": BANK,
        "ThoiGianGD": stamp(payment.paid_at or time.time()),
        "ThongTinGiaoDich": payment.what,
    }


def signed(fields: Mapping[str, str], secret: str, names: str = CONFIRM) -> dict[str, str]:
    return {**fields, "MaXacThuc": digest(fields, names, secret)}


def state(asked: Mapping[str, Any], books: Books, *, partner: str, secret: str,
          falsely: str = "") -> dict[str, str]:  # fmt: skip
    """What a question about a reference is answered with; Refused."""
    _checked(asked, QUERY, partner, secret)
    found = books.payment(NAME, str(asked.get("MaThamChieu", "")))
    if found is None or found.created != asked.get("ThoiGianGD"):
        fields = {"LoaiBanTin": "QUERY", "MaLoi": "01", "MaDoiTac": partner, "TrangThaiGD": "3"}
        fields["MaThamChieu"] = str(asked.get("MaThamChieu", ""))
    else:
        fields = result(found, partner=partner) | {"LoaiBanTin": "QUERY"}
        fields["TrangThaiGD"] = {"paid": "1", "declined": "4"}.get(found.state, "3")
        if found.expired:
            fields |= {"TrangThaiGD": "4", "MaLoi": "11"}
    if falsely == "wrong_amount" and fields.get("SoTien"):
        fields["SoTien"] = str(int(fields["SoTien"]) + 1_000)
    key = secret + "?" if falsely == "wrong_signature" else secret
    return signed(fields, key, f"{CONFIRM}|TrangThaiGD")


def acknowledged(reply: Mapping[str, Any], fields: Mapping[str, str], secret: str) -> bool:
    """Whether a partner's reply to ``Confirm`` is its own and says that it knows."""
    given = str(reply.get("MaXacThuc", ""))
    return (
        hmac.compare_digest(digest(reply, REPLY, secret), given)
        and reply.get("MaThamChieu") == fields["MaThamChieu"]
        and reply.get("MaLoi") in ("00", "02")
    )
