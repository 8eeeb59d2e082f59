"""Refuses NUL before anything is looked up: PostgreSQL cannot hold it, and no word has it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from hoaphuong.web.errors import bad_request

NUL = "\0"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class PlainText:
    """Answers 400 to NUL in an address, a cookie or a form; the API's schemas see to JSON."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if (
            NUL in request.path
            or "%00" in request.META.get("QUERY_STRING", "")
            or any(NUL in value for value in request.COOKIES.values())
        ):
            return bad_request(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """A form is read only where there is one, after the route and before the view."""
        if request.content_type not in FORMS:
            return None
        for name, values in request.POST.lists():
            if NUL in name or any(NUL in value for value in values):
                return bad_request(request)
        return None
