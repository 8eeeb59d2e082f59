"""The library's forms for passkeys, with this house's words; they load fido2."""

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

NAME = _("Name of the passkey")
SAYS = _("So that you know it again, for example: office computer.")


class AddPasskeyForm(AddWebAuthnForm):
    name = forms.CharField(label=NAME, help_text=SAYS, required=False, max_length=60)


class RenamePasskeyForm(EditWebAuthnForm):
    name = forms.CharField(label=NAME, help_text=SAYS, max_length=60)
