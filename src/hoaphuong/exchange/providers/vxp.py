"""The axis over HTTP, in the shape of the national axis (VXP).

Verified in a published client of the SDK: the verbs, the headers ``from``, ``servicetype`` and
``messagetype``, the statuses processing, done and fail, and that a request carries an HMAC over
system id, timestamp, content type and body. Recalled, to be checked against the operator's papers
before a city connects: the paths, SHA-256 as the HMAC's hash and the names of the headers that
carry it. Ours: ``messageid``, by which the axis counts a message that is sent again once.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from hoaphuong.exchange.providers.base import Agency, AxisFault, AxisRefused, Waiting
from hoaphuong.kernel.outside import BadAnswer, CallFailed, Outside

JSON, XML = "application/json", "application/xml"
_MOST_BYTES = 70_000_000
# What an axis answers when the message itself is at fault.
_REFUSALS = {400, 404, 409, 413, 415, 422}


def authentication(
    *, system: str, secret: str, timestamp: str, content_type: str, body: bytes
) -> str:
    """The HMAC of a request as hexadecimal digits."""
    told = f"{system}{timestamp}{content_type}".encode() + body
    return hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class VxpAxis:
    """A connection of one system; ``address`` is an origin, the only one that is asked."""

    address: str
    system: str
    secret: str = field(repr=False)
    seconds: float = 10.0
    clock: Callable[[], float] = time.time

    def agencies(self) -> list[Agency]:
        """The address book."""
        rows = self._json("GET", "/agencies")
        return [Agency(row["code"], row["name"], bool(row["ours"])) for row in rows]

    def register(self, code: str, name: str) -> None:
        """Have a mailbox for an agency of ours."""
        body = json.dumps({"code": code, "name": name}, ensure_ascii=False).encode()
        self._call("POST", "/agencies", body)

    def received(self) -> list[Waiting]:
        """What waits in the mailboxes of our agencies."""
        return self._list("/edocs/received")

    def sent(self, code: str) -> list[Waiting]:
        """What one of our agencies has sent."""
        return self._list("/edocs/sent", sender=code)

    def get(self, id: str) -> bytes:
        """The bytes of a message."""
        return self._call("GET", f"/edocs/{quote(id, safe='')}")

    def send(self, *, sender: str, kind: str, id: str, content: bytes) -> None:
        """Send a message."""
        named = {"messagetype": kind, "messageid": id}
        self._call("POST", "/edocs", content, content_type=XML, sender=sender, more=named)

    def update_status(self, id: str, status: str) -> None:
        """Tell what became of a waiting message."""
        body = json.dumps({"status": status}).encode()
        self._call("POST", f"/edocs/{quote(id, safe='')}/status", body)

    def _list(self, path: str, *, sender: str = "") -> list[Waiting]:
        rows = self._json("GET", path, sender=sender)
        return [Waiting(str(r["id"]), str(r["kind"]), str(r["from"]), str(r["to"])) for r in rows]

    def _json(self, method: str, path: str, *, sender: str = "") -> list[dict[str, Any]]:
        answer = self._call(method, path, sender=sender)
        try:
            rows = json.loads(answer)
            assert isinstance(rows, list)
            assert all(isinstance(row, dict) for row in rows)
        except (ValueError, AssertionError):
            raise AxisFault("The axis answered something that is no list.") from None
        return rows

    def _call(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        content_type: str = JSON,
        sender: str = "",
        more: Mapping[str, str] | None = None,
    ) -> bytes:
        outside = Outside.of([self.address], seconds=self.seconds, most_bytes=_MOST_BYTES)
        timestamp = str(int(self.clock() * 1000))
        headers = {
            "Content-Type": content_type,
            "from": sender or self.system,
            "servicetype": "eDoc",
            "messagetype": "edoc",
            "systemid": self.system,
            "timestamp": timestamp,
            "signature": authentication(
                system=self.system, secret=self.secret, timestamp=timestamp,
                content_type=content_type, body=body,
            ),
            **(more or {}),
        }  # fmt: skip
        try:
            return outside.call(method, self.address.rstrip("/") + path, body, headers=headers)
        except BadAnswer as fault:
            if fault.status in _REFUSALS:
                raise AxisRefused(str(fault)) from fault
            raise AxisFault(str(fault)) from fault
        except CallFailed as fault:
            raise AxisFault(str(fault)) from fault
