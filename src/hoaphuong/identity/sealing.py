"""Secrets of second factors are sealed in the database with a key made from the city's own."""

import base64
import hashlib
from functools import lru_cache
from typing import Any

from django.conf import settings


class Unreadable(Exception):
    """The secret was sealed with another key: a database without the keys it was kept with."""


@lru_cache(maxsize=2)
def _seal(secret_key: str) -> Any:
    # Loaded here: most web processes never read a second factor.
    from cryptography.fernet import Fernet

    key = hashlib.sha256(b"hoaphuong second factor\0" + secret_key.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def sealed(text: str) -> str:
    """The text as it may stand in the database."""
    return str(_seal(settings.SECRET_KEY).encrypt(text.encode()).decode())


def unsealed(text: str) -> str:
    """The text again; Unreadable when the key is not the one it was sealed with."""
    from cryptography.fernet import InvalidToken

    try:
        return str(_seal(settings.SECRET_KEY).decrypt(text.encode()).decode())
    except InvalidToken as error:
        raise Unreadable from error
