"""VNPAY's side of its messages, written from its documentation and not from the city's code.

A request is checked over the very characters that came, so that another way of writing the same
value is found here as VNPAY would find it.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote_plus, urlencode

from hoaphuong.payments.bank.books import Books, OtherAmount, Payment
from hoaphuong.payments.bank.moments import seconds, stamp

NAME = "vnpay"
BANK = "DEMO"
ASKED = "RequestId Version Command TmnCode TxnRef TransactionDate CreateDate IpAddr OrderInfo"
ANSWERED = (
    "ResponseId Command ResponseCode Message TmnCode TxnRef Amount BankCode PayDate TransactionNo"
    " TransactionType TransactionStatus OrderInfo PromotionCode PromotionAmount"
)
REFUND = (
    "RequestId Version Command TmnCode TransactionType TxnRef Amount TransactionNo TransactionDate"
    " CreateBy CreateDate IpAddr OrderInfo"
)
REFUNDED = (
    "ResponseId Command ResponseCode Message TmnCode TxnRef Amount BankCode PayDate TransactionNo"
    " TransactionType TransactionStatus OrderInfo"
)
NEEDED = (
    "Version Command TmnCode Amount CreateDate CurrCode IpAddr Locale OrderInfo OrderType ReturnUrl"
    " TxnRef"
)
DAY = 86_400.0


class Refused(Exception):
    """What was asked cannot be; ``code`` as VNPAY's."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(said)
        self.code = code


def digest(text: str, secret: str) -> str:
    return hmac.digest(secret.encode(), text.encode(), hashlib.sha512).hex()


def number(payment: Payment) -> str:
    """VNPAY's own number of the money."""
    return str(14_000_000 + payment.id)


def asked_to_pay(query: str, books: Books, *, merchant: str, secret: str) -> Payment:
    """The payment that a payer's browser brings; Refused."""
    given, pieces = "", []
    for piece in query.split("&"):
        name, _, value = piece.partition("=")
        if name == "vnp_SecureHash":
            given = value.lower()
        elif value and name != "vnp_SecureHashType":
            pieces.append((unquote_plus(name), piece))
    text = "&".join(piece for _name, piece in sorted(pieces))
    if not hmac.compare_digest(digest(text, secret), given):
        raise Refused("70", "signature")
    pairs = parse_qsl(query)
    fields = {name: value for name, value in pairs}
    if len(fields) != len(pairs):
        raise Refused("03", "a field comes twice")
    if missing := [name for name in NEEDED.split() if not fields.get(f"vnp_{name}")]:
        raise Refused("03", missing[0])
    if fields["vnp_TmnCode"] != merchant:
        raise Refused("02", "merchant")
    fixed = {"Version": "2.1.0", "Command": "pay", "CurrCode": "VND"}
    if wrong := [name for name, value in fixed.items() if fields[f"vnp_{name}"] != value]:
        raise Refused("03", wrong[0])
    amount = fields["vnp_Amount"]
    if not (amount.isascii() and amount.isdigit() and len(amount) < 13) or int(amount) % 100:
        raise Refused("04", "Amount")
    if not int(amount):
        raise Refused("04", "Amount")
    if not fields["vnp_OrderInfo"].isascii() or len(fields["vnp_OrderInfo"]) > 255:
        raise Refused("03", "OrderInfo")
    try:
        created = seconds(fields["vnp_CreateDate"])
        expires = seconds(fields.get("vnp_ExpireDate") or stamp(created + 900))
    except ValueError as fault:
        raise Refused("03", "CreateDate") from fault
    if created > time.time() + 300 or expires <= created or expires > created + DAY:
        raise Refused("03", "ExpireDate")
    try:
        return books.open(
            provider=NAME, reference=fields["vnp_TxnRef"][:100], amount=int(amount) // 100,
            what=fields["vnp_OrderInfo"], back=fields["vnp_ReturnUrl"],
            created=fields["vnp_CreateDate"], expires=expires,
        )  # fmt: skip
    except OtherAmount as fault:
        raise Refused("01", "TxnRef was used before") from fault


def result(payment: Payment, *, merchant: str) -> dict[str, str]:
    """The fields of a notification or a return, not yet signed."""
    paid = payment.state == "paid"
    at = payment.paid_at or time.time()
    return {
        "vnp_TmnCode": merchant,
        "vnp_Amount": str(payment.amount * 100),
        "vnp_BankCode": BANK,
        "vnp_BankTranNo": f"DEMO{payment.id}" if paid else "",
        "vnp_CardType": "ATM",
        "vnp_PayDate": stamp(at),
        "vnp_OrderInfo": payment.what,
        "vnp_TransactionNo": number(payment) if paid else "0",
        "vnp_ResponseCode": "00" if paid else payment.code,
        "vnp_TransactionStatus": "00" if paid else "02",
        "vnp_TxnRef": payment.reference,
    }


def signed_query(fields: Mapping[str, str], secret: str) -> str:
    text = urlencode(sorted((name, value) for name, value in fields.items() if value))
    return f"{text}&vnp_SecureHash={digest(text, secret)}"


def _piped(fields: Mapping[str, str], names: str) -> str:
    return "|".join(fields.get(f"vnp_{name}", "") for name in names.split())


def answer(asked: Mapping[str, str], books: Books, *, merchant: str, secret: str,
           falsely: str = "") -> dict[str, str]:  # fmt: skip
    """What ``querydr`` and ``refund`` are answered with; ``falsely``: wrong_amount or so."""
    refund = asked.get("vnp_Command") == "refund"
    said = {
        "vnp_ResponseId": secrets.token_hex(12),
        "vnp_Command": "refund" if refund else "querydr",
        "vnp_TmnCode": merchant,
        "vnp_TxnRef": asked.get("vnp_TxnRef", ""),
    }
    try:
        found = _checked(asked, books, REFUND if refund else ASKED, merchant, secret)
        said |= _refunded(asked, found, books) if refund else _state(found)
        said |= {"vnp_ResponseCode": "00", "vnp_Message": "Success"}
    except Refused as fault:
        said |= {"vnp_ResponseCode": fault.code, "vnp_Message": str(fault)}
        if fault.code == "94" and refund:
            payment = books.payment(NAME, asked.get("vnp_TxnRef", ""))
            said |= _again(asked, payment, books) if payment else {}
    if falsely == "wrong_amount" and said.get("vnp_Amount"):
        said["vnp_Amount"] = str(int(said["vnp_Amount"]) + 100_000)
    key = secret + "?" if falsely == "wrong_signature" else secret
    text = _piped(said, REFUNDED if refund else ANSWERED)
    return said | {"vnp_SecureHash": digest(text, key)}


def _checked(
    asked: Mapping[str, str], books: Books, names: str, merchant: str, secret: str
) -> Payment:
    given = asked.get("vnp_SecureHash", "").lower()
    if not hmac.compare_digest(digest(_piped(asked, names), secret), given):
        raise Refused("97", "Invalid signature")
    if any("|" in value for value in asked.values()):
        raise Refused("03", "A bar in a field")
    if asked.get("vnp_TmnCode") != merchant:
        raise Refused("02", "Invalid TmnCode")
    if asked.get("vnp_Version") != "2.1.0" or not asked.get("vnp_RequestId"):
        raise Refused("03", "Invalid format")
    if len(asked["vnp_RequestId"]) > 32:
        raise Refused("03", "Invalid RequestId")
    found = books.payment(NAME, asked.get("vnp_TxnRef", ""))
    if not books.first_request(f"{asked['vnp_Command']} {asked['vnp_RequestId']}"):
        raise Refused("94", "Duplicate RequestId")
    if found is None or asked.get("vnp_TransactionDate") != found.created:
        raise Refused("91", "Transaction not found")
    return found


def _state(payment: Payment) -> dict[str, str]:
    status = {"paid": "00", "declined": "02"}.get(payment.state, "01")
    if payment.expired:
        status = "02"
    paid = payment.state == "paid"
    return {
        "vnp_Amount": str(payment.amount * 100),
        "vnp_BankCode": BANK,
        "vnp_PayDate": stamp(payment.paid_at) if paid and payment.paid_at else "",
        "vnp_TransactionNo": number(payment) if paid else "0",
        "vnp_TransactionType": "01",
        "vnp_TransactionStatus": status,
        "vnp_OrderInfo": payment.what,
    }


def _refunded(asked: Mapping[str, str], payment: Payment, books: Books) -> dict[str, str]:
    amount = asked.get("vnp_Amount", "")
    if payment.state != "paid" or asked.get("vnp_TransactionNo") not in ("", "0", number(payment)):
        raise Refused("91", "Transaction not found")
    if not (amount.isascii() and amount.isdigit()) or int(amount) % 100 or not int(amount):
        raise Refused("03", "Invalid amount")
    whole = int(amount) // 100 == payment.amount
    if asked.get("vnp_TransactionType") != ("02" if whole else "03"):
        raise Refused("03", "Invalid TransactionType")
    made, _new = books.refund(payment, request=asked["vnp_RequestId"], amount=int(amount) // 100)
    if not made:
        raise Refused("95", "More than was paid")
    return _about_refund(asked, payment, made)


def _again(asked: Mapping[str, str], payment: Payment, books: Books) -> dict[str, str]:
    rows = books.ask("select id from refund where request = ?", asked.get("vnp_RequestId", ""))
    return _about_refund(asked, payment, int(rows[0][0])) if rows else {}


def _about_refund(asked: Mapping[str, str], payment: Payment, made: int) -> dict[str, str]:
    return {
        "vnp_Amount": asked.get("vnp_Amount", ""),
        "vnp_BankCode": BANK,
        "vnp_PayDate": stamp(time.time()),
        "vnp_TransactionNo": str(15_000_000 + made),
        "vnp_TransactionType": asked.get("vnp_TransactionType", ""),
        "vnp_TransactionStatus": "05",
        "vnp_OrderInfo": payment.what,
    }
