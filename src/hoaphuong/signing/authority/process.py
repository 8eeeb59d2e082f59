"""The authority as a process: ``python -m hoaphuong stand-in authority --port N --folder F``."""

import base64
import binascii
import hmac
import json
import time
from datetime import UTC, datetime
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography.x509.oid import ExtendedKeyUsageOID

from hoaphuong.kernel.stand_in import serve_until_ended
from hoaphuong.signing.authority.answers import Answers, Stranger
from hoaphuong.signing.authority.ceremony import NAMES, Authority, ceremony
from hoaphuong.signing.authority.enrolment import enrol
from hoaphuong.signing.authority.faults import Faults, Told, WrongFault
from hoaphuong.signing.authority.issuing import NotIssuable
from hoaphuong.signing.authority.record import Record
from hoaphuong.signing.authority.remote import Remote
from hoaphuong.signing.authority.stamping import Stamper

MOST_BYTES = 1_000_000
MOST_HANG_S = 60.0
HOST = "127.0.0.1"
_Said = tuple[int, str, bytes]


class Server(ThreadingHTTPServer):
    """All that the authority answers; its keys are loaded once, here."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__((HOST, port), Handler)
        # An authority that nobody made yet is made for the address it is started at.
        ceremony(folder, f"http://{HOST}:{self.server_address[1]}")
        self.authority = Authority.of(folder)
        self.told, self.record = Told(), Record(folder)
        self.stamper, self.answers = Stamper.of(self.authority), Answers(self.authority)
        self.remote = Remote(self.authority)

    @cached_property
    def strange_stamper(self) -> Stamper:
        like = self.authority.certificates["tsa"]
        stranger = Stranger(like, ExtendedKeyUsageOID.TIME_STAMPING)
        return Stamper(stranger.key, stranger.certificate, self.authority.der("issuing"))

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller who went away is no fault of ours."""


class Handler(BaseHTTPRequestHandler):
    """One connection, kept open between requests."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "HoaPhuongDemonstration", ""
    disable_nagle_algorithm = True
    timeout = 60
    server: Server

    def do_GET(self) -> None:
        self._handle(b"")

    def do_POST(self) -> None:
        try:
            length = int(self.headers.get("Content-Length", ""))
        except ValueError:
            length = -1
        if not 0 <= length <= MOST_BYTES:
            self.close_connection = True
            self._send(413 if length > 0 else 411, "text/plain", b"")
            return
        self._handle(self.rfile.read(length))

    def _handle(self, body: bytes) -> None:
        path = urlsplit(self.path).path
        part = path.split("/")[1]
        if part == "_faults":
            self._send(*self._faults(body))
            return
        faults = self.server.told.of(part)
        if faults.hang:
            time.sleep(min(faults.hang, MOST_HANG_S))
        status, kind, content = self._answer(part, path, body, faults)
        if faults.status:
            status, content = faults.status, b"told to fail"
        if faults.garbage:
            content = b"\x30\x82garbage" + content[:20]
        self.server.record.add(
            part=part, method=self.command, path=self.path, body=body, status=status
        )
        if faults.half or faults.drip:
            self._send_badly(status, kind, content, faults)
        else:
            self._send(status, kind, content)

    def _answer(self, part: str, path: str, body: bytes, faults: Faults) -> _Said:
        now, post = datetime.now(UTC), self.command == "POST"
        if path == "/tsa" and post:
            stamper = self.server.strange_stamper if faults.stranger else self.server.stamper
            stamped = stamper.answer(body, at=now, faults=faults)
            return 200, "application/timestamp-reply", stamped
        if part == "ocsp" and (post or len(path) > len("/ocsp/")):
            asked = body if post else _from_path(path.removeprefix("/ocsp/"))
            answered = self.server.answers.answer(asked, at=now, faults=faults)
            return 200, "application/ocsp-response", answered
        if part == "csc" and path.startswith("/csc/v2/"):
            call = path.removeprefix("/csc/v2/")
            status, said = self.server.remote.answer(call, body, dict(self.headers), faults)
            return status, "application/json", json.dumps(said, ensure_ascii=False).encode()
        if path == "/enrol" and post:
            return self._enrol(body, now)
        if not post:
            return self._published(path, now, faults)
        return 404, "text/plain", b"not here"

    def _published(self, path: str, now: datetime, faults: Faults) -> _Said:
        if path in ("/crl/root.crl", "/crl/issuing.crl"):
            name = path.removeprefix("/crl/").removesuffix(".crl")
            listed = self.server.answers.revocations(name, at=now, faults=faults)
            return 200, "application/pkix-crl", listed
        name = path.removeprefix("/ca/").removesuffix(".cer")
        if path == f"/ca/{name}.cer" and name in NAMES:
            named = "tsa" if faults.other else name
            return 200, "application/pkix-cert", self.server.authority.der(named)
        if path == "/healthz":
            return 200, "application/json", b'{"stand-in": "authority"}'
        return 404, "text/plain", b"not here"

    def _enrol(self, body: bytes, now: datetime) -> _Said:
        kind, _, secret = self.headers.get("Authorization", "").partition(" ")
        right = hmac.compare_digest(secret.encode(), self.server.authority.secret.encode())
        if kind != "Bearer" or not right:
            return 401, "text/plain", b"the secret is wrong"
        wanted = parse_qs(urlsplit(self.path).query).get("kind", ["personal"])[0]
        try:
            certificate = enrol(self.server.authority, body, kind=wanted, at=now)
        except NotIssuable as refused:
            return 400, "text/plain; charset=utf-8", str(refused).encode()
        return 200, "application/pkix-cert", certificate

    def _faults(self, body: bytes) -> _Said:
        if not self.client_address[0].startswith("127.") or self.command != "POST":
            return 403, "text/plain", b"from this machine only"
        try:
            told = self.server.told.tell(body)
        except WrongFault as wrong:
            return 400, "text/plain; charset=utf-8", str(wrong).encode()
        return 200, "application/json", json.dumps(told).encode()

    def _send(self, status: int, kind: str, content: bytes) -> None:
        """Head and body in one piece: two small ones would wait for each other."""
        self.wfile.write(self._head(status, kind, len(content)) + content)

    def _send_badly(self, status: int, kind: str, content: bytes, faults: Faults) -> None:
        self.close_connection = True
        self.wfile.write(self._head(status, kind, len(content)))
        if faults.half:
            self.wfile.write(content[: len(content) // 2])
            return
        for one in content:
            self.wfile.write(bytes((one,)))
            time.sleep(faults.drip)

    def _head(self, status: int, kind: str, length: int) -> bytes:
        about = f"HTTP/1.1 {status} -\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n"
        return about.encode() + (b"Connection: close\r\n\r\n" if self.close_connection else b"\r\n")

    def log_message(self, format: str, *args: object) -> None:
        """Requests are in the record."""


def _from_path(said: str) -> bytes:
    """The request of a GET: base64 in the path (RFC 6960, A.1)."""
    try:
        return base64.b64decode(unquote(said), validate=True)
    except (ValueError, binascii.Error):
        return b""


def serve(*, folder: Path, port: int) -> None:
    """Answer until a signal ends it; NoPlace when the port is taken."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    serve_until_ended(lambda: Server(folder, port), port=port)
