"""The bank's clock: seconds since 1970, written as providers do in Vietnam's time."""

from datetime import date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7))


def stamp(at: float) -> str:
    """``yyyyMMddHHmmss``."""
    return datetime.fromtimestamp(at, VIETNAM).strftime("%Y%m%d%H%M%S")


def seconds(text: str) -> float:
    """What ``stamp`` wrote; ValueError."""
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=VIETNAM).timestamp()


def day(text: str) -> tuple[float, float]:
    """When a day, ``yyyyMMdd``, begins and ends; ValueError."""
    begins = seconds(f"{text}000000")
    return begins, begins + 86_400


def today(now: float) -> date:
    return datetime.fromtimestamp(now, VIETNAM).date()
