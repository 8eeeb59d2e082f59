"""Codes of an authenticator app (RFC 6238: SHA-1, six digits, steps of 30 seconds)."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

PERIOD_S = 30
DIGITS = 6
TOLERANCE = 1  # steps that a telephone's clock may be early or late


def fresh_secret() -> str:
    """A new secret of 160 bits in base32, as authenticator apps take it."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def step_of(at: datetime) -> int:
    """The step that a moment falls in."""
    return int(at.timestamp()) // PERIOD_S


def totp_code(secret: str, step: int) -> str:
    """The six digits of one step (RFC 4226 §5.3)."""
    key = base64.b32decode(secret, casefold=True)
    digest = hmac.new(key, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def digits_typed(code: str) -> str:
    """A code as it was meant: people write it in groups."""
    return "".join(code.split()).replace("-", "")


def matching_step(secret: str, code: str, *, at: datetime) -> int | None:
    """The step whose code was typed, one step of the clock's error allowed; None for a wrong one.

    Every step is tried, so that the time taken tells nothing.
    """
    typed = digits_typed(code).encode()
    found = None
    for step in range(step_of(at) - TOLERANCE, step_of(at) + TOLERANCE + 1):
        if hmac.compare_digest(typed, totp_code(secret, step).encode()):
            found = step
    return found
