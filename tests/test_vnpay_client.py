"""The published client for VNPAY, unmodified, agrees with the city and with the stand-in."""

import json
import shutil
import subprocess
import time
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from hoaphuong.bootstrap import Tree
from hoaphuong.command.benching.city import free_port
from hoaphuong.kernel.outside import Outside
from hoaphuong.payments.bank.merchants import merchants
from hoaphuong.payments.providers.base import VIETNAM, Said, ToPay, stamp
from hoaphuong.payments.providers.vnpay import VnPay
from hoaphuong.payments.tests.bank_at_work import in_a_thread

ROOT = Path(__file__).resolve().parent.parent


class Client:
    """The client's process: a word in, an answer out."""

    def __init__(self, bank_folder, address):
        known = merchants(bank_folder)
        node = shutil.which("node") or str(Tree(ROOT).npm()[0])
        self.process = subprocess.Popen(
            [node, ROOT / "tests" / "vnpay_client.mjs", known.vnpay, known.vnpay_secret, address],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.shop = f"http://127.0.0.1:{json.loads(self.process.stdout.readline())}"

    def __call__(self, verb, **asked):
        print(json.dumps({"verb": verb, "asked": asked}), file=self.process.stdin, flush=True)
        answer = json.loads(self.process.stdout.readline())
        assert "fault" not in answer, answer
        return answer["said"]


@pytest.fixture
def shop_and_bank(tmp_path):
    if not (ROOT / "node_modules" / "vnpay").exists():
        pytest.skip("the client is not installed: ./hoaphuong test installs it")
    folder, port = tmp_path / "bank", free_port()
    folder.mkdir()
    client = Client(folder, f"http://127.0.0.1:{port}")
    try:
        with in_a_thread(folder, city=client.shop, port=port) as bank:
            yield client, bank
    finally:
        client.process.stdin.close()
        client.process.wait(10)


def now():
    return datetime.now(VIETNAM).replace(microsecond=0)


def asked(reference, at):
    return {
        "vnp_Amount": 50_000, "vnp_IpAddr": "203.0.113.9", "vnp_TxnRef": reference,
        "vnp_OrderInfo": "Le phi ho so H24.02-1", "vnp_OrderType": "other", "vnp_Locale": "vn",
        "vnp_ReturnUrl": "https://city.example/nop?a=b", "vnp_CreateDate": int(stamp(at)),
        "vnp_ExpireDate": int(stamp(at + timedelta(minutes=15))),
    }  # fmt: skip


def city(bank):
    known = bank.known
    return VnPay(
        merchant=known.vnpay, secret=known.vnpay_secret,
        pay=f"{bank.address}/paymentv2/vpcpay.html",
        api=f"{bank.address}/merchant_webapi/api/transaction", lists="",
        outside=Outside.of([bank.address]),
    )  # fmt: skip


def to_pay(reference, at, **more):
    fields = {
        "reference": reference, "amount": 50_000, "what": "Lệ phí hồ sơ H24.02-1",
        "agency": "", "agency_name": "", "number": "", "payer": "", "address": "203.0.113.9",
        "back": "https://city.example/nop?a=b", "at": at, "expires_at": at + timedelta(minutes=15),
    }  # fmt: skip
    return ToPay(**(fields | more))


def test_the_citys_address_to_pay_is_letter_by_letter_the_clients(shop_and_bank):
    client, bank = shop_and_bank
    at = now()
    assert city(bank).open(to_pay("HPACDEFGHJ01", at)) == client("pay", **asked("HPACDEFGHJ01", at))


@pytest.mark.parametrize(
    "what", ["Lệ phí (hồ sơ) *H24~02'!", "a&b=c+d %41 | “”", "Đường Lê Lợi, số 5/3: ngõ-1_2.3"]
)
def test_no_letter_of_an_order_makes_the_client_doubt_the_citys_hash(shop_and_bank, what):
    client, bank = shop_and_bank
    address = city(bank).open(to_pay("HPACDEFGHJ01", now(), what=what))
    query = dict(parse_qsl(urlsplit(address).query))
    assert client("verify", **query)["isVerified"]
    assert bank.ask(address).status == 200
    assert not client("verify", **(query | {"vnp_Amount": "5000001"}))["isVerified"]


def test_the_client_pays_hears_asks_and_refunds_at_the_stand_in(shop_and_bank):
    client, bank = shop_and_bank
    at = now()
    answer = bank.pay(client("pay", **asked("SHOP1", at)))
    returned = dict(parse_qsl(urlsplit(answer.location).query))
    assert client("verify", **returned)["isSuccess"]
    until = time.monotonic() + 10
    while not (heard := client("heard")) and time.monotonic() < until:
        time.sleep(0.05)
    [ipn] = heard
    assert (ipn["verified"], ipn["success"], ipn["vnp_TxnRef"]) == (True, True, "SHOP1")
    query = {
        "vnp_RequestId": "r1", "vnp_IpAddr": "203.0.113.9", "vnp_TxnRef": "SHOP1",
        "vnp_OrderInfo": "truy van", "vnp_TransactionDate": int(stamp(at)),
        "vnp_CreateDate": int(stamp(at)), "vnp_TransactionNo": int(ipn["vnp_TransactionNo"]),
    }  # fmt: skip
    said = client("query", **query)
    assert (said["isVerified"], said["isSuccess"]) == (True, True)
    assert (said["vnp_Amount"], said["vnp_TransactionStatus"]) == ("5000000", "00")
    assert client("query", **query)["vnp_ResponseCode"] == "94"  # the same request again
    back = client(
        "refund", **(query | {"vnp_RequestId": "r2", "vnp_CreateBy": "t", "vnp_Amount": 20_000,
        "vnp_TransactionType": "03", "vnp_Locale": "vn"}),
    )  # fmt: skip
    # The answer's hash is not compared: this version of the client divides the amount by 100 before
    # it hashes the answer, and so doubts one whose hash covers the amount that was sent.
    assert (back["vnp_ResponseCode"], back["vnp_Amount"]) == ("00", 20_000)
    # The city asks and refunds the same payment.
    ours = city(bank)
    found = ours.ask("SHOP1", started_at=at, at=now())
    assert (found.result, found.amount, found.transaction) == (
        "paid", 50_000, ipn["vnp_TransactionNo"],
    )  # fmt: skip
    said = Said(found.reference, found.transaction, 50_000, "paid", "00", started_at=at)
    first = ours.refund(said, amount=30_000, once="city-1", at=now())
    assert ours.refund(said, amount=30_000, once="city-1", at=now()) == first
    assert bank.rows("select sum(amount), count(*) from refund") == [(50_000, 2)]
