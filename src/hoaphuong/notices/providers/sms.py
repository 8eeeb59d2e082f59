"""SMS through an HTTP gateway: a plain shape that a small adapter gives any operator's.

``POST`` to the gateway's address with ``{"to": "84912345678", "sender": "HAIPHONG", "text": "…",
"id": KEY}`` as JSON, ``Authorization: Bearer …`` and ``Idempotency-Key: KEY``. It answers 2xx with
``{"id": "…"}`` when it has taken the message or had taken it before; 404 or 410 when nobody has
the number; 400, 413 or 422 when it does not accept the message; everything else is for now.
"""

import json
from dataclasses import dataclass, field

from hoaphuong.kernel.outside import BadAnswer, CallFailed, Outside
from hoaphuong.notices.providers.base import (
    Message,
    ProviderFault,
    Refused,
    SignInRefused,
    UnknownRecipient,
)

_FAULTS: dict[int, type[ProviderFault]] = {
    401: SignInRefused, 403: SignInRefused, 404: UnknownRecipient, 410: UnknownRecipient,
    400: Refused, 413: Refused, 422: Refused,
}  # fmt: skip


def origin(address: str) -> str:
    """``https://sms.example.vn`` of ``https://sms.example.vn/v1/messages``."""
    return "/".join(address.split("/")[:3])


@dataclass(frozen=True)
class Sms:
    """A gateway; ``sender`` is the name that telephones show."""

    address: str
    sender: str
    key: str = field(repr=False)
    seconds: float = 10.0

    def send(self, message: Message) -> str:
        """Give the message to the gateway; ProviderFault, Refused."""
        told = {
            "to": message.to,
            "sender": self.sender,
            "text": message.short,
            "id": message.key,
        }
        outside = Outside.of([origin(self.address)], seconds=self.seconds, most_bytes=100_000)
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": message.key}
        body = json.dumps(told, ensure_ascii=False).encode()
        try:
            answer = outside.post(self.address, body, content_type="application/json", **headers)
        except BadAnswer as fault:
            raise _FAULTS.get(fault.status, ProviderFault)(str(fault.status)) from fault
        except CallFailed as fault:
            raise ProviderFault(type(fault).__name__) from fault
        return _id_in(answer)


def _id_in(answer: bytes) -> str:
    """A message that was taken is taken, whatever else the answer says."""
    try:
        said = json.loads(answer)
    except ValueError:
        return ""
    return str(said.get("id", ""))[:80] if isinstance(said, dict) else ""
