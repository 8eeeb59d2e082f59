"""The post as a process: ``hoaphuong stand-in post --port N --second-port M --folder F``.

HTTP at the port: ``POST /sms``, ``POST /message/template`` (Zalo), ``POST /_faults``, and a page of
all messages; SMTP at the second port. The folder gets the secrets by which a city is known here.
It shares a small machine with the city, and so loads little.
"""

import json
import os
import threading
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import TYPE_CHECKING, Any

from hoaphuong.kernel.stand_in import serve_until_ended
from hoaphuong.notices.post import gateways
from hoaphuong.notices.post.faults import Faults
from hoaphuong.notices.post.keeping import Kept
from hoaphuong.notices.post.page import drawn
from hoaphuong.notices.post.smtp import HOST, MailServer

if TYPE_CHECKING:
    import ssl

MOST_BYTES = 100_000
SECRETS = ("smtp_password", "sms_key", "zalo_token")
HTML, JSON = "text/html; charset=utf-8", "application/json"
GATEWAYS = {"/sms": ("sms", gateways.sms), "/message/template": ("zalo", gateways.zalo)}


class Post(ThreadingTCPServer):
    """The gateways and the page; ``mail`` is the mail server beside them."""

    daemon_threads = allow_reuse_address = True

    def __init__(
        self, folder: Path, port: int, mail_port: int, *, tls: "ssl.SSLContext | None" = None
    ) -> None:
        super().__init__((HOST, port), Asked)
        folder.mkdir(parents=True, exist_ok=True)
        self.keys = {name: _secret(folder / name) for name in SECRETS}
        self.kept, self.faults = Kept(folder), Faults()
        self.mail = MailServer(
            mail_port, kept=self.kept, faults=self.faults, password=self.keys["smtp_password"],
            tls=tls,
        )  # fmt: skip
        threading.Thread(target=self.mail.serve_forever, args=(0.2,), daemon=True).start()

    def server_close(self) -> None:
        self.mail.shutdown()
        self.mail.server_close()
        super().server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller who went away is no fault of ours."""


def _secret(path: Path) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(os.urandom(24).hex())
    return path.read_text()


class Asked(StreamRequestHandler):
    """One request; the connection ends with it."""

    timeout = 60
    server: Post

    def handle(self) -> None:
        words = self.rfile.readline(4_000).decode("latin-1").split()
        headers: dict[str, str] = {}
        while (line := self.rfile.readline(4_000).strip()) and len(headers) < 50:
            name, _colon, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        length = headers.get("content-length", "0")
        if len(words) < 2 or not length.isdecimal() or int(length) > MOST_BYTES:
            return self._answer(400, {"fault": "not a request, or too large"})
        method, path = words[0], words[1].partition("?")[0]
        body = self.rfile.read(int(length))
        if method == "GET":
            return self._show(path)
        try:
            asked = json.loads(body or b"{}")
        except ValueError:
            return self._answer(400, {"fault": "not JSON"})
        return self._post(path, headers, asked)

    def _show(self, path: str) -> None:
        if path == "/healthz":
            return self._answer(200, {"status": "ok"})
        if path != "/":
            return self._answer(404, {"fault": "no such place"})
        return self._answer(200, drawn(self.server.kept.newest()))

    def _post(self, path: str, headers: dict[str, str], asked: Any) -> None:
        server = self.server
        if path == "/_faults":
            try:
                return self._answer(200, server.faults.tell(asked))
            except ValueError as fault:
                return self._answer(400, {"fault": str(fault)})
        if path not in GATEWAYS:
            return self._answer(404, {"fault": "no such place"})
        channel, take = GATEWAYS[path]
        server.faults.hang(channel)
        faults = server.faults.of(channel)
        status: int
        said: dict[str, Any]
        named = asked if isinstance(asked, dict) else {}
        name = str(named.get("id") or named.get("tracking_id") or "")
        key = server.keys["sms_key" if channel == "sms" else "zalo_token"]
        if faults["status"]:
            status, said = faults["status"], {"fault": "as told"}
            if status < 0:
                status, said = 200, {"error": status, "message": "as told"}
        else:
            status, said = take(headers, asked, key=key, kept=server.kept, faults=server.faults)
        server.kept.note(channel, name, f"{status} {said.get('error', '')}".strip())
        if faults["lose_answer"]:
            return None
        return self._answer(status, said)

    def _answer(self, status: int, said: Any) -> None:
        raw = said if isinstance(said, bytes) else json.dumps(said, ensure_ascii=False).encode()
        head = (
            f"HTTP/1.1 {status} -\r\nContent-Type: {HTML if isinstance(said, bytes) else JSON}\r\n"
            f"Content-Length: {len(raw)}\r\nConnection: close\r\n\r\n"
        )
        self.wfile.write(head.encode() + raw)


def serve(*, folder: Path, port: int, second_port: int) -> None:
    """Answer until a signal ends it; NoPlace when a port is taken."""
    serve_until_ended(lambda: Post(folder, port, second_port), port=port)
