"""What can be told: each app's ``notices.py`` lists its kinds, with their words."""

from collections.abc import Set
from dataclasses import dataclass
from functools import cache
from typing import Any

from hoaphuong.kernel.discovery import modules
from hoaphuong.notices.rules import holes

CHANNELS = ("email", "sms", "zalo")


@dataclass(frozen=True)
class Group:
    """Kinds that a person turns on and off together."""

    code: str
    label: Any


@dataclass(frozen=True)
class NoticeKind:
    """One thing that can be told; ``{name}`` in a text is the place of a fact of that name.

    ``short`` is what an SMS says: sent without accents, at most 160 characters. ``view`` is the
    page that shows more, by the key of what the notice is about. ``urgent`` passes quiet hours.
    ``zalo`` names the facts that the kind's Zalo template takes; without any there is none.
    """

    code: str
    group: Group
    label: Any
    subject: Any
    text: Any
    short: Any
    view: str = ""
    urgent: bool = False
    channels: tuple[str, ...] = CHANNELS
    zalo: tuple[str, ...] = ()

    @property
    def places(self) -> Set[str]:
        """The facts that the texts need."""
        texts = (self.subject, self.text, self.short)
        return {name for text in texts for name in holes(str(text))} | set(self.zalo)


@cache
def kinds() -> dict[str, NoticeKind]:
    """Every kind of the house by code."""
    found: dict[str, NoticeKind] = {}
    for module in modules("notices"):
        for kind in module.NOTICES:
            assert kind.code not in found, f"{kind.code} is declared twice"
            assert set(kind.channels) <= set(CHANNELS), kind.code
            found[kind.code] = kind
    return found


def groups() -> list[tuple[Group, tuple[str, ...]]]:
    """Each group with the channels that any of its kinds uses."""
    found: dict[str, tuple[Group, set[str]]] = {}
    for kind in kinds().values():
        used = set(kind.channels) - (set() if kind.zalo else {"zalo"})
        found.setdefault(kind.group.code, (kind.group, set()))[1].update(used)
    return [
        (group, tuple(one for one in CHANNELS if one in used)) for group, used in found.values()
    ]
