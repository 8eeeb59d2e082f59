"""What the post is told to do wrong, by channel: ``{"sms": {"hang": 30}}``; ``{}`` ends it all."""

import time
from typing import Any

CHANNELS = ("email", "sms", "zalo")
# seconds before an answer; status or code instead of one; recipients that nobody has; taken, and
# not answered
KNOWN: dict[str, Any] = {"hang": 0.0, "status": 0, "reject": [], "lose_answer": False}


class Faults:
    """The faults of now."""

    def __init__(self) -> None:
        self._told: dict[str, dict[str, Any]] = {}

    def tell(self, asked: Any) -> dict[str, Any]:
        """From now on these; ValueError for one that is not known."""
        if not isinstance(asked, dict) or set(asked) - set(CHANNELS):
            raise ValueError(f"by channel: {', '.join(CHANNELS)}")
        for faults in asked.values():
            if not isinstance(faults, dict) or set(faults) - set(KNOWN):
                raise ValueError(f"known: {', '.join(KNOWN)}")
        self._told = asked
        return asked

    def of(self, channel: str) -> dict[str, Any]:
        return KNOWN | self._told.get(channel, {})

    def hang(self, channel: str) -> None:
        """Let the caller wait as long as was told."""
        if seconds := self.of(channel)["hang"]:
            time.sleep(float(seconds))
