"""Answers when something is refused or broken: one clear sentence, the right status."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def refuse(request: HttpRequest, status: int, text: str) -> HttpResponse:
    """One sentence with a status, as JSON to the API and as a page to people."""
    if wants_json(request):
        return JsonResponse({"detail": str(text)}, status=status)
    return render(request, f"{status}.html", {"reason": text}, status=status)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return refuse(request, 400, _("The request could not be read."))


def permission_denied(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return refuse(request, 403, _("You may not open this."))


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return refuse(request, 404, _("There is nothing at this address."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return refuse(
        request, 403, _("This form was open too long. Go back, reload the page and send it again.")
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Uses neither the database nor the context: either may be what is broken."""
    if wants_json(request):
        text = json.dumps({"detail": "Lỗi hệ thống. / Something broke on our side."})
        return HttpResponse(text, status=500, content_type="application/json")
    return render(None, "500.html", status=500)
