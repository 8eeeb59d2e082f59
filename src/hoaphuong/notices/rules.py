"""Rules of notices: texts with places, telephone numbers, addresses, quiet hours."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from hoaphuong.kernel.folding import unaccented
from hoaphuong.kernel.values import Money
from hoaphuong.notices.contracts import Named, Value

VIETNAM = timezone(timedelta(hours=7))
SHORT = 160
_HOLE = re.compile(r"{(\w+)}")
_MOBILE = re.compile(r"(?:84|0)([35789]\d{8})")
# What every mail server takes; an address in other letters is not written to.
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def holes(template: str) -> list[str]:
    """The names of a text's places."""
    return _HOLE.findall(template)


def filled(template: str, facts: Mapping[str, Any], language: str) -> str:
    """A text with its places filled by kept facts; what a fact says is not read as a text again."""
    return _HOLE.sub(lambda hole: written(facts[hole[1]], language), template)


def kept(value: Value) -> Any:
    """A fact as JSON."""
    match value:
        case Named():
            return {"vi": value.vi, "en": value.en}
        case Money():
            return {"amount": str(value.amount)}
        case date():
            return {"day": value.isoformat()[:10]}
    return value


def written(value: Any, language: str) -> str:
    """A kept fact as people read it, on one line: 30/11/2026, 50.000 đ; 30 Nov 2026, 50,000 VND."""
    vietnamese = language != "en"
    match value:
        case {"vi": str(own), "en": str(english)}:
            text = own if vietnamese else english or own
        case {"amount": amount}:
            text = _grouped(int(amount), vietnamese) + (" đ" if vietnamese else " VND")
        case {"day": day}:
            on = date.fromisoformat(day)
            english = f"{on.day} {_MONTHS[on.month - 1]} {on.year}"
            text = f"{on:%d/%m/%Y}" if vietnamese else english
        case int():
            text = _grouped(value, vietnamese)
        case _:
            text = str(value)
    return " ".join(text.split())


def _grouped(number: int, vietnamese: bool) -> str:
    text = f"{number:,}"
    return text.replace(",", ".") if vietnamese else text


def short(text: str) -> str:
    """An SMS: one part, plain ASCII as every telephone shows it, at most 160 characters."""
    plain = unaccented(text).encode("ascii", "ignore").decode()
    return plain if len(plain) <= SHORT else plain[: SHORT - 3].rstrip() + "..."


def mobile(number: str) -> str:
    """A Vietnamese mobile number as ``84…``; empty for one that is none."""
    found = _MOBILE.fullmatch(re.sub(r"[\s.()+-]", "", number))
    return f"84{found[1]}" if found else ""


def mail_address(address: str) -> str:
    """An e-mail address that is safe in a header; empty for one that is none."""
    bare = address.strip()
    odd = bare.startswith(".") or ".." in bare or ".@" in bare
    return bare if len(bare) <= 254 and not odd and _MAIL.fullmatch(bare) else ""


def address_for(channel: str, *, email: str, phone: str) -> str:
    """Where a channel reaches a person; empty when it cannot."""
    return mail_address(email) if channel == "email" else mobile(phone)


def after_quiet(at: datetime, *, begins: time, ends: time) -> datetime:
    """``at``, or the end of the quiet hours it falls into; ``begins`` = ``ends`` is no quiet hour.

    Hours are of Vietnam's clock; ``begins`` belongs to them, ``ends`` does not.
    """
    local = at.astimezone(VIETNAM)
    now = local.time()
    over_midnight = begins > ends
    quiet = (now >= begins or now < ends) if over_midnight else begins <= now < ends
    if not quiet:
        return at
    day = local.date() + timedelta(days=int(over_midnight and now >= begins))
    return datetime.combine(day, ends, tzinfo=VIETNAM)
