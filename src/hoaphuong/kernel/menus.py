"""Menus: each app's ``menu.py`` lists its items, shown to those who may open them."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from hoaphuong.kernel.access import holds
from hoaphuong.kernel.discovery import modules


@dataclass(frozen=True)
class Item:
    """One entry: on which face, in which place, for whom."""

    face: str
    order: int
    label: Any
    view: str
    icon: str
    permission: str = ""
    signed_in: bool = False


@dataclass(frozen=True)
class Shown:
    label: Any = field(compare=False)  # its words follow the language, the item does not
    url: str
    icon: str
    current: bool


@cache
def items() -> tuple[Item, ...]:
    """Every item of the house, in order."""
    found = [item for module in modules("menu") for item in module.MENU]
    return tuple(sorted(found, key=lambda item: (item.face, item.order)))


@cache
def address(view: str) -> str:
    """The path of a page that needs no arguments; it does not change while a process runs."""
    return reverse(view)


def for_request(request: HttpRequest, face: str) -> tuple[Shown, ...]:
    """The items of one face that this person may open."""
    actor = request.actor
    shown = []
    for item in items():
        if item.face != face or (item.signed_in and not actor.signed_in):
            continue
        if item.permission and not holds(actor, item.permission):
            continue
        url = address(item.view)
        shown.append(Shown(item.label, url, item.icon, request.path == url))
    return tuple(shown)
