"""What every answer carries, and the one line each request leaves in the log."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "worker-src 'self'",
        "manifest-src 'self'",
    )
)

SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    # A citizen may point at the place of a problem; nothing else of the phone is asked for.
    "Permissions-Policy": "camera=(), microphone=(), payment=(), usb=(), geolocation=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
NO_ROUTE = "(no route)"

lines = logging.getLogger("hoaphuong.request")


class SecurityHeaders:
    """Add the security headers that a view has not set itself."""

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with the headers added."""
        response = self.get_response(request)
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class RequestLines:
    """Write one JSON line per request, without anything that names a person.

    The route's pattern stands for the path, which may hold a token or a dossier's number;
    the query string and the address of the caller are left out.
    """

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and log how long it took in milliseconds."""
        began = time.perf_counter()
        request_id = accepted_request_id(request.headers.get("X-Request-ID", ""))
        request.request_id = request_id
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        match = request.resolver_match
        lines.info(
            "request",
            extra={
                "method": request.method,
                "route": match.route if match else NO_ROUTE,
                "status": response.status_code,
                "ms": round((time.perf_counter() - began) * 1000, 1),
                "request_id": request_id,
            },
        )
        return response


def accepted_request_id(offered: str) -> str:
    """Return the proxy's request id when it is plain, else a new one."""
    return offered if REQUEST_ID.fullmatch(offered) else uuid.uuid4().hex
