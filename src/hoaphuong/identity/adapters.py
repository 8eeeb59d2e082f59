"""allauth's doors, turned to this house: lockout across processes, citizens made by an action."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from hoaphuong.identity import actions, queries


def _login_of(credentials: dict[str, Any]) -> str:
    return str(credentials.get("username") or credentials.get("email") or "")[:254]


class AccountAdapter(DefaultAccountAdapter):
    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        until = queries.locked_until(_login_of(credentials))
        if until and until > timezone.now():
            minutes = int((until - timezone.now()).total_seconds() // 60) + 1
            raise ValidationError(
                _("Too many wrong passwords. Try again in %(minutes)s minutes.")
                % {"minutes": minutes}
            )

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        account = queries.account_id(_login_of(credentials))
        if account:
            actions.count_failed_sign_in(
                account=account,
                at=timezone.now(),
                attempts=settings.LOCKOUT_ATTEMPTS,
                period=settings.LOCKOUT_PERIOD,
            )

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        if user.failed_attempts or user.locked_until:
            actions.unlock(account=user.pk)
        return super().post_login(request, user, **kwargs)

    def set_password(self, user: Any, password: str) -> None:
        super().set_password(user, password)
        actions.unlock(account=user.pk)
