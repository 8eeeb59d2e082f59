"""The library's form for a code, worded as this house words it; a wrong code counts to the lock."""

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from hoaphuong.identity import actions

CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}


class CodeField(forms.CharField):
    """Digits of an authenticator app or of a list of recovery codes."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=20, widget=forms.TextInput(attrs=CODE), **more)


class _CodeOnce(forms.Form):
    code = CodeField(
        label=pgettext_lazy("second factor", "Code"),
        help_text=_("The six digits that your authenticator app shows, or a recovery code."),
    )

    def clean_code(self) -> str:
        account, code = self.user, self.cleaned_data["code"]
        adapter = get_account_adapter()
        adapter.refuse_while_locked(account)
        try:
            self.authenticator = actions.accept_code(
                account=account.pk, code=code, at=timezone.now()
            )
        except actions.UsedCode:
            raise ValidationError(
                _("This code has been used already. Wait for the next one, 30 seconds at most.")
            ) from None
        except actions.WrongCode:
            adapter.count_wrong_code(account)
            raise ValidationError(_("The code is not correct.")) from None
        self.authenticator.user = account
        return str(code)


class SignInCodeForm(_CodeOnce, AuthenticateForm):
    """The code that is asked for after the password."""


class ConfirmCodeForm(_CodeOnce, ReauthenticateForm):
    """The code of somebody who is signed in already."""


class SetUpForm(ActivateTOTPForm):
    """The first code, which shows that the app took the secret."""

    code = CodeField(
        label=pgettext_lazy("second factor", "Code"),
        help_text=_("The six digits that the app shows for Hoa Phượng."),
    )
