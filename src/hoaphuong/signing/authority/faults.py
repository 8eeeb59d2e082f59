"""What a stand-in can be told to do wrong, so that tests see what the city makes of it."""

import json
import threading
from dataclasses import asdict, dataclass, fields
from typing import Any

PARTS = ("tsa", "ocsp", "crl", "ca", "enrol", "csc")


@dataclass(frozen=True)
class Faults:
    """The faults of one part; none as long as nobody asks for one.

    A part understands those that make sense for it. ``hang`` seconds before an answer; ``status``
    is answered instead; ``garbage`` is no DER; ``half`` closes in the middle of an answer;
    ``drip`` seconds between bytes; ``clock_off`` seconds; ``stale`` an answer of long ago;
    ``other`` about another certificate; ``stranger`` signed by someone else, who calls everything
    good; ``refuse`` says no; ``unknown`` says that it does not know.
    """

    hang: float = 0
    status: int = 0
    garbage: bool = False
    half: bool = False
    drip: float = 0
    clock_off: float = 0
    wrong_nonce: bool = False
    wrong_digest: bool = False
    stale: bool = False
    other: bool = False
    stranger: bool = False
    refuse: bool = False
    unknown: bool = False


NONE = Faults()
_KINDS = {field.name: type(field.default) for field in fields(Faults)}


class WrongFault(ValueError):
    """What was asked for is no fault of this stand-in."""


class Told:
    """The faults asked for now: ``{"part": "tsa", "hang": 3}``; ``{}`` ends all of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parts: dict[str, Faults] = {}

    def of(self, part: str) -> Faults:
        return self._parts.get(part, NONE)

    def tell(self, body: bytes) -> dict[str, object]:
        """Take one order; the faults from now on. WrongFault."""
        try:
            asked = json.loads(body or b"{}")
            part = asked.pop("part", None)
            told = Faults(**{name: _value(name, value) for name, value in asked.items()})
        except (ValueError, TypeError, AttributeError, KeyError) as fault:
            raise WrongFault(str(fault)) from fault
        if part is None and asked or part is not None and part not in PARTS:
            raise WrongFault(f"parts are {', '.join(PARTS)}")
        with self._lock:
            if part is None:
                self._parts = {}
            else:
                self._parts = {**self._parts, part: told}
            return {name: asdict(faults) for name, faults in self._parts.items()}


def _value(name: str, value: object) -> Any:
    kind = _KINDS[name]
    if kind is bool:
        if not isinstance(value, bool):
            raise TypeError(f"{name} is true or false")
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} is a number")
    return value
