"""Every route of the house: pages by app, and the API."""

from collections.abc import Callable
from typing import Any

from allauth.account.urls import urlpatterns as library
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils.module_loading import import_string
from ninja import NinjaAPI

from hoaphuong import __version__
from hoaphuong.kernel.discovery import modules
from hoaphuong.web import pages

api = NinjaAPI(title="Hoa Phượng", version=__version__, urls_namespace="api", docs_url=None)
for module in modules("api"):
    api.add_router(module.PREFIX, module.router)


@api.exception_handler(ObjectDoesNotExist)
def nothing_there(request: HttpRequest, error: Exception) -> HttpResponse:
    return api.create_response(request, {"detail": "Not found."}, status=404)


@api.exception_handler(PermissionDenied)
def denied(request: HttpRequest, error: Exception) -> HttpResponse:
    return api.create_response(request, {"detail": "Not allowed."}, status=403)


# Of the sign-in library's pages, those that this house has words for; the others are not there.
SIGN_IN = {
    "account_login",
    "account_reauthenticate",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_change_password",
    "account_set_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}


def loaded_when_asked(name: str) -> Callable[..., HttpResponse]:
    """A page of the library's second factor, whose modules for passkeys and QR codes are heavy.

    What a form changes is one transaction with the event about it.
    """

    def view(request: HttpRequest, **places: Any) -> HttpResponse:
        answer = import_string(f"allauth.mfa.{name}")
        if request.method != "POST":
            return answer(request, **places)
        with transaction.atomic():
            return answer(request, **places)

    return view


# Likewise of the second factor's: address, view, name.
SECOND_FACTOR = (
    ("", "base.views.index", "mfa_index"),
    ("ma/", "base.views.authenticate", "mfa_authenticate"),
    ("ung-dung/", "totp.views.activate_totp", "mfa_activate_totp"),
    ("ung-dung/go/", "totp.views.deactivate_totp", "mfa_deactivate_totp"),
    ("khoa/", "webauthn.views.list_webauthn", "mfa_list_webauthn"),
    ("khoa/them/", "webauthn.views.add_webauthn", "mfa_add_webauthn"),
    ("khoa/<int:pk>/ten/", "webauthn.views.edit_webauthn", "mfa_edit_webauthn"),
    ("khoa/<int:pk>/go/", "webauthn.views.remove_webauthn", "mfa_remove_webauthn"),
    ("du-phong/", "recovery_codes.views.view_recovery_codes", "mfa_view_recovery_codes"),
    ("du-phong/tai/", "recovery_codes.views.download_recovery_codes",
     "mfa_download_recovery_codes"),
    ("du-phong/tao/", "recovery_codes.views.generate_recovery_codes",
     "mfa_generate_recovery_codes"),
)  # fmt: skip

shell = [
    path("", pages.home, name="home"),
    path("vao", pages.welcome, name="welcome"),
    path("ngon-ngu/<slug:code>", pages.language, name="language"),
    path("nhan-vat", pages.personas, name="personas"),
    path("nhan-vat/<slug:username>", pages.become, name="become"),
    path("tro-giup", pages.help, name="help"),
    path("healthz", pages.healthz, name="healthz"),
]
urlpatterns = [
    path("", include((shell, "web"))),
    path("api/", api.urls),
    path("tai-khoan/", include([page for page in library if page.name in SIGN_IN])),
    path(
        "tai-khoan/hai-buoc/",
        include([path(at, loaded_when_asked(view), name=name) for at, view, name in SECOND_FACTOR]),
    ),
    *[path("", include(module)) for module in modules("urls") if module.__name__ != __name__],
]
handler400 = "hoaphuong.web.errors.bad_request"
handler403 = "hoaphuong.web.errors.permission_denied"
handler404 = "hoaphuong.web.errors.not_found"
handler500 = "hoaphuong.web.errors.server_error"
