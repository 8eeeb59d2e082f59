"""Answers when something is refused or broken: one clear sentence, the right status."""

import json
import sys
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from hoaphuong.kernel.breakdown import DISK_FULL, kind_of

BROKEN = {
    500: "Lỗi hệ thống. / Something broke on our side.",
    503: "Cơ sở dữ liệu tạm ngừng, chưa ghi nhận gì. / The database is away; nothing was recorded.",
    507: "Ổ đĩa đã đầy, chưa ghi nhận gì. / The disk is full; nothing was recorded.",
}


def wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def refuse(request: HttpRequest, status: int, text: str) -> HttpResponse:
    """One sentence with a status, as JSON to the API and as a page to people."""
    if wants_json(request):
        return JsonResponse({"detail": str(text)}, status=status)
    return render(request, f"{status}.html", {"reason": text}, status=status)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Also what Django makes of a session that the database could not store."""
    if exception and (kind := kind_of(exception)):
        return _broken(request, kind)
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
    """507 when the disk is full, 503 when the database cannot be used, 500 for our own faults."""
    broken = sys.exc_info()[1]
    return _broken(request, kind_of(broken) if broken else "")


def _broken(request: HttpRequest, kind: str) -> HttpResponse:
    """Uses neither the database nor the context: either may be what is broken."""
    status = (507 if kind == DISK_FULL else 503) if kind else 500
    if wants_json(request):
        text = json.dumps({"detail": BROKEN[status]})
        answer = HttpResponse(text, status=status, content_type="application/json")
    else:
        answer = render(None, f"{status}.html", status=status)
    if status != 500:
        answer.headers["Retry-After"] = "120"
    return answer
