"""Where keys are kept, by name: each kind of place is loaded when it is first asked for."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from hoaphuong.signing.providers.base import KeyProvider, KeyUnavailable

KINDS = ("demo", "pkcs11", "csc")


def provider(name: str, places: Mapping[str, Mapping[str, Any]]) -> KeyProvider:
    """The key place of a name; ``places`` says of each its ``kind`` and what that kind needs.

    Each module of KINDS has ``provided(**options) -> KeyProvider``. KeyUnavailable for a name
    that nobody configured.
    """
    options = dict(places.get(name, {}))
    kind = options.pop("kind", "")
    if kind not in KINDS:
        raise KeyUnavailable(f"No place for keys is called {name[:40]}.")
    made: KeyProvider = import_module(f"{__name__}.{kind}").provided(**options)
    return made
