"""Zalo Notification Service: a template of the city's official account, filled for one person.

Recalled, to be checked against Zalo's papers before a city connects: ``POST /message/template`` at
``business.openapi.zalo.me`` with the header ``access_token``; ``phone`` as ``84…``,
``template_id``, ``template_data`` and ``tracking_id``; an answer of 200 with ``error`` 0, or a
negative code; the codes below. Whether Zalo counts a ``tracking_id`` once is not known to us.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from hoaphuong.kernel.outside import CallFailed, Outside
from hoaphuong.notices.providers.base import (
    Message,
    ProviderFault,
    SignInRefused,
    TemplateRefused,
    UnknownRecipient,
)
from hoaphuong.notices.providers.sms import origin

# No such telephone or account, or one that does not take these messages.
_UNKNOWN = {-108, -114, -118, -119, -139, -140, -141}
# No such template, not approved, or its places are filled wrongly.
_TEMPLATE = {-109, -112, -113, -121, -131, -132, -137, -138, -1322}
_TOKEN = {-124, -125, -216}


@dataclass(frozen=True)
class Zalo:
    """An official account; its ``token`` ends after about a day and is renewed by the city."""

    address: str
    token: str = field(repr=False)
    seconds: float = 10.0

    def send(self, message: Message) -> str:
        """Have the template sent; ProviderFault, Refused."""
        told = {
            "phone": message.to,
            "template_id": message.template,
            "template_data": dict(message.places),
            "tracking_id": message.key,
        }
        outside = Outside.of([origin(self.address)], seconds=self.seconds, most_bytes=100_000)
        body = json.dumps(told, ensure_ascii=False).encode()
        try:
            answer = outside.post(
                self.address, body, content_type="application/json", access_token=self.token
            )
        except CallFailed as fault:
            raise ProviderFault(type(fault).__name__) from fault
        return _judged(answer)


def _judged(answer: bytes) -> str:
    try:
        said: Any = json.loads(answer)
        code, about = int(said["error"]), said.get("data") or {}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ProviderFault("not an answer") from None
    if code == 0:
        return str(about.get("msg_id", ""))[:80] if isinstance(about, dict) else ""
    for codes, fault in ((_UNKNOWN, UnknownRecipient), (_TEMPLATE, TemplateRefused)):
        if code in codes:
            raise fault(str(code))
    raise (SignInRefused if code in _TOKEN else ProviderFault)(str(code))
