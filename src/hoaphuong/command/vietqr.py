"""``vietqr``: prints what the QR code of a bank transfer says, for any program to draw."""

import argparse

from hoaphuong.command.refusal import Refusal
from hoaphuong.payments.providers import vietqr

WRONG = {
    "bin": "Mã ngân hàng là sáu chữ số.",
    "account": "Số tài khoản là 1 đến 19 chữ cái không dấu và chữ số.",
    "amount": "Số tiền là số đồng nguyên dương.",
    "note": "Nội dung dài quá 25 ký tự.",
}


def run(asked: argparse.Namespace) -> int:
    try:
        amount = None if asked.amount is None else _whole(asked.amount)
        print(vietqr.text(bin=asked.bin, account=asked.account, amount=amount, note=asked.note))
    except vietqr.NotPayable as fault:
        raise Refusal(f"--{fault.field}: {fault} / {WRONG[fault.field]}", status=2) from fault
    return 0


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise vietqr.NotPayable("amount", "The amount is a whole number of đồng, 1 to 13 digits.")
    return int(text)
