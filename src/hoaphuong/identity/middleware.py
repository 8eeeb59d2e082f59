"""Gives each request its actor, read only when somebody asks."""

from collections.abc import Callable
from datetime import UTC, datetime

from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django.utils.timezone import localdate

from hoaphuong.identity.actor import AccountActor, Nobody
from hoaphuong.identity.models import Account


def _passed(request: HttpRequest, account: Account) -> dict[int, datetime]:
    """When this session passed which second factor, as the sign-in library keeps it."""
    return {
        record["id"]: datetime.fromtimestamp(record["at"], UTC)
        for record in get_authentication_records(request, account)
        if record["method"] == "mfa"
    }


def _actor(request: HttpRequest) -> AccountActor | Nobody:
    if "_auth_user_id" not in request.session:  # no session row is read for a passer-by
        return Nobody()
    user = request.user
    if not user.is_authenticated:
        return Nobody()
    request.for_one_person = True
    return AccountActor(user, today=localdate(), passed=_passed(request, user))


class ActorMiddleware:
    """Gives the actor; no cache keeps an answer that was made with one in mind."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: _actor(request))
        response = self.get_response(request)
        if getattr(request, "for_one_person", False):
            # On a shared computer the back button shows nothing after signing out.
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
