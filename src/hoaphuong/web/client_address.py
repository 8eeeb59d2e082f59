"""Who asks, when proxies stand in front: limits per address must not count a whole city as one."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class ClientAddress:
    """Takes the caller's address from what the trusted proxies wrote, from no one else.

    Each proxy appends the address that it saw to ``X-Forwarded-For``. With ``HOAPHUONG_PROXIES``
    of them, the entry that many places from the end is the first that a caller cannot invent.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.PROXIES:
            said = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
            if len(said) >= settings.PROXIES and (found := _address(said[-settings.PROXIES])):
                request.META["REMOTE_ADDR"] = found
        return self.get_response(request)


def _address(text: str) -> str:
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        return ""
