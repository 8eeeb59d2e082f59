"""The stage of signing in at which the second factor is asked for."""

from allauth.account.stages import LoginStage
from allauth.core.internal.httpkit import headed_redirect_response
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpResponse


class SecondFactorStage(LoginStage):
    """The library's own stage without what it loads for passkeys at every sign-in."""

    key = "mfa_authenticate"
    urlname = "mfa_authenticate"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        if self.login.user is None or not is_mfa_enabled(self.login.user, kinds):
            return None, True
        return headed_redirect_response("mfa_authenticate"), True
