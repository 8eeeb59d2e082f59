"""Which ways out a city has: ``[notices]`` of its file, and the environment; secrets never there.

A secret is read anew for each message, so that one that was renewed needs no restart: from the
environment, else from a file of its own in the keys folder.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hoaphuong.notices.providers.base import Provider

ZALO = "https://business.openapi.zalo.me/message/template"
_PORTS = {"starttls": 587, "ssl": 465, "none": 25}


@dataclass(frozen=True)
class Secret:
    """Where a secret is: a variable of the environment, else a file."""

    variable: str
    file: Path

    def read(self) -> str:
        """The secret, empty when there is none."""
        if found := os.environ.get(self.variable, ""):
            return found
        try:
            return self.file.read_text(encoding="utf-8").strip()
        except OSError:
            return ""


@dataclass(frozen=True)
class Channels:
    """The ways out by channel, as settings and one secret each; a channel left out is not there.

    ``templates`` are Zalo's, by kind of notice; ``None`` means that each is named like its kind.
    """

    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    templates: Mapping[str, str] | None = field(default_factory=dict)

    def offers(self, channel: str, kind: str) -> bool:
        """Whether notices of a kind can go this way."""
        return channel in self.facts and (channel != "zalo" or bool(self.template(kind)))

    def template(self, kind: str) -> str:
        """Zalo's template of a kind; empty when there is none."""
        return kind if self.templates is None else self.templates.get(kind, "")

    def provider(self, channel: str) -> Provider | None:
        """The way out; None for one that the city does not have."""
        if channel not in self.facts:
            return None
        facts, secret = self.facts[channel], self.secrets[channel].read()
        # Loaded by the worker alone: a web process sends nothing.
        if channel == "email":
            from hoaphuong.notices.providers.mail import Mail

            return Mail(**facts, password=secret)
        if channel == "sms":
            from hoaphuong.notices.providers.sms import Sms

            return Sms(**facts, key=secret)
        from hoaphuong.notices.providers.zalo import Zalo

        return Zalo(**facts, token=secret)


def channels(
    city: Mapping[str, Any], environment: Mapping[str, str], *, keys: Path, sender: str
) -> Channels:
    """The ways out of a real city."""
    facts: dict[str, Mapping[str, Any]] = {}
    secrets: dict[str, Secret] = {}
    mail, sms, zalo = (city.get(name, {}) for name in ("email", "sms", "zalo"))
    if host := environment.get("HOAPHUONG_SMTP_HOST") or mail.get("host"):
        called, own = parseaddr(sender)
        user = environment.get("HOAPHUONG_SMTP_USER") or mail.get("user", "")
        # Without a user it is a relay of the city's own: nothing secret is told to it.
        tls = environment.get("HOAPHUONG_SMTP_TLS") or mail.get("tls")
        tls = tls or ("starttls" if user else "none")
        port = environment.get("HOAPHUONG_SMTP_PORT") or mail.get("port") or _PORTS[tls]
        facts["email"] = {
            "host": host, "port": int(port), "tls": tls, "user": user,
            "sender": own, "called": called,
        }  # fmt: skip
        secrets["email"] = Secret("HOAPHUONG_SMTP_PASSWORD", keys / "smtp_password")
    if address := sms.get("address"):
        facts["sms"] = {"address": address, "sender": sms.get("sender", "")}
        secrets["sms"] = Secret("HOAPHUONG_SMS_KEY", keys / "sms_key")
    if templates := zalo.get("templates"):
        facts["zalo"] = {"address": zalo.get("address", ZALO)}
        secrets["zalo"] = Secret("HOAPHUONG_ZALO_TOKEN", keys / "zalo_token")
    return Channels(facts, secrets, templates or {})


def demonstration(*, post: str, mail: str, folder: Path, sender: str) -> Channels:
    """The ways out of a demonstration: all lead to its stand-in, which made the secrets."""
    called, own = parseaddr(sender)
    where = urlsplit(mail)
    facts: dict[str, Mapping[str, Any]] = {
        "email": {
            "host": where.hostname, "port": where.port, "tls": "none", "user": "hoaphuong",
            "sender": own, "called": called,
        },
        "sms": {"address": f"{post}/sms", "sender": "HAIPHONG"},
        "zalo": {"address": f"{post}/message/template"},
    }  # fmt: skip
    secrets = {
        "email": Secret("", folder / "smtp_password"),
        "sms": Secret("", folder / "sms_key"),
        "zalo": Secret("", folder / "zalo_token"),
    }
    return Channels(facts, secrets, None)
