"""The national payment platform (Nền tảng thanh toán): JSON messages with a SHA-256 each.

Facts: public client code of one production system (see the standards' section on the platform);
the status query's kind of message and the refund are recalled, not published.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hoaphuong.kernel.folding import unaccented
from hoaphuong.kernel.outside import CallFailed, Outside
from hoaphuong.payments.providers import lists
from hoaphuong.payments.providers.base import (
    Declined,
    Listed,
    Malformed,
    NotAuthentic,
    ProviderFault,
    Result,
    Said,
    ToPay,
    moment,
    stamp,
    whole,
)

VERSION = "1.0.6"
INIT = (
    "LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "SoTien", "LoaiHinhThanhToan",
    "MaKenhThanhToan", "MaThietBi", "NgonNgu", "MaTienTe", "MaNganHang", "ThongTinGiaoDich",
    "ThoiGianGD", "Ip",
)  # fmt: skip
CONFIRM = (
    "LoaiBanTin", "MaLoi", "MaDoiTac", "MaThamChieu", "SoTien", "MaTienTe", "MaGiaoDich",
    "MaNganHang", "ThoiGianGD", "ThongTinGiaoDich",
)  # fmt: skip
QUERY = ("LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "ThoiGianGD")
ANSWER = ("MaLoi", "MoTaLoi", "MaDoiTac", "MaThamChieu", "ThoiGianGD")
STATUS = (*CONFIRM, "TrangThaiGD")
RESULTS: dict[str, Result] = {"1": "paid", "3": "waiting", "4": "failed"}
DONE = "00"
# What each signed field may be. The values are hashed with a bar between them, so a field with a
# bar could pass for two; and kinds of messages are letters, so no reply of ours passes for one.
FORMS = {
    "LoaiBanTin": re.compile(r"[A-Za-z]{1,20}"),
    "MaThamChieu": re.compile(r"[A-Za-z0-9._-]{1,50}"),
    "SoTien": re.compile(r"[0-9]{0,15}"),
    "ThoiGianGD": re.compile(r"[0-9]{0,14}"),
}
NO_BAR = re.compile(r"[^|]*")


def checksum(fields: Mapping[str, Any], names: tuple[str, ...], secret: str) -> str:
    """SHA-256 of the values joined by ``|`` with the secret last, in small hexadecimal digits."""
    values = [str(fields.get(name, "") or "") for name in names]
    return hashlib.sha256("|".join([*values, secret]).encode()).hexdigest()


@dataclass(frozen=True)
class PayPlat:
    """``api`` is the platform's address, ``account`` who is paid: number, bank and name."""

    partner: str
    secret: str
    api: str
    lists: str
    account: tuple[str, str, str]
    outside: Outside
    bearer: str = ""
    code: str = "payplat"

    def open(self, pay: ToPay) -> str:
        """Announce the payment; where the payer pays."""
        asked: dict[str, Any] = {
            "LoaiBanTin": "INIT",
            "PhienBan": VERSION,
            "MaDoiTac": self.partner,
            "MaThamChieu": pay.reference,
            "SoTien": str(pay.amount),
            "LoaiHinhThanhToan": "PAY",
            "MaKenhThanhToan": "1",
            "MaThietBi": "1",
            "NgonNgu": "vi-VN",
            "MaTienTe": "VND",
            "MaNganHang": "PAYMENT",
            "ThongTinGiaoDich": unaccented(pay.what).replace("|", " ")[:255],
            "ThoiGianGD": stamp(pay.at),
            "Ip": pay.address,
        }
        asked["MaXacThuc"] = checksum(asked, INIT, self.secret)
        asked["ThongTinBienLai"] = self._receipt(pay)
        answer = self._asked("/payment/init", asked)
        if str(answer.get("error_code")) != "0":
            raise Declined(str(answer.get("error_code", ""))[:20])
        try:
            address = json.loads(str(answer["message"]))["UrlThanhToan"]
        except (ValueError, KeyError, TypeError) as fault:
            raise ProviderFault("The platform names no page to pay on.") from fault
        if not isinstance(address, str) or not self.outside.allows(address):
            raise ProviderFault("The platform sends payers to an address that is not its own.")
        return address

    def _receipt(self, pay: ToPay) -> dict[str, Any]:
        number, bank, name = self.account
        return {
            "MaDichVu": "2",
            "MaDonVi": pay.agency,
            "TenDonVi": pay.agency_name,
            "MaHoSo": pay.number,
            "TKThuHuong": number,
            "MaNHThuHuong": bank,
            "TenTKThuHuong": name,
            "NoiDungThanhToan": pay.what,
            "HoTenNguoiNop": pay.payer,
            "DSKhoanNop": [{"NoiDung": pay.what, "SoTien": str(pay.amount)}],
        }

    def read(self, message: Mapping[str, str]) -> Said:
        """``Confirm``: the result as the platform pushes it."""
        self._authentic(message, CONFIRM)
        result: Result = "paid" if message.get("MaLoi") == DONE else "failed"
        return _said(message, result)

    def reply(
        self, message: Mapping[str, str], *, code: str, said: str, at: datetime
    ) -> dict[str, str]:
        """What a ``Confirm`` is answered with."""
        named = message.get("MaThamChieu", "")
        fields = {
            "MaLoi": code,
            "MoTaLoi": said,
            "MaDoiTac": self.partner,
            # Anybody's message is answered: what it names is signed only if it can be a name.
            "MaThamChieu": named if FORMS["MaThamChieu"].fullmatch(named) else "",
            "ThoiGianGD": stamp(at),
        }
        return {**fields, "MaXacThuc": checksum(fields, ANSWER, self.secret)}

    def ask(self, reference: str, *, started_at: datetime, at: datetime) -> Said:
        """What the platform knows of a reference."""
        asked = {
            "LoaiBanTin": "QUERY",
            "PhienBan": VERSION,
            "MaDoiTac": self.partner,
            "MaThamChieu": reference,
            "ThoiGianGD": stamp(started_at),
        }
        asked["MaXacThuc"] = checksum(asked, QUERY, self.secret)
        answer = self._asked("/payment/query", asked)
        self._authentic(answer, STATUS)
        if answer.get("MaThamChieu") != reference:
            raise Malformed("The platform answers for another reference.")
        state = answer.get("TrangThaiGD", "")
        if state not in RESULTS:
            raise Malformed(f"TrangThaiGD {state[:5]!r}")
        if RESULTS[state] != "paid":
            return Said(reference, "", 0, RESULTS[state], answer.get("MaLoi", ""))
        return _said(answer, "paid")

    def refund(self, said: Said, *, amount: int, once: str, at: datetime) -> str:
        """The platform has no message for it: the agency sends the money and notes its number."""
        raise Declined("by_hand")

    def listed(self, day: date) -> list[Listed]:
        """The day's list, a signed file."""
        return lists.fetched(self.lists, day, outside=self.outside, secret=self.secret)

    def _authentic(self, message: Mapping[str, str], names: tuple[str, ...]) -> None:
        given = message.get("MaXacThuc", "").lower()
        if not hmac.compare_digest(checksum(message, names, self.secret), given):
            raise NotAuthentic("MaXacThuc")
        if message.get("MaDoiTac") != self.partner:
            raise NotAuthentic("MaDoiTac")
        for name in names:
            if not FORMS.get(name, NO_BAR).fullmatch(message.get(name, "")):
                raise Malformed(name)

    def _asked(self, path: str, body: Mapping[str, Any]) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.bearer}"} if self.bearer else {}
        try:
            raw = self.outside.post(
                self.api + path,
                json.dumps(body, ensure_ascii=False).encode(),
                content_type="application/json",
                **headers,
            )
            answer = json.loads(raw)
        except (CallFailed, ValueError) as fault:
            raise ProviderFault(str(fault)) from fault
        if not isinstance(answer, dict):
            raise ProviderFault("The platform does not answer with an object.")
        return {name: str(value) for name, value in answer.items() if value is not None}


def _said(fields: Mapping[str, str], result: Result) -> Said:
    transaction = fields.get("MaGiaoDich", "")
    if result == "paid" and not transaction:
        raise Malformed("Paid without a number of the transaction.")
    if fields.get("MaTienTe") != "VND":
        raise Malformed("MaTienTe")
    return Said(
        reference=fields.get("MaThamChieu", ""),
        transaction=transaction,
        amount=whole(fields.get("SoTien", "")),
        result=result,
        code=fields.get("MaLoi", "")[:20],
        paid_at=moment(fields.get("ThoiGianGD", "")),
    )


def returned(data: str) -> dict[str, str]:
    """What the browser brings back in the form field ``data``: base64 of JSON; Malformed."""
    try:
        fields = json.loads(base64.b64decode(data, validate=True))
    except ValueError as fault:
        raise Malformed("data") from fault
    if not isinstance(fields, dict):
        raise Malformed("data")
    return {str(name): str(value) for name, value in fields.items()}
