"""The SMS gateway and Zalo's address, as the providers describe them."""

import json
import re
from typing import Any

from hoaphuong.notices.post.faults import Faults
from hoaphuong.notices.post.keeping import Kept, OtherContent

MOBILE = re.compile(r"84\d{9}")
Said = tuple[int, Any]


def sms(headers: dict[str, str], asked: Any, *, key: str, kept: Kept, faults: Faults) -> Said:
    """One SMS: taken once by its id."""
    if headers.get("authorization") != f"Bearer {key}":
        return 401, {"fault": "not known"}
    if not _texts(asked, "to", "sender", "text", "id"):
        return 400, {"fault": "to, sender, text and id are texts"}
    if headers.get("idempotency-key") != asked["id"] or not asked["id"]:
        return 400, {"fault": "Idempotency-Key is the id"}
    if not MOBILE.fullmatch(asked["to"]):
        return 422, {"fault": "to is 84 and nine digits"}
    if not asked["text"].isascii() or not 0 < len(asked["text"]) <= 160:
        return 422, {"fault": "text is ASCII, 1 to 160 characters"}
    if asked["to"] in faults.of("sms")["reject"]:
        return 404, {"fault": "nobody has this number"}
    try:
        kept.put(
            channel="sms", key=asked["id"], to=asked["to"], subject=asked["sender"],
            content=asked["text"].encode(),
        )  # fmt: skip
    except OtherContent:
        return 409, {"fault": "this id is another message's"}
    return 200, {"id": f"sms-{asked['id'][:8]}"}


def zalo(headers: dict[str, str], asked: Any, *, key: str, kept: Kept, faults: Faults) -> Said:
    """One Zalo message: always 200, the code says what became of it."""
    if headers.get("access_token") != key:
        return 200, {"error": -124, "message": "Access token invalid"}
    if not _texts(asked, "phone", "template_id", "tracking_id"):
        return 200, {"error": -1, "message": "Parameters invalid"}
    if not MOBILE.fullmatch(asked["phone"]):
        return 200, {"error": -108, "message": "Phone number invalid"}
    if not asked["template_id"]:
        return 200, {"error": -109, "message": "Template invalid"}
    places = asked.get("template_data")
    if not isinstance(places, dict) or not places or not _texts(places, *places):
        return 200, {"error": -132, "message": "Template data invalid"}
    if asked["phone"] in faults.of("zalo")["reject"]:
        return 200, {"error": -118, "message": "Zalo account not existed"}
    content = json.dumps(places, ensure_ascii=False, sort_keys=True).encode()
    try:
        kept.put(
            channel="zalo", key=asked["tracking_id"], to=asked["phone"],
            subject=asked["template_id"], content=content,
        )  # fmt: skip
    except OtherContent:
        return 200, {"error": -1, "message": "tracking_id of another message"}
    told = {"msg_id": f"zalo-{asked['tracking_id'][:8]}"}
    return 200, {"error": 0, "message": "Success", "data": told}


def _texts(asked: Any, *names: str) -> bool:
    return isinstance(asked, dict) and all(isinstance(asked.get(name), str) for name in names)
