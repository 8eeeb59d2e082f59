"""What follows from a message, without database or clock."""

from datetime import date, datetime

ARRIVED, ASKED_BACK = "01", "13"
# What a recipient may say in turn; a lower rank never takes back what was said before.
_RANK = {"01": 1, "02": 2, "03": 2, "04": 3, "05": 4, "06": 5, "15": 6, "16": 6}


def is_news(*, code: str, at: datetime, known: str, known_at: datetime | None) -> bool:
    """Whether a recipient's status is newer than the last one: messages come out of order.

    The sender's clock decides; of two of one second the one that is further counts.
    """
    if not known or known_at is None:
        return True
    return (at, _RANK.get(code, 0)) > (known_at, _RANK.get(known, 0))


def document_id(*, agency: str, issued_on: date, number: str, notation: str) -> str:
    """``000.00.00.H24,2026/11/24,15/QĐ-UBND``: issuer, day, number and notation."""
    return f"{agency},{issued_on:%Y/%m/%d},{number}/{notation}"
