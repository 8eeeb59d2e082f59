"""allauth's forms, worded as this house words its fields."""

from typing import Any

from allauth.account.forms import SignupForm
from django.utils.translation import gettext_lazy as _


class CitizenSignupForm(SignupForm):
    """The page itself says what is optional, so the label does not say it again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Email")
