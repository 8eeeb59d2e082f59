"""What the bank answers: to the city's programs, and to payers on their pages."""

import base64
import csv
import hashlib
import hmac
import io
import json
import re
import secrets
import time
from dataclasses import dataclass
from typing import Any

from hoaphuong.payments.bank import codes, gateway, notices, pages, platform
from hoaphuong.payments.bank.books import Books, Payment
from hoaphuong.payments.bank.merchants import Merchants
from hoaphuong.payments.bank.moments import day, stamp

HTML, CSV, JSON = "text/html; charset=utf-8", "text/csv; charset=utf-8", "application/json"
RETURN = "/api/payments/payplat/return"
# Status, media type (or where to go, for 303), content.
Said = tuple[int, str, bytes]
GONE = (404, HTML, pages.says("Không tìm thấy", "Không có trang này.", "There is no such page."))


class LostAnswer(Exception):
    """The work was done and the connection dies."""


@dataclass(frozen=True)
class Desk:
    """``address`` is the bank's own, ``city`` where the city is told of payments."""

    books: Books
    known: Merchants
    address: str
    city: str

    def do_wrong(self, provider: str, place: str) -> str:
        """Hang or fail as told; else the fault that whoever answers is to do."""
        kind, seconds = self.books.take_fault(provider, place) or ("", 0.0)
        if kind == "hang":
            time.sleep(seconds)
        return kind

    def transaction(self, asked: dict[str, Any], falsely: str) -> dict[str, str]:
        known = self.known
        fields = {name: str(value) for name, value in asked.items()}
        if fields.get("vnp_Command") not in ("querydr", "refund"):
            raise ValueError("vnp_Command")
        return gateway.answer(
            fields, self.books, merchant=known.vnpay, secret=known.vnpay_secret,
            falsely=falsely,
        )  # fmt: skip

    def init(self, asked: dict[str, Any], _falsely: str) -> dict[str, str]:
        known = self.known
        try:
            payment = platform.init(
                asked, self.books, partner=known.payplat, secret=known.payplat_secret,
                back=self.city + RETURN,
            )  # fmt: skip
        except platform.Refused as fault:
            return {"error_code": "1", "message": str(fault)}
        url = f"{self.address}/pay/{payment.token}"
        return {"error_code": "0", "message": json.dumps({"UrlThanhToan": url})}

    def state(self, asked: dict[str, Any], falsely: str) -> dict[str, str]:
        known = self.known
        try:
            return platform.state(
                asked, self.books, partner=known.payplat, secret=known.payplat_secret,
                falsely=falsely,
            )  # fmt: skip
        except platform.Refused as fault:
            return {"MaLoi": "97", "MoTaLoi": str(fault)}

    def gateway(self, query: str) -> Said:
        known = self.known
        try:
            payment = gateway.asked_to_pay(
                query, self.books, merchant=known.vnpay, secret=known.vnpay_secret
            )
        except gateway.Refused as fault:
            said = pages.says(
                "Không mở được giao dịch",
                f"VNPAY không nhận yêu cầu này (mã {fault.code}: {fault}).",
                f"VNPAY refuses this request (code {fault.code}: {fault}).",
            )
            return 400, HTML, said
        return self._shown(payment)

    def page(self, token: str) -> Said:
        payment = self.books.by_token(token)
        return self._shown(payment) if payment else GONE

    def _shown(self, payment: Payment, wrong: tuple[str, str] | None = None) -> Said:
        if payment.state == "paid":
            return self._back(payment)
        if payment.expired:
            said = pages.says(
                "Hết thời gian", "Giao dịch này đã quá hạn.", "This payment has expired."
            )
            return 410, HTML, said
        return 200, HTML, pages.to_pay(payment, wrong=wrong)

    def pay(self, token: str, form: dict[str, str]) -> Said:
        """What a payer's button does; money is taken once, and stays taken."""
        payment = self.books.by_token(token)
        if payment is None:
            return GONE
        kind = self.do_wrong(payment.provider, "page")
        if kind == "status":
            return 500, HTML, pages.says("Lỗi", "Ngân hàng gặp lỗi.", "The bank has a fault.")
        if form.get("do") == "walk":
            said = pages.says(
                "Đã bỏ đi", "Không có gì được trả và không ai được báo.",
                "Nothing was paid and nobody was told.",
            )  # fmt: skip
            return 200, HTML, said
        if payment.state != "paid":
            card = re.sub(r"\D", "", form.get("card", ""))
            if form.get("do") == "pay" and card not in (pages.PAYS, pages.POOR):
                return self._shown(payment, ("Ngân hàng không biết thẻ này.", "Unknown card."))
            pays = form.get("do") == "pay" and card == pages.PAYS
            notices.ended(
                payment, self.known, self.books,
                state="paid" if pays else "declined", code="00" if pays else "51",
            )  # fmt: skip
        if kind == "lose_answer":
            raise LostAnswer
        ended = self.books.by_token(token)
        assert ended is not None
        return self._shown(ended) if ended.state == "open" else self._back(ended)

    def _back(self, payment: Payment) -> Said:
        known = self.known
        if payment.provider == gateway.NAME:
            fields = gateway.result(payment, merchant=known.vnpay)
            mark = "&" if "?" in payment.back else "?"
            query = gateway.signed_query(fields, known.vnpay_secret)
            return 303, f"{payment.back}{mark}{query}", b""
        fields = platform.signed(
            platform.result(payment, partner=known.payplat), known.payplat_secret
        )
        data = base64.b64encode(as_json(fields)).decode()
        return 200, HTML, pages.go_back(payment, data)

    def transfer(self, form: dict[str, str], *, now: bool) -> Said:
        """A payer opens a code, and ``now`` the money goes, once by the form's number."""
        text = form.get("text", "")
        if not text:
            return 200, HTML, pages.transfer(None)
        try:
            code = codes.read(text)
        except codes.Unreadable as fault:
            wrong = ("Không đọc được mã này.", f"This code cannot be read: {fault}.")
            return 400, HTML, pages.transfer(None, wrong=wrong, text=text)
        known = self.known
        if not now:
            once = secrets.token_hex(12)
            return 200, HTML, pages.transfer(code, once=once, text=text)
        amount = re.sub(r"[.\s]", "", form.get("amount", ""))
        once = form.get("once") or secrets.token_hex(12)
        if not (amount.isascii() and amount.isdigit() and len(amount) < 13 and int(amount)):
            wrong = ("Số tiền không đúng.", "The amount is wrong.")
            return 400, HTML, pages.transfer(code, once=once, wrong=wrong, text=text)
        if (code.bin, code.account) != (known.bin, known.account):
            wrong = ("Không có tài khoản này.", "There is no such account here.")
            return 400, HTML, pages.transfer(code, once=once, wrong=wrong, text=text)
        made = self.books.transfer(
            once=once, account=code.account, amount=int(amount),
            note=codes.PREFIX + form.get("note", "")[:120], at=time.time(),
        )  # fmt: skip
        said = pages.says(
            "Đã chuyển tiền", f"{pages.dong(made.amount)}, số bút toán {codes.number(made)}.",
            f"{made.amount} đồng were transferred.",
        )  # fmt: skip
        return 200, HTML, said

    def listed(self, provider: str, name: str) -> Said:
        """``yyyyMMdd.csv`` or its signature, ``….csv.sig``; none of days before the bank was."""
        found = re.fullmatch(r"([0-9]{8})\.csv(\.sig)?", name)
        known = self.known
        keys = {
            gateway.NAME: (known.vnpay_secret, gateway.number),
            platform.NAME: (known.payplat_secret, platform.number),
        }
        if not found or provider not in keys or found[1] < known.since:
            return GONE
        secret, number = keys[provider]
        since, until = day(found[1])
        out = io.StringIO()
        write = csv.writer(out, lineterminator="\n")
        write.writerow(["transaction", "reference", "amount", "paid_at"])
        for one in self.books.paid(provider, since=since, until=until):
            write.writerow([number(one), one.reference, one.amount, stamp(one.paid_at or 0)])
        content = out.getvalue().encode()
        if found[2]:
            signature = hmac.digest(secret.encode(), content, hashlib.sha512).hex()
            return 200, "text/plain", signature.encode()
        return 200, CSV, content

    def statement(self, account: str, name: str) -> Said:
        found = re.fullmatch(r"([0-9]{8})\.csv", name)
        if not found or account != self.known.account:
            return GONE
        since, until = day(found[1])
        rows = self.books.transfers(account, since=since, until=until)
        return 200, CSV, codes.statement(rows)


def as_json(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode()
