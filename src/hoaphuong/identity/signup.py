"""Sign-up of a citizen: who they say they are, unverified until an identity service says so."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hoaphuong.identity.rules import personal_number_fault, phone_valid

FAULTS = {
    "length": _("A personal number has 12 digits."),
    "place": _("The first three digits are not a province's code."),
    "birth_date": _("This number belongs to another year of birth."),
    "sex": _("This number does not fit."),
}


class SignupForm(forms.Form):
    """Fields asked beside allauth's own; ``signup`` records the person."""

    full_name = forms.CharField(label=_("Full name"), max_length=120)
    personal_number = forms.CharField(label=_("Personal number (12 digits)"), max_length=12)
    birth_date = forms.DateField(
        label=_("Date of birth"), input_formats=["%d/%m/%Y", "%Y-%m-%d"], help_text=_("dd/mm/yyyy")
    )
    phone = forms.CharField(label=_("Phone"), max_length=16, required=False)

    def clean_birth_date(self) -> date:
        born: date = self.cleaned_data["birth_date"]
        if not date(1900, 1, 1) <= born <= timezone.localdate():
            raise forms.ValidationError(_("This cannot be a date of birth."))
        return born

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"].replace(" ", "")
        if phone and not phone_valid(phone):
            raise forms.ValidationError(_("This is not a Vietnamese phone number."))
        return phone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        number, born = cleaned.get("personal_number"), cleaned.get("birth_date")
        if number:
            fault = personal_number_fault(number, birth_date=born)
            if fault:
                self.add_error("personal_number", FAULTS[fault])
        return cleaned

    def signup(self, request: HttpRequest, user: Any) -> None:
        from hoaphuong.identity import actions

        data = self.cleaned_data
        actions.record_citizen_of(
            account=user.pk,
            full_name=data["full_name"],
            personal_number=data["personal_number"],
            birth_date=data["birth_date"],
            phone=data["phone"],
            email=data.get("email") or "",
            at=timezone.now(),
        )
