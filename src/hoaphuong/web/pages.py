"""Pages of the shell: home, welcome, personas, language, help, health."""

from django.conf import settings
from django.contrib.auth import login
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_GET, require_POST

from hoaphuong import __version__
from hoaphuong.identity import queries as identity
from hoaphuong.kernel import menus
from hoaphuong.kernel.access import holds, page
from hoaphuong.web.context import STAFF
from hoaphuong.web.personas import PERSONAS


def _offered(request: HttpRequest, permission: str) -> bool:
    """A visitor is offered every door and asked to sign in; others only those they may open."""
    return not request.actor.signed_in or holds(request.actor, permission)


@require_GET
@page(public=True)
def home(request: HttpRequest) -> HttpResponse:
    context = {
        "personas": PERSONAS if settings.DEMO else (),
        "may_apply": _offered(request, "dossiers.apply"),
    }
    return render(request, "web/home.html", context)


@require_GET
@page()
def welcome(request: HttpRequest) -> HttpResponse:
    """After sign-in each person lands where their work is: who steers the city, at its figures."""
    for face in reversed(STAFF) if holds(request.actor, "documents.steer") else STAFF:
        if offered := menus.for_request(request, face):
            return redirect(offered[0].url)
    return redirect("dossiers:mine" if holds(request.actor, "dossiers.apply") else "web:home")


def _back(request: HttpRequest, target: str) -> str:
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        return target
    return "/"


@require_GET
@page(public=True)
def language(request: HttpRequest, code: str) -> HttpResponse:
    """Remember the language and go back to where the person was."""
    if not check_for_language(code) or code not in dict(settings.LANGUAGES):
        raise Http404
    answer = redirect(_back(request, request.GET.get("next", "/")))
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=365 * 86_400,
        samesite="Lax",
        secure=settings.HTTPS,
        httponly=True,
    )
    return answer


@require_GET
@page(public=True)
def personas(request: HttpRequest) -> HttpResponse:
    if not settings.DEMO:
        raise Http404
    return render(request, "web/personas.html", {"personas": PERSONAS})


@require_POST
@page(public=True)
def become(request: HttpRequest, username: str) -> HttpResponse:
    """Sign in as an invented persona: only in the demonstration, only as a demo account."""
    account = identity.demo_account(username) if settings.DEMO else None
    if account is None:
        raise Http404
    login(request, account, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect(_back(request, request.POST.get("next") or reverse("web:welcome")))


@require_GET
@page(public=True)
def help(request: HttpRequest) -> HttpResponse:
    context = {
        "may_work": _offered(request, "work.open_inbox"),
        "may_steer": _offered(request, "warehouse.view_scoreboard"),
    }
    return render(request, "web/help.html", context)


@require_GET
@page(public=True)
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers; nothing else is told."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return JsonResponse({"status": "ok", "version": __version__})
