"""What every page shell shows: the face, its menu, the languages, the city."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

import hoaphuong
from hoaphuong.kernel import menus
from hoaphuong.notices import queries as notices

CITIZEN, OFFICER, LEADER, DATA = "citizen", "officer", "leader", "data"
STAFF = (OFFICER, LEADER)

# face, its label, the route of its first page, the path below which it lives, its icon
FACES = (
    (CITIZEN, _("Public services"), "web:home", "", "home"),
    (OFFICER, pgettext_lazy("face", "Offices"), "work:inbox", "/co-quan", "building"),
    (LEADER, pgettext_lazy("face", "Steering"), "warehouse:scoreboard", "/dieu-hanh", "gauge"),
    (DATA, _("Open data"), "warehouse:tables", "/du-lieu", "database"),
)


@dataclass(frozen=True)
class FaceLink:
    """One entry of the face switch."""

    code: str
    label: Any = field(compare=False)  # its words follow the language, the link does not
    url: str
    icon: str
    current: bool


@dataclass(frozen=True)
class LanguageLink:
    """One language of the site, named in itself."""

    code: str
    label: str
    url: str
    current: bool


def face_of(path: str) -> str:
    """Return the face a path belongs to; what is below no face's folder is the citizen's."""
    for code, _label, _route, prefix, _icon in FACES:
        if prefix and (path == prefix or path.startswith(f"{prefix}/")):
            return code
    return CITIZEN


def face_links(request: HttpRequest, current: str) -> tuple[FaceLink, ...]:
    """Return the faces in their order, to somebody signed in only those with a page for them."""
    links = []
    for code, label, route, _prefix, icon in FACES:
        try:
            url = menus.address(route)
        except NoReverseMatch:
            continue
        if code in STAFF and getattr(request, "actor", None) and request.actor.signed_in:
            offered = menus.for_request(request, code)
            if not offered:
                continue
            url = offered[0].url
        links.append(FaceLink(code, label, url, icon, code == current))
    return tuple(links)


def language_links(request: HttpRequest) -> list[LanguageLink]:
    """Return the site's languages, the one in use marked; each leads back to this page."""
    in_use = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    back = quote(request.get_full_path(), safe="")
    return [
        LanguageLink(code, label, f"/ngon-ngu/{code}?next={back}", code == in_use)
        for code, label in settings.LANGUAGES
    ]


def city_name() -> str:
    """Return the city's name in the language in use."""
    in_vietnamese = (get_language() or settings.LANGUAGE_CODE).startswith("vi")
    return settings.CITY["name" if in_vietnamese else "name_en"]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the shell's context; a visitor who has not signed in costs no database query."""
    face = face_of(request.path)
    # A request refused before anyone looked at who is there has no actor, and so no menu.
    known = hasattr(request, "actor")
    signed_in = known and request.actor.signed_in
    return {
        "face": face,
        "faces": face_links(request, face),
        "menu": menus.for_request(request, face) if known else (),
        "languages": language_links(request),
        "signed_in": signed_in,
        "unread": notices.unread(request.actor.key) if signed_in else 0,
        "demo": settings.DEMO,
        "city": settings.CITY,
        "city_name": city_name(),
        "program_version": hoaphuong.__version__,
    }
