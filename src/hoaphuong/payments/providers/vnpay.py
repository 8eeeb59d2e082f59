"""VNPAY's payment gateway, version 2.1.0: HMAC-SHA-512 over sorted parameters or piped values.

Facts: sandbox.vnpayment.vn documentation pages (pay, IPN) and public client code (querydr, refund).
"""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote_plus

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

VERSION = "2.1.0"
DONE, NOT_FOUND, WAITING = "00", "91", "01"
# Languages do not agree on how the others are written in an address, and so on the hash.
PLAIN = re.compile(r"[^A-Za-z0-9 .,:/_-]")
LEFT_OUT = {"vnp_SecureHash", "vnp_SecureHashType"}
QUERY = (
    "vnp_RequestId", "vnp_Version", "vnp_Command", "vnp_TmnCode", "vnp_TxnRef",
    "vnp_TransactionDate", "vnp_CreateDate", "vnp_IpAddr", "vnp_OrderInfo",
)  # fmt: skip
QUERY_ANSWER = (
    "vnp_ResponseId", "vnp_Command", "vnp_ResponseCode", "vnp_Message", "vnp_TmnCode",
    "vnp_TxnRef", "vnp_Amount", "vnp_BankCode", "vnp_PayDate", "vnp_TransactionNo",
    "vnp_TransactionType", "vnp_TransactionStatus", "vnp_OrderInfo", "vnp_PromotionCode",
    "vnp_PromotionAmount",
)  # fmt: skip
REFUND = (
    "vnp_RequestId", "vnp_Version", "vnp_Command", "vnp_TmnCode", "vnp_TransactionType",
    "vnp_TxnRef", "vnp_Amount", "vnp_TransactionNo", "vnp_TransactionDate", "vnp_CreateBy",
    "vnp_CreateDate", "vnp_IpAddr", "vnp_OrderInfo",
)  # fmt: skip
REFUND_ANSWER = (
    "vnp_ResponseId", "vnp_Command", "vnp_ResponseCode", "vnp_Message", "vnp_TmnCode",
    "vnp_TxnRef", "vnp_Amount", "vnp_BankCode", "vnp_PayDate", "vnp_TransactionNo",
    "vnp_TransactionType", "vnp_TransactionStatus", "vnp_OrderInfo",
)  # fmt: skip


def signed_text(fields: Mapping[str, str]) -> str:
    """Parameters in their order, form-encoded, without the hash and without empty values."""
    return "&".join(
        f"{quote_plus(name)}={quote_plus(value)}"
        for name, value in sorted(fields.items())
        if value and name not in LEFT_OUT
    )


def secure_hash(text: str, secret: str) -> str:
    """HMAC-SHA-512 in small hexadecimal digits."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha512).hexdigest()


def piped(fields: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """Values in a given order, joined by ``|``; what is not there is empty."""
    return "|".join(str(fields.get(name, "") or "") for name in names)


@dataclass(frozen=True)
class VnPay:
    """``pay`` is the payer's page, ``api`` the server's, ``lists`` where the day's list is."""

    merchant: str
    secret: str
    pay: str
    api: str
    lists: str
    outside: Outside
    code: str = "vnpay"

    def open(self, pay: ToPay) -> str:
        """The address of the payer's page; nothing is asked over the network for it."""
        fields = {
            "vnp_Version": VERSION,
            "vnp_Command": "pay",
            "vnp_TmnCode": self.merchant,
            "vnp_Amount": str(pay.amount * 100),
            "vnp_CreateDate": stamp(pay.at),
            "vnp_ExpireDate": stamp(pay.expires_at),
            "vnp_CurrCode": "VND",
            "vnp_IpAddr": pay.address,
            "vnp_Locale": "vn",
            "vnp_OrderInfo": PLAIN.sub("", unaccented(pay.what))[:255],
            "vnp_OrderType": "other",
            "vnp_ReturnUrl": pay.back,
            "vnp_TxnRef": pay.reference,
        }
        text = signed_text(fields)
        return f"{self.pay}?{text}&vnp_SecureHash={secure_hash(text, self.secret)}"

    def read(self, message: Mapping[str, str]) -> Said:
        """An IPN or a return; paid only if both codes say so."""
        given = message.get("vnp_SecureHash", "").lower()
        if not hmac.compare_digest(secure_hash(signed_text(message), self.secret), given):
            raise NotAuthentic("vnp_SecureHash")
        if message.get("vnp_TmnCode") != self.merchant:
            raise NotAuthentic("vnp_TmnCode")
        return _said(message, code=message.get("vnp_ResponseCode", ""))

    def ask(self, reference: str, *, started_at: datetime, at: datetime) -> Said:
        """``querydr``: what VNPAY knows of a reference."""
        asked = {
            "vnp_RequestId": secrets.token_hex(16),
            "vnp_Version": VERSION,
            "vnp_Command": "querydr",
            "vnp_TmnCode": self.merchant,
            "vnp_TxnRef": reference,
            "vnp_TransactionDate": stamp(started_at),
            "vnp_CreateDate": stamp(at),
            "vnp_IpAddr": "127.0.0.1",
            "vnp_OrderInfo": f"Truy van {reference}",
        }
        answer = self._asked(asked, QUERY, QUERY_ANSWER)
        if answer["vnp_ResponseCode"] == NOT_FOUND:
            return Said(reference, "", 0, "waiting", NOT_FOUND)
        if answer["vnp_ResponseCode"] != DONE:
            raise ProviderFault(f"VNPAY answers {answer['vnp_ResponseCode']}.")
        if answer.get("vnp_TxnRef") != reference:
            raise Malformed("VNPAY answers for another reference.")
        return _said(answer, code=answer.get("vnp_TransactionStatus", ""))

    def refund(self, said: Said, *, amount: int, once: str, at: datetime) -> str:
        """Send ``amount`` back; the same ``once`` is refunded once.

        VNPAY finds the payment by the moment it was asked for: ``said.started_at``.
        """
        started_at = said.started_at or said.paid_at
        assert started_at is not None
        asked = {
            "vnp_RequestId": once[:32],
            "vnp_Version": VERSION,
            "vnp_Command": "refund",
            "vnp_TmnCode": self.merchant,
            "vnp_TransactionType": "02" if amount == said.amount else "03",
            "vnp_TxnRef": said.reference,
            "vnp_Amount": str(amount * 100),
            "vnp_TransactionNo": said.transaction,
            "vnp_TransactionDate": stamp(started_at),
            "vnp_CreateBy": "hoaphuong",
            "vnp_CreateDate": stamp(at),
            "vnp_IpAddr": "127.0.0.1",
            "vnp_OrderInfo": f"Hoan tien {said.reference}",
        }
        answer = self._asked(asked, REFUND, REFUND_ANSWER)
        if answer["vnp_ResponseCode"] == "94":  # asked before: it answers with the first one
            return answer.get("vnp_TransactionNo", "")
        if answer["vnp_ResponseCode"] != DONE:
            raise Declined(answer["vnp_ResponseCode"])
        return answer.get("vnp_TransactionNo", "")

    def listed(self, day: date) -> list[Listed]:
        """The day's list, a signed file."""
        return lists.fetched(self.lists, day, outside=self.outside, secret=self.secret)

    def _asked(
        self, asked: dict[str, str], names: tuple[str, ...], answered: tuple[str, ...]
    ) -> dict[str, str]:
        body = {**asked, "vnp_SecureHash": secure_hash(piped(asked, names), self.secret)}
        try:
            raw = self.outside.post(
                self.api, json.dumps(body).encode(), content_type="application/json"
            )
            answer = json.loads(raw)
        except (CallFailed, ValueError) as fault:
            raise ProviderFault(str(fault)) from fault
        if not isinstance(answer, dict):
            raise ProviderFault("VNPAY does not answer with an object.")
        said = {name: str(value) for name, value in answer.items() if value is not None}
        given = said.get("vnp_SecureHash", "").lower()
        if not hmac.compare_digest(secure_hash(piped(said, answered), self.secret), given):
            raise NotAuthentic("vnp_SecureHash")
        if any("|" in said.get(name, "") for name in answered):
            raise Malformed("A bar in a field would let its border shift.")
        return {"vnp_ResponseCode": "", **said}


def _said(fields: Mapping[str, str], *, code: str) -> Said:
    """Amounts are in hundredths; a fraction of a đồng cannot be."""
    hundredths = whole(fields.get("vnp_Amount", ""))
    if hundredths % 100:
        raise Malformed("vnp_Amount has a fraction of a đồng.")
    status = fields.get("vnp_TransactionStatus", "")
    result: Result = "failed"
    if code == DONE and status == DONE:
        result = "paid"
    elif status == WAITING:
        result = "waiting"
    transaction = fields.get("vnp_TransactionNo", "")
    if result == "paid" and transaction in ("", "0"):
        raise Malformed("Paid without a number of the transaction.")
    return Said(
        reference=fields.get("vnp_TxnRef", ""),
        transaction=transaction,
        amount=hundredths // 100,
        result=result,
        code=code,
        paid_at=moment(fields["vnp_PayDate"]) if fields.get("vnp_PayDate") else None,
    )


def return_link(address: str, fields: Mapping[str, str], secret: str) -> str:
    """An address with signed parameters, as VNPAY sends a browser back."""
    text = signed_text(fields)
    return f"{address}?{text}&vnp_SecureHash={secure_hash(text, secret)}"
