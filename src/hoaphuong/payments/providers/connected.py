"""Which providers the city has: ``[payments]`` of its file and secrets from the environment.

A demonstration has its bank's instead. A provider without its secret is not there.
"""

import json
import os
from dataclasses import dataclass

from django.conf import settings

from hoaphuong.kernel.outside import Outside
from hoaphuong.payments.providers.base import Online, ProviderFault
from hoaphuong.payments.providers.payplat import PayPlat
from hoaphuong.payments.providers.vnpay import VnPay

# Sent to their pages only after they were asked for one: that call waits in the queue.
ASKED_FIRST = ("payplat",)
ONLINE = ("vnpay", "payplat")
SECONDS = 10.0  # of a whole call


class NotConnected(ProviderFault):
    """The city has no such provider."""


@dataclass(frozen=True)
class OwnAccount:
    """Where a bank transfer goes: the bank's six digits, the account, whose it is."""

    bin: str
    number: str
    holder: str


def online() -> dict[str, Online]:
    """The providers with a page to pay on, by code."""
    said, outside = _said(), Outside.of(settings.OUTSIDE_ORIGINS, seconds=SECONDS)
    found: dict[str, Online] = {}
    if (own := said.get("vnpay")) and own.get("secret"):
        found["vnpay"] = VnPay(
            merchant=own["merchant"], secret=own["secret"], pay=own["pay"], api=own["api"],
            lists=own.get("lists", ""), outside=outside,
        )  # fmt: skip
    if (own := said.get("payplat")) and own.get("secret"):
        account = own["account"]
        found["payplat"] = PayPlat(
            partner=own["partner"], secret=own["secret"], api=own["api"],
            lists=own.get("lists", ""), bearer=own.get("bearer", ""), outside=outside,
            account=(account["number"], account["bin"], account["holder"]),
        )  # fmt: skip
    return found


def provider(code: str) -> Online:
    """One of them; NotConnected."""
    found = online().get(code)
    if found is None:
        raise NotConnected(code)
    return found


def own_account() -> OwnAccount | None:
    """Where transfers by VietQR go; none when the city names no account."""
    own = _said().get("vietqr")
    return OwnAccount(own["bin"], own["number"], own["holder"]) if own else None


def _said() -> dict[str, dict]:
    if settings.DEMO:
        return _of_demonstration()
    secrets = {
        "vnpay": {"secret": os.environ.get("HOAPHUONG_VNPAY_SECRET", "")},
        "payplat": {
            "secret": os.environ.get("HOAPHUONG_PAYPLAT_SECRET", ""),
            "bearer": os.environ.get("HOAPHUONG_PAYPLAT_BEARER", ""),
        },
    }
    return {code: {**own, **secrets.get(code, {})} for code, own in settings.PAYMENTS.items()}


def _of_demonstration() -> dict[str, dict]:
    """What the bank made at its first start; nothing before that."""
    try:
        made = json.loads(settings.BANK_MERCHANTS.read_text())
    except FileNotFoundError:
        return {}
    bank = settings.BANK
    account = {"number": made["account"], "bin": made["bin"], "holder": made["holder"]}
    return {
        "vnpay": {
            "merchant": made["vnpay"],
            "secret": made["vnpay_secret"],
            "pay": f"{bank}/paymentv2/vpcpay.html",
            "api": f"{bank}/merchant_webapi/api/transaction",
            "lists": f"{bank}/lists/vnpay",
        },
        "payplat": {
            "partner": made["payplat"],
            "secret": made["payplat_secret"],
            "api": bank,
            "lists": f"{bank}/lists/payplat",
            "account": account,
        },
        "vietqr": account,
    }
