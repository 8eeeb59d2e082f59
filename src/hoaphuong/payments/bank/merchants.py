"""Who may use the bank: made at the first start, read by a demonstration's city."""

import json
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from hoaphuong.payments.bank.moments import today

FILE = "merchants.json"
# No bank of Vietnam has this number: an app that scans the code of the demonstration refuses it.
BIN, HOLDER = "999999", "KBNN HAI PHONG (HU CAU)"


@dataclass(frozen=True)
class Merchants:
    """The city's names and secrets at the two providers, its account, and since which day."""

    vnpay: str
    vnpay_secret: str
    payplat: str
    payplat_secret: str
    bin: str
    account: str
    holder: str
    since: str


def merchants(folder: Path) -> Merchants:
    """Those of this folder, made now when there are none; the file is whole or is not there."""
    place = folder / FILE
    if not place.exists():
        made = {
            "vnpay": "HPDEMO01",
            "vnpay_secret": secrets.token_hex(16).upper(),
            "payplat": "HPDEMO",
            "payplat_secret": secrets.token_hex(16),
            "bin": BIN,
            "account": "0225" + "".join(secrets.choice("0123456789") for _ in range(6)),
            "holder": HOLDER,
            "since": f"{today(time.time()):%Y%m%d}",
        }
        making = place.with_suffix(f".{os.getpid()}")
        making.touch(mode=0o600)
        making.write_text(json.dumps(made))
        making.replace(place)
    return Merchants(**json.loads(place.read_text()))
