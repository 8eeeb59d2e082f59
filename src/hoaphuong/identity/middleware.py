"""Gives each request its actor, read only when somebody asks."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django.utils.timezone import localdate

from hoaphuong.identity.actor import AccountActor, Nobody


def _actor(request: HttpRequest) -> AccountActor | Nobody:
    if "_auth_user_id" not in request.session:  # no session row is read for a passer-by
        return Nobody()
    user = request.user
    return AccountActor(user, today=localdate()) if user.is_authenticated else Nobody()


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: _actor(request))
        return self.get_response(request)
