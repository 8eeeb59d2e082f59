"""The bank as a process: ``python -m hoaphuong stand-in bank --port N --folder F``.

``merchants.json`` in the folder has the city's names and secrets; it is made at the first start.
HOAPHUONG_PUBLIC_ADDRESS is where the city is told of payments. ``POST /_faults`` tells the bank
what to do wrong, such as ``{"provider": "vnpay", "fault": "twice", "next": 1}``; ``{}`` ends all.
"""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from hoaphuong.kernel.stand_in import serve_until_ended
from hoaphuong.payments.bank import faults, gateway, notices, pages, platform
from hoaphuong.payments.bank.books import Books
from hoaphuong.payments.bank.desk import GONE, HTML, JSON, Desk, LostAnswer, Said, as_json
from hoaphuong.payments.bank.merchants import merchants

HOST = "127.0.0.1"
MOST_BYTES = 100_000


class Server(ThreadingHTTPServer):
    """The books, and whoever tells the city."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, folder: Path, port: int, city: str) -> None:
        super().__init__((HOST, port), Handler)
        folder.mkdir(parents=True, exist_ok=True)
        known, self.books = merchants(folder), Books(folder)
        address, city = f"http://{HOST}:{self.server_address[1]}", city.rstrip("/")
        self.desk = Desk(self.books, known, address, city)
        self.tellers = [
            notices.Teller(name, self.books, known, city) for name in (gateway.NAME, platform.NAME)
        ]
        for teller in self.tellers:
            teller.start()

    def server_close(self) -> None:
        for teller in self.tellers:
            teller.stopping.set()
        super().server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller who went away is no fault of ours."""


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "HoaPhuongDemonstration", ""
    timeout = 60
    server: Server

    def do_GET(self) -> None:
        self._handle(b"")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            self.close_connection = True
            return self._answer(413, JSON, b"{}")
        return self._handle(self.rfile.read(int(length)))

    def _handle(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        try:
            said = self._ask(unquote(parts.path), parts.query, body)
        except LostAnswer:
            self.close_connection = True
            return None
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            said = (400, JSON, as_json({"fault": str(fault)}))
        return self._answer(*said)

    def _answer(self, status: int, kind: str, raw: bytes) -> None:
        self.send_response(status)
        if status == 303:
            self.send_header("Location", kind)
            kind = HTML
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(raw)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'",
        )
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: Any) -> None:
        """The books are the log."""

    def _ask(self, path: str, query: str, body: bytes) -> Said:
        books, desk = self.server.books, self.server.desk
        match self.command, path.strip("/").split("/"):
            case "GET", [""]:
                known = desk.known
                return 200, HTML, pages.front(books.newest(20), known.account, known.holder)
            case "GET", ["healthz"]:
                return 200, JSON, b'{"status": "ok"}'
            case "GET", ["style.css"]:
                return 200, "text/css", pages.STYLE.encode()
            case "GET", ["paymentv2", "vpcpay.html"]:
                return desk.gateway(query)
            case "POST", ["merchant_webapi", "api", "transaction"]:
                return self._answered(gateway.NAME, desk.transaction, body)
            case "POST", ["payment", "init"]:
                return self._answered(platform.NAME, desk.init, body)
            case "POST", ["payment", "query"]:
                return self._answered(platform.NAME, desk.state, body)
            case "GET", ["pay", token]:
                return desk.page(token)
            case "POST", ["pay", token]:
                return desk.pay(token, _form(body))
            case "GET", ["vietqr"]:
                return desk.transfer(_form(query.encode()), now=False)
            case "POST", ["vietqr"]:
                return desk.transfer(_form(body), now=True)
            case "GET", ["lists", provider, name]:
                return desk.listed(provider, name)
            case "GET", ["statements", account, name]:
                return desk.statement(account, name)
            case "GET", ["_notices"]:
                return 200, JSON, as_json({"waiting": books.waiting_notices()})
            case "POST", ["_faults"]:
                return self._tell(body)
        return GONE

    def _answered(self, provider: str, act: Any, body: bytes) -> Said:
        kind = self.server.desk.do_wrong(provider, "answer")
        if kind == "status":
            return 500, JSON, b'{"fault": "as told"}'
        asked = json.loads(body)
        if not isinstance(asked, dict):
            raise ValueError("an object is needed")
        said = act(asked, kind)
        if kind == "lose_answer":
            raise LostAnswer
        return 200, JSON, as_json(said)

    def _tell(self, body: bytes) -> Said:
        """Faults from now on; only a program says so, never a form of another page."""
        if self.headers.get("Content-Type") != JSON:
            return 415, JSON, as_json({"fault": JSON})
        asked = json.loads(body or b"{}")
        if asked:
            self.server.books.tell_fault(**faults.read(asked))
        else:
            self.server.books.end_faults()
        return 200, JSON, b"{}"


def _form(raw: bytes) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(raw.decode("utf-8", "replace")).items()}


def serve(*, folder: Path, port: int) -> None:
    """Answer until a signal ends it; NoPlace when the port is taken."""
    city = os.environ.get("HOAPHUONG_PUBLIC_ADDRESS", "http://127.0.0.1:8000")
    serve_until_ended(lambda: Server(folder, port, city), port=port)
