"""The buttons of a paper's page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Step:
    """A button: from which statuses, with which right, whether it needs a reason."""

    verb: str
    statuses: tuple[str, ...]
    label: Any
    permission: str
    run: Callable[..., Any]
    needs_reason: bool = False
    tone: str = "secondary"
    confirm: Any = ""
