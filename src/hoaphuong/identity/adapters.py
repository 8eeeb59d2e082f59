"""allauth's doors, turned to this house: lockout across processes, citizens made by an action."""

from datetime import datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from hoaphuong.identity import actions, queries


def _login_of(credentials: dict[str, Any]) -> str:
    return str(credentials.get("username") or credentials.get("email") or "")[:254]


def _locked(until: datetime) -> ValidationError:
    return ValidationError(
        _("Too many wrong passwords. Nobody can sign in to this account before %(time)s.")
        % {"time": f"{localtime(until):%H:%M (%d/%m/%Y)}"}
    )


class AccountAdapter(DefaultAccountAdapter):
    """A lock is the account's, from whatever address the wrong passwords came.

    Colleagues share an address, so that one who forgot a password locks out nobody else.
    """

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        until = queries.locked_until(_login_of(credentials))
        if until and until > timezone.now():
            raise _locked(until)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        now = timezone.now()
        locks = [
            actions.count_failed_sign_in(
                account=account,
                at=now,
                attempts=settings.LOCKOUT_ATTEMPTS,
                period=settings.LOCKOUT_PERIOD,
            )
            for account in queries.accounts_of_login(_login_of(credentials))
        ]
        if any(locks):
            raise _locked(now + settings.LOCKOUT_PERIOD)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        if user.failed_attempts or user.locked_until:
            actions.unlock(account=user.pk)
        return super().post_login(request, user, **kwargs)

    def set_password(self, user: Any, password: str) -> None:
        super().set_password(user, password)
        actions.unlock(account=user.pk)
