"""This installation's keys, time stamps and revocation answers, as its configuration names them.

The configuration's table ``[signing.keys]`` says where keys are kept; a demonstration has its own
place and its own authority in the data folder.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol, cast

from django.conf import settings

from hoaphuong.signing import providers
from hoaphuong.signing.contracts import CertificateFacts
from hoaphuong.signing.providers.base import (
    KeyProvider,
    KeyUnavailable,
    RevocationAnswers,
    SigningKey,
    TimeStamps,
)


class Enrolling(Protocol):
    """A place of keys that makes one and gets a certificate for it."""

    def enrol(
        self,
        reference: str,
        *,
        kind: str,
        valid_from: datetime,
        valid_to: datetime,
        key_type: str,
        **subject: str,
    ) -> SigningKey: ...


def places() -> dict[str, Mapping[str, Any]]:
    """Every place of keys by its name, with what its kind needs."""
    found = dict(settings.CITY.get("signing", {}).get("keys", {}))
    if settings.DEMO:
        found["demo"] = {
            "kind": "demo",
            "keys": Path(settings.HOME) / "keys" / "signing",
            "authority": settings.AUTHORITY["folder"],
        }
    return found


@cache
def provider(name: str) -> KeyProvider:
    """The place of keys with this name, made once; KeyUnavailable."""
    return providers.provider(name, places())


def key_of(certificate: CertificateFacts, reference: str) -> SigningKey:
    """The key of a certificate, ready; KeyUnavailable when it is another certificate's."""
    key = provider(certificate.provider).key(reference)
    if key.certificate != certificate.certificate:
        raise KeyUnavailable("The key belongs to another certificate.")
    return key


def enrolled(
    at: str,
    *,
    reference: str,
    kind: str,
    key_type: str,
    valid_from: datetime,
    valid_to: datetime,
    **subject: str,
) -> tuple[bytes, tuple[bytes, ...]]:
    """The certificate and chain of a key that a place made, once for a reference; KeyUnavailable.

    ``key_type`` is P-256 or RSA-2048.
    """
    place = provider(at)
    if not hasattr(place, "enrol"):
        raise KeyUnavailable(f"{at[:40]} does not make keys: record the certificate instead.")
    key = cast(Enrolling, place).enrol(
        reference,
        kind=kind,
        valid_from=valid_from,
        valid_to=valid_to,
        key_type=key_type,
        **subject,
    )
    return key.certificate, tuple(key.chain)


@cache
def stamps() -> TimeStamps | None:
    """The time-stamp authority of this city; None when none is configured."""
    from hoaphuong.kernel.outside import Outside
    from hoaphuong.signing.providers.tsa import HttpTimeStamps

    named = settings.AUTHORITY
    if not named["tsa"]:
        return None
    anchors = [Path(one).read_bytes() for one in named["anchors"]]
    return HttpTimeStamps(
        named["tsa"],
        outside=Outside.of(settings.OUTSIDE_ORIGINS),
        anchors=anchors,
        policy=named["policy"],
    )


@cache
def answers() -> RevocationAnswers | None:
    """Whom this city asks about revocation; None when nobody may be asked."""
    from hoaphuong.kernel.outside import Outside
    from hoaphuong.signing.providers.revocation import HttpRevocation

    if not settings.OUTSIDE_ORIGINS:
        return None
    return HttpRevocation(outside=Outside.of(settings.OUTSIDE_ORIGINS))
