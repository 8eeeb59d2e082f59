"""The page that asks somebody who is signed in for the second factor."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from hoaphuong.identity import actions, queries
from hoaphuong.kernel.access import page


def _back(request: HttpRequest) -> str:
    target = (request.POST or request.GET).get("next", "/")
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        return str(target)
    return "/"


@require_http_methods(["GET", "POST"])
@page()
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for a code or a passkey and go back; without either, say how to set one up."""
    account, back = request.user, _back(request)
    asked: dict[str, Any] = {"next": back, "again": "again" in request.GET}
    kinds = queries.kinds_of_second_factor(account.pk)
    if not kinds:
        request.session["after_second_factor"] = back
        return render(request, "mfa/needed.html", asked)
    # Loaded here: a process that is never asked for a second factor does without.
    from allauth.mfa.base.internal.flows import post_authentication

    from hoaphuong.identity.second_factor_forms import ConfirmCodeForm

    sent = request.POST if "code" in request.POST else None
    form = ConfirmCodeForm(user=account, data=sent)
    forms: dict[str, Any] = {"code": form}
    if "webauthn" in kinds:
        from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm

        key = request.POST if "credential" in request.POST else None
        asked["webauthn_form"] = ReauthenticateWebAuthnForm(user=account, data=key)
        forms["credential"] = asked["webauthn_form"]
    for field, one in forms.items():
        if one.is_bound and one.is_valid():
            factor = form.authenticator if field == "code" else one.cleaned_data[field]
            post_authentication(request, factor, reauthenticated=True)
            actions.unlock(account=account.pk)
            request.session.cycle_key()
            request.session.pop("account_reauthentication_state", None)
            return redirect(back)
    if "webauthn" in kinds:
        from allauth.mfa.webauthn.internal.auth import begin_authentication

        asked["js_data"] = {"request_options": begin_authentication(account)}
    asked |= {
        "form": form if kinds != {"webauthn"} else None,
        "demo_code": queries.demo_code(account, at=timezone.now()),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "mfa/second_factor.html", asked, status=status)
