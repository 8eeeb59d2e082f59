"""allauth's doors, turned to this house: lockout across processes, secrets sealed."""

from datetime import datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hoaphuong.identity import actions, queries
from hoaphuong.identity.models import Account
from hoaphuong.identity.sealing import sealed, unsealed


def _login_of(credentials: dict[str, Any]) -> str:
    return str(credentials.get("username") or credentials.get("email") or "")[:254]


def _locked(until: datetime) -> ValidationError:
    return ValidationError(
        _("Too many wrong passwords or codes. Nobody can sign in to this account before %(time)s.")
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
        self._count(queries.accounts_of_login(_login_of(credentials)))

    def refuse_while_locked(self, account: Account) -> None:
        """A second factor is not tried while the account is locked either."""
        until = queries.locked_account_until(account.pk)
        if until and until > timezone.now():
            raise _locked(until)

    def count_wrong_code(self, account: Account) -> None:
        """As a wrong password counts; an invented persona is everybody's and is not locked."""
        if not (settings.DEMO and account.is_demo):
            self._count([account.pk])

    def _count(self, accounts: list[int]) -> None:
        now = timezone.now()
        locks = [
            actions.count_failed_sign_in(
                account=account,
                at=now,
                attempts=settings.LOCKOUT_ATTEMPTS,
                period=settings.LOCKOUT_PERIOD,
            )
            for account in accounts
        ]
        if any(locks):
            raise _locked(now + settings.LOCKOUT_PERIOD)

    def get_login_stages(self) -> list[str]:
        return ["hoaphuong.identity.stages.SecondFactorStage"]

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """With a second factor only that; the password opens the first setting up."""
        if not user.is_authenticated:
            return []
        if queries.kinds_of_second_factor(user.pk):
            return [{"id": "mfa_reauthenticate", "url": reverse("identity:second_factor")}]
        return [{"id": "reauthenticate", "url": reverse("account_reauthenticate")}]

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        if user.failed_attempts or user.locked_until:
            actions.unlock(account=user.pk)
        return super().post_login(request, user, **kwargs)

    def set_password(self, user: Any, password: str) -> None:
        super().set_password(user, password)
        actions.unlock(account=user.pk)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are sealed in the database; an invented persona keeps its second factor."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": gettext_lazy(
            "The invented persona's second factor stays: other visitors need it."
        ),
        "cannot_generate_recovery_codes": gettext_lazy(
            "Set up an authenticator app or a passkey first; recovery codes come with it."
        ),
        "incorrect_code": gettext_lazy("The code is not correct."),
    }

    def encrypt(self, text: str) -> str:
        return sealed(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unsealed(encrypted_text)

    def get_totp_label(self, user: Account) -> str:
        return user.username

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not (settings.DEMO and authenticator.user.is_demo)

    def generate_authenticator_name(self, user: Account, type: Authenticator.Type) -> str:
        held = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Passkey %(number)s") % {"number": held + 1}
