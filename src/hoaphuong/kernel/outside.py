"""Calls to other machines: only to addresses that are allowed, with a time and a size limit."""

import http.client
import os
import socket
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit


class CallFailed(Exception):
    """The other side could not be asked, or did not answer as it should."""


class NotAllowed(CallFailed):
    """The address is not on the list of those that may be asked."""


class NoAnswer(CallFailed):
    """Nothing came back in time."""


class BadAnswer(CallFailed):
    """Something came back that is not an answer: another status, or too much of it."""

    def __init__(self, said: str, *, status: int = 0) -> None:
        super().__init__(said)
        self.status = status


@dataclass(frozen=True)
class Outside:
    """What may be asked: origins such as ``http://127.0.0.1:8010`` or ``https://tsa.example.vn``.

    ``seconds`` bound a whole call, ``most_bytes`` an answer. Redirections are not followed, and no
    proxy is used.
    """

    origins: frozenset[str] = frozenset()
    seconds: float = 10.0
    most_bytes: int = 5_000_000
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, origins: Iterable[str], **more: float) -> "Outside":
        return cls(frozenset(origin.rstrip("/") for origin in origins), **more)  # type: ignore[arg-type]

    def allows(self, url: str) -> bool:
        """Whether a URL is of an allowed origin; one with a user name never is."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return False
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            return False
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        plain = f"{parts.scheme}://{host}"
        default = {"http": 80, "https": 443}[parts.scheme]
        names = {f"{plain}:{port or default}"} | ({plain} if port in (None, default) else set())
        return bool(names & self.origins)

    def get(self, url: str, **headers: str) -> bytes:
        """The body of a GET; CallFailed."""
        return self.call("GET", url, headers=headers)

    def post(self, url: str, body: bytes, *, content_type: str, **headers: str) -> bytes:
        """The body of the answer to a POST; CallFailed."""
        return self.call("POST", url, body, headers={"Content-Type": content_type, **headers})

    def call(
        self, method: str, url: str, body: bytes = b"", *, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """One call; NotAllowed, NoAnswer or BadAnswer when it does not end in a 2xx."""
        connection = self._connection(url)
        try:
            return self._exchange(connection, method, url, body, headers or {})
        finally:
            connection.close()

    def line(self, url: str) -> "Line":
        """A connection to an origin that is kept open between calls; NotAllowed."""
        return Line(self, url, self._connection(url))

    def _connection(self, url: str) -> http.client.HTTPConnection:
        if not self.allows(url):
            raise NotAllowed(f"{urlsplit(url).netloc[:80]} may not be asked.")
        parts = urlsplit(url)
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        return kind(parts.hostname or "", parts.port, timeout=self.seconds)

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
    ) -> bytes:
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        deadline = time.monotonic() + self.seconds
        try:
            # Only these headers: a body of nothing is still a POST with a length.
            connection.request(
                method, path or "/", body=body or None, headers={**self.headers, **headers}
            )
            answer = connection.getresponse()
            read = self._read(answer, connection, deadline)
        except (TimeoutError, OSError, http.client.HTTPException, UnicodeError) as fault:
            raise NoAnswer(f"{parts.netloc[:80]}: {fault or type(fault).__name__}") from fault
        if not 200 <= answer.status < 300:
            raise BadAnswer(f"{parts.netloc[:80]} answered {answer.status}.", status=answer.status)
        return read

    def _read(
        self, answer: http.client.HTTPResponse, connection: http.client.HTTPConnection, until: float
    ) -> bytes:
        """The whole body; a socket's own limit would let a slow sender go on for ever."""
        got = bytearray()
        named = answer.getheader("Content-Length", "")
        whole = int(named) if named.isdecimal() and not answer.chunked else None
        while whole is None or len(got) < whole:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError("the answer took too long")
            if isinstance(connection.sock, socket.socket):
                connection.sock.settimeout(left)
            piece = answer.read1(65_536 if whole is None else min(65_536, whole - len(got)))
            if not piece:
                break
            got += piece
            if len(got) > self.most_bytes:
                raise BadAnswer("The answer is too large.")
        if whole is not None and len(got) < whole:
            raise http.client.IncompleteRead(bytes(got), whole - len(got))
        answer.close()
        return bytes(got)


class Line:
    """Calls to one address over one connection, for one process and one thread at a time.

    Only for calls that may be made twice: when the other side has closed a connection that was
    idle, the call is made once more on a fresh one.
    """

    def __init__(self, outside: Outside, url: str, connection: http.client.HTTPConnection) -> None:
        self._outside, self._url, self._connection = outside, url, connection
        self._pid = os.getpid()

    def post(self, body: bytes, *, content_type: str, **headers: str) -> bytes:
        """The body of the answer to a POST; CallFailed."""
        if self._pid != os.getpid():  # the parent's connection is the parent's
            self._pid, self._connection = os.getpid(), self._outside._connection(self._url)
        reused = self._connection.sock is not None
        try:
            return self._ask(body, content_type, headers)
        except NoAnswer as fault:
            gone = isinstance(fault.__cause__, http.client.RemoteDisconnected | ConnectionError)
            if not reused or not gone:
                raise
            return self._ask(body, content_type, headers)

    def _ask(self, body: bytes, content_type: str, headers: Mapping[str, str]) -> bytes:
        if isinstance(self._connection.sock, socket.socket):
            self._connection.sock.settimeout(self._outside.seconds)
        try:
            return self._outside._exchange(
                self._connection, "POST", self._url, body,
                {"Content-Type": content_type, **headers},
            )  # fmt: skip
        except CallFailed:
            self._connection.close()
            raise

    def close(self) -> None:
        self._connection.close()
