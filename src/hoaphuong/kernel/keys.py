"""Opaque references: random, so that they tell nothing and cannot be guessed."""

import uuid


def new_key() -> str:
    """32 hexadecimal digits for a record's public reference."""
    return uuid.uuid4().hex
