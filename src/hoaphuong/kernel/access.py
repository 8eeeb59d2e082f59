"""Who may do what, for which agency. What is not granted is denied.

A route declares what it needs with ``page`` or ``Holding``; the row is checked by its own
agency or owner with ``Actor.covers`` and ``Actor.owns``. Roles get permissions from the
``permissions.py`` of each app.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, wraps
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import resolve
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from ninja.errors import HttpError
from ninja.security import SessionAuth

from hoaphuong.kernel.discovery import modules

EVERYWHERE = "*"
SECOND_FACTOR_LASTS = timedelta(hours=12)


@dataclass(frozen=True)
class Permission:
    """A right, the roles that have it, and what the rows are checked by.

    ``scope`` is ``agency`` (rows of the agencies the role is held for), ``owner`` (the person's
    own rows) or ``city`` (no rows of anyone: counts and settings).
    """

    code: str
    roles: frozenset[str]
    scope: str
    label: Any


@dataclass(frozen=True)
class Access:
    """What a route needs: nothing (public), a sign-in, a permission; a second factor with it."""

    public: bool = False
    permission: str = ""
    second_factor: bool = False


class Actor(Protocol):
    """The person at the door, as the identity app knows them."""

    key: str
    person: str
    signed_in: bool

    @property
    def second_factor_at(self) -> datetime | None:
        """When this session last passed a second factor that the account still has."""

    def agencies(self, permission: str) -> frozenset[str]:
        """Codes of the agencies for which the permission is held; ``*`` for the whole city."""


@cache
def permissions() -> dict[str, Permission]:
    """Every permission of the house by code."""
    found = {}
    for module in modules("permissions"):
        for permission in module.PERMISSIONS:
            assert permission.code not in found, f"{permission.code} is declared twice"
            found[permission.code] = permission
    return found


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """What the given roles may do."""
    held = frozenset(roles)
    return frozenset(code for code, p in permissions().items() if p.roles & held)


def holds(actor: Actor, permission: str) -> bool:
    return bool(actor.agencies(permission))


def covers(actor: Actor, permission: str, agency: str) -> bool:
    """Whether the actor holds the permission for this agency's rows."""
    held = actor.agencies(permission)
    return EVERYWHERE in held or agency in held


def require(actor: Actor, permission: str, agency: str) -> None:
    """Refuse unless the permission is held for this agency."""
    if not covers(actor, permission, agency):
        raise PermissionDenied


def second_factor_passed(actor: Actor, *, at: datetime, within: timedelta | None = None) -> bool:
    """Whether one was passed not longer ago than ``within``, in any case within 12 hours."""
    passed_at = actor.second_factor_at
    limit = min(within or SECOND_FACTOR_LASTS, SECOND_FACTOR_LASTS)
    return passed_at is not None and at - passed_at <= limit


def _ask_second_factor(request: HttpRequest) -> HttpResponse:
    """Lead to the second factor and back; after a form was sent, back to the page it was on."""
    asked = {"next": request.get_full_path()}
    if request.method != "GET":
        came_from = request.headers.get("Referer", "")
        known = url_has_allowed_host_and_scheme(
            came_from, {request.get_host()}, request.is_secure()
        )
        asked = {"next": urlsplit(came_from).path if known else "/", "again": "1"}
    return redirect(f"{resolve_url(settings.SECOND_FACTOR_URL)}?{urlencode(asked)}")


def page(
    *,
    permission: str = "",
    public: bool = False,
    second_factor: bool = False,
    second_factor_within: timedelta | None = None,
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Guard a page: public, or for a signed-in account, or for holders of a permission.

    ``second_factor`` asks for one passed in this session within 12 hours, or within
    ``second_factor_within``.
    """
    asks_twice = second_factor or second_factor_within is not None
    assert not (public and asks_twice), "a public page knows nobody to ask"

    def guard(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not public:
                actor = request.actor
                if not actor.signed_in:
                    return redirect_to_login(request.get_full_path())
                if permission and not holds(actor, permission):
                    raise PermissionDenied
                if asks_twice and not second_factor_passed(
                    actor, at=timezone.now(), within=second_factor_within
                ):
                    return _ask_second_factor(request)
            return view(request, *args, **kwargs)

        guarded.access = Access(  # type: ignore[attr-defined]
            public=public, permission=permission, second_factor=asks_twice
        )
        return guarded

    return guard


def opens(actor: Actor, path: str) -> bool:
    """Whether a page would let this actor in, so that a link to it leads somewhere."""
    access: Access = resolve(path).func.access
    allowed = not access.permission or holds(actor, access.permission)
    return access.public or (actor.signed_in and allowed)


class Holding(SessionAuth):
    """API: a signed-in account that holds one permission, and passed a second factor if asked."""

    def __init__(
        self,
        permission: str,
        *,
        second_factor: bool = False,
        second_factor_within: timedelta | None = None,
    ) -> None:
        super().__init__()
        self.permission = permission
        self.second_factor = second_factor or second_factor_within is not None
        self.within = second_factor_within

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        user = super().authenticate(request, key)
        actor = request.actor
        if user and not holds(actor, self.permission):
            raise HttpError(403, f"Needs {self.permission}.")
        if (
            user
            and self.second_factor
            and not second_factor_passed(actor, at=timezone.now(), within=self.within)
        ):
            where = resolve_url(settings.SECOND_FACTOR_URL)
            raise HttpError(403, f"Needs a second factor: pass it at {where} and ask again.")
        return user
