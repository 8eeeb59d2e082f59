"""Who may do what, for which agency. What is not granted is denied.

A route declares what it needs with ``page`` or ``Holding``; the row is checked by its own
agency or owner with ``Actor.covers`` and ``Actor.owns``. Roles get permissions from the
``permissions.py`` of each app.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, Protocol

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from ninja.errors import HttpError
from ninja.security import SessionAuth

from hoaphuong.kernel.discovery import modules

EVERYWHERE = "*"


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
    """What a route needs: nothing (public), a sign-in, or a permission."""

    public: bool = False
    permission: str = ""


class Actor(Protocol):
    """The person at the door, as the identity app knows them."""

    key: str
    person: str
    signed_in: bool

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


def page(
    *, permission: str = "", public: bool = False
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Guard a page: public, or for a signed-in account, or for holders of a permission."""

    def guard(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not public:
                actor = request.actor
                if not actor.signed_in:
                    return redirect_to_login(request.get_full_path())
                if permission and not holds(actor, permission):
                    raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.access = Access(public=public, permission=permission)  # type: ignore[attr-defined]
        return guarded

    return guard


class Holding(SessionAuth):
    """API: a signed-in account that holds one permission."""

    def __init__(self, permission: str) -> None:
        super().__init__()
        self.permission = permission

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        user = super().authenticate(request, key)
        actor = request.actor
        if user and not holds(actor, self.permission):
            raise HttpError(403, f"Needs {self.permission}.")
        return user
