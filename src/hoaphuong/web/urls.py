"""Every route of the house: pages by app, and the API."""

from allauth.account.urls import urlpatterns as library
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
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
    *[path("", include(module)) for module in modules("urls") if module.__name__ != __name__],
]
handler400 = "hoaphuong.web.errors.bad_request"
handler403 = "hoaphuong.web.errors.permission_denied"
handler404 = "hoaphuong.web.errors.not_found"
handler500 = "hoaphuong.web.errors.server_error"
