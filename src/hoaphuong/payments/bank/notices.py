"""Tells the city of payments, again and again until it says that it knows."""

import http.client
import json
import threading
import time
from dataclasses import replace
from urllib.parse import urlsplit

from hoaphuong.kernel.faults import point
from hoaphuong.payments.bank import gateway, platform
from hoaphuong.payments.bank.books import Books, Notice, Payment, ToTell
from hoaphuong.payments.bank.merchants import Merchants

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
PATIENCE = 10.0
LOOK_EVERY = 0.2
MOST_REPLY = 20_000


def ended(payment: Payment, known: Merchants, books: Books, *, state: str, code: str) -> bool:
    """Take the money or decline, and put what is to be told beside it; False when too late."""
    now = time.time()
    after = replace(payment, state=state, code=code, paid_at=now)
    if payment.provider == gateway.NAME:
        fields = gateway.result(after, merchant=known.vnpay)
    else:
        fields = platform.result(after, partner=known.payplat)
    kind, seconds = books.take_fault(payment.provider, "notice") or ("", 0.0)
    notices = [ToTell(fields, due=now)]
    match kind:
        case "never":
            notices = []
        case "twice":
            notices *= 2
        case "late":
            notices = [ToTell(fields, due=now + seconds)]
        case "out_of_order":
            notices = [ToTell(fields, due=now, after_next=True)]
        case "wrong_amount" | "wrong_signature":
            notices = [ToTell(fields, due=now, fault=kind)]
    done = books.end(after, notices)
    point("bank.taken")
    return done


class Teller(threading.Thread):
    """One provider's notices, one after another."""

    def __init__(self, provider: str, books: Books, known: Merchants, city: str) -> None:
        super().__init__(name=f"tell-{provider}", daemon=True)
        self.provider, self.books, self.known, self.city = provider, books, known, city
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.is_set():
            notice = self.books.due(self.provider, now=time.time())
            if notice is None:
                self.stopping.wait(LOOK_EVERY)
                continue
            self._tell(notice)

    def _tell(self, notice: Notice) -> None:
        fault = notice.fault if notice.tries == 0 else ""
        try:
            done, said = self._told(notice.fields, fault)
        except (OSError, http.client.HTTPException, ValueError) as problem:
            done, said = False, f"{type(problem).__name__}: {problem}"
        now = time.time()
        point("bank.told")
        if done and not fault:
            self.books.told(notice, at=now, answer=said)
        else:
            wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(notice.tries, 10))
            self.books.not_told(notice, again=now + wait, answer=said)

    def _told(self, fields: dict[str, str], fault: str) -> tuple[bool, str]:
        """Whether the city knows, and what it said."""
        if self.provider == gateway.NAME:
            if fault == "wrong_amount":
                fields = fields | {"vnp_Amount": str(int(fields["vnp_Amount"]) + 100_000)}
            secret = self.known.vnpay_secret + ("?" if fault == "wrong_signature" else "")
            query = gateway.signed_query(fields, secret)
            reply = self._asked("GET", f"/api/payments/vnpay/ipn?{query}", b"")
            return reply.get("RspCode") in ("00", "02"), str(reply.get("RspCode"))
        if fault == "wrong_amount":
            fields = fields | {"SoTien": str(int(fields["SoTien"]) + 1_000)}
        secret = self.known.payplat_secret
        body = platform.signed(fields, secret + ("?" if fault == "wrong_signature" else ""))
        reply = self._asked("POST", "/api/payments/payplat/confirm", json.dumps(body).encode())
        return platform.acknowledged(reply, fields, secret), str(reply.get("MaLoi"))

    def _asked(self, method: str, path: str, body: bytes) -> dict[str, str]:
        parts = urlsplit(self.city)
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        connection = kind(parts.hostname or "", parts.port, timeout=PATIENCE)
        try:
            headers = {"Content-Type": "application/json"} if body else {}
            connection.request(method, path, body=body or None, headers=headers)
            answer = connection.getresponse()
            raw = answer.read(MOST_REPLY)
            if answer.status != 200:
                raise ValueError(f"the city answered {answer.status}")
            reply = json.loads(raw)
            if not isinstance(reply, dict):
                raise ValueError("not an object")
            return reply
        finally:
            connection.close()
