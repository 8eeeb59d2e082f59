"""Asks one address as one person, through the whole middleware, and notes what was written."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.leak_matrix import Route

LIKE_NONE = "0" * 32


@cache
def _client(strict: bool) -> Client:
    """Made once: each new one would load the whole middleware."""
    return Client(enforce_csrf_checks=strict, raise_request_exception=False)


@dataclass(frozen=True)
class Answer:
    """What came back, with everything in it that a person could read."""

    status: int
    text: str
    response: Any
    writes: tuple[str, ...]


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside leaves no trace in the database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ask(
    address: str,
    *,
    session: str = "",
    method: str = "GET",
    data: Any = None,
    strict: bool = False,
    **headers: Any,
) -> Answer:
    """Ask through the whole middleware, and note which statements wrote."""
    client = _client(strict)
    client.cookies.clear()
    if session:
        client.cookies["sessionid"] = session
    writes: list[str] = []

    def watch(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.split(None, 1)[0] in ("INSERT", "UPDATE", "DELETE") and "django_session" not in sql:
            writes.append(sql[:60])
        return execute(sql, *rest)

    body = {} if data is None else {"data": data}
    with_files = isinstance(data, dict) and any(hasattr(one, "read") for one in data.values())
    if address.startswith("/api/") and method == "POST" and not with_files:
        body |= {"content_type": "application/json"}
    with connection.execute_wrapper(watch):
        response = getattr(client, method.lower())(address, **body, **headers)
        content = b"".join(response.streaming_content) if response.streaming else response.content
    text = content.decode(errors="ignore") + str(dict(response.items()))
    return Answer(response.status_code, text, response, tuple(writes))


def methods_of(route: Route) -> list[str]:
    """GET and POST as the route takes them; a page says so itself."""
    if route.methods:
        return [one for one in route.methods if one in ("GET", "POST")]
    if route.from_library:
        return ["GET", "POST"]
    with undone():
        answer = ask(route.address(_Keys()), method="OPTIONS")
    if answer.status != 405:
        pytest.fail(f"{route} needs require_GET, require_POST or require_http_methods outermost")
    allowed = {one.strip() for one in answer.response["Allow"].split(",")}
    assert allowed <= {"GET", "HEAD", "POST"}, f"{route} takes {allowed}"
    return sorted(allowed - {"HEAD"})


class _Keys:
    """Addresses of a row that is not there."""

    dossier = file = item = draft = token = number = message = batch = agency = LIKE_NONE
    document = document_file = check = incoming = incoming_file = copy = assignment = LIKE_NONE
    prepared = order = order_token = refund = day = difference = line = LIKE_NONE
    notice = call = LIKE_NONE
