"""How values are written back into a form and into messages."""

from datetime import date
from decimal import Decimal
from typing import Any


def typed(value: Any, language: str, *, dated: bool) -> str:
    """A value as the person would type it, readable by ``parse`` in the same language."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return _decimal_sign(_plain(value), language)
    text = str(value)
    if dated:
        try:
            return f"{date.fromisoformat(text):%d/%m/%Y}"
        except ValueError:
            return text
    return text


def grouped(value: int | float, language: str) -> str:
    """A number in a sentence: ``1.250.000,5``, in English ``1,250,000.5``."""
    text = f"{Decimal(_plain(value)):,}"
    if language.startswith("en"):
        return text
    return text.translate({ord(","): ".", ord("."): ","})


def _plain(value: int | float) -> str:
    return f"{Decimal(str(value)):f}"


def _decimal_sign(text: str, language: str) -> str:
    return text if language.startswith("en") else text.replace(".", ",")
