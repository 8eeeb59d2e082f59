"""The axis as a process: ``python -m hoaphuong stand-in axis --port N --folder F``.

``systems.json`` in the folder has the secret of each system that may connect; it is made with one
system at the first start. ``POST /_faults`` tells the axis what to do wrong,
``POST /_partners/send`` has an invented partner send a document.
"""

import json
import secrets
import time
import uuid
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from hoaphuong.exchange.axis.checking import Refused, Routed, authentic, routed
from hoaphuong.exchange.axis.mailboxes import Mailboxes, OtherBytes
from hoaphuong.exchange.axis.partners import PARTNERS, SYSTEM, answers, letter
from hoaphuong.exchange.edxml.message import VIETNAM
from hoaphuong.kernel.stand_in import serve_until_ended

HOST = "127.0.0.1"
MOST_BYTES = 70_000_000
FIRST_SYSTEM = "hoaphuong"
FAULTS = {"hang": 0.0, "status": 0, "lose_answer": False, "duplicate": False, "reverse": False}
Said = tuple[int, Any]


class Server(ThreadingHTTPServer):
    """The mailboxes, and the faults asked for now."""

    daemon_threads = True

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__((HOST, port), Handler)
        folder.mkdir(parents=True, exist_ok=True)
        self.systems = _systems(folder / "systems.json")
        self.mailboxes = Mailboxes(folder)
        for code, name in PARTNERS.items():
            self.mailboxes.register(code, name, SYSTEM)
        self.faults: dict[str, Any] = dict(FAULTS)

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
            return self._answer(413, {"fault": "too large"})
        return self._handle(self.rfile.read(int(length)))

    def _handle(self, body: bytes) -> None:
        path = unquote(urlsplit(self.path).path)
        orders = {"/_faults": self._tell, "/_partners/send": self._partner, "/_put": self._put}
        if self.command == "POST" and path in orders:
            try:
                return self._answer(*orders[path](json.loads(body or b"{}")))
            except (ValueError, KeyError, TypeError) as fault:
                return self._answer(400, {"fault": str(fault)})
        faults = self.server.faults
        if faults["hang"]:
            time.sleep(faults["hang"])
        if faults["status"]:
            return self._answer(faults["status"], {"fault": "as told"})
        status, said = self._ask(path, body)
        self.server.mailboxes.note(self.command, path, self.headers.get("systemid", ""), status)
        if faults["lose_answer"] and self.command == "POST":
            self.close_connection = True
            return None
        return self._answer(status, said)

    def _answer(self, status: int, said: Any) -> None:
        raw = said if isinstance(said, bytes) else json.dumps(said, ensure_ascii=False).encode()
        self.send_response(status)
        kind = "application/xml" if isinstance(said, bytes) else "application/json"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: Any) -> None:
        """The database of calls is the log."""

    def _ask(self, path: str, body: bytes) -> Said:
        system = self.headers.get("systemid", "")
        known = authentic(
            secret=self.server.systems.get(system, ""),
            system=system,
            timestamp=self.headers.get("timestamp", ""),
            content_type=self.headers.get("Content-Type", ""),
            body=body,
            given=self.headers.get("signature", ""),
            now_ms=time.time() * 1000,
        )
        if system not in self.server.systems or not known:
            return 401, {"fault": "not who it says, or too long ago"}
        if self.headers.get("servicetype") != "eDoc":
            return 400, {"fault": "servicetype"}
        boxes = self.server.mailboxes
        match self.command, path.strip("/").split("/"):
            case "GET", ["agencies"]:
                rows = boxes.agencies()
                return 200, [{"code": c, "name": n, "ours": s == system} for c, n, s in rows]
            case "POST", ["agencies"]:
                return self._register(system, body)
            case "GET", ["edocs", "received"]:
                return 200, self._received(system)
            case "GET", ["edocs", "sent"]:
                return 200, _listed(boxes.sent(self.headers.get("from", "")))
            case "GET", ["edocs", id]:
                found = boxes.content(id, system)
                return (404, {"fault": "no such message"}) if found is None else (200, found)
            case "POST", ["edocs", id, "status"]:
                return self._mark(system, id, body)
            case "POST", ["edocs"]:
                return self._send(system, body)
        return 404, {"fault": "no such place"}

    def _received(self, system: str) -> list[dict[str, str]]:
        rows = _listed(self.server.mailboxes.waiting(system))
        if self.server.faults["reverse"]:
            rows.reverse()
        return rows * 2 if self.server.faults["duplicate"] else rows

    def _register(self, system: str, body: bytes) -> Said:
        try:
            asked = json.loads(body)
            done = self.server.mailboxes.register(asked["code"], asked["name"], system)
        except (ValueError, KeyError, TypeError):
            return 400, {"fault": "code and name are needed"}
        return (200, {}) if done else (409, {"fault": "another system answers for it"})

    def _mark(self, system: str, id: str, body: bytes) -> Said:
        try:
            state = json.loads(body)["status"]
        except (ValueError, KeyError, TypeError):
            state = ""
        if state not in ("processing", "done", "fail"):
            return 400, {"fault": "processing, done or fail"}
        done = self.server.mailboxes.mark(id, system, state)
        return (200, {}) if done else (404, {"fault": "no such message"})

    def _send(self, system: str, body: bytes) -> Said:
        sender, id = self.headers.get("from", ""), self.headers.get("messageid", "")
        boxes = self.server.mailboxes
        if boxes.system_of(sender) != system:
            return 422, {"fault": "the sender is not registered for this system"}
        try:
            message = routed(body)
            if message.kind != self.headers.get("messagetype") or message.sender != sender:
                raise Refused("the headers say something else than the message")
            if missing := [code for code in message.to if not boxes.system_of(code)]:
                raise Refused(f"nobody has the code {missing[0]}")
            if not id:
                raise Refused("messageid")
            first = boxes.put(id=id, kind=message.kind, sender=sender, to=message.to, content=body)
        except Refused as fault:
            return 422, {"fault": str(fault)}
        except OtherBytes:
            return 409, {"fault": "this id is another message's"}
        if first:
            self._let_partners_answer(message)
        return 200, {"id": id, "first": first}

    def _let_partners_answer(self, message: Routed) -> None:
        for code in message.to:
            if code in PARTNERS:
                at = datetime.now(VIETNAM)
                for status, content in answers(message, code, at=at):
                    self.server.mailboxes.put(
                        id=f"{uuid.uuid4().hex}-{status}", kind="status", sender=code,
                        to=[message.sender], content=content,
                    )  # fmt: skip

    def _tell(self, asked: dict[str, Any]) -> Said:
        """The faults from now on; ``{}`` ends all of them."""
        if unknown := asked.keys() - FAULTS.keys():
            return 400, {"fault": f"no such fault: {sorted(unknown)[0]}"}
        self.server.faults = FAULTS | asked
        return 200, self.server.faults

    def _partner(self, asked: dict[str, Any]) -> Said:
        """A partner sends a document: ``from``, ``to``, ``number``, ``subject`` and what else."""
        sender, to = asked.pop("from"), asked.pop("to")
        content = letter(sender=sender, to=to, at=datetime.now(VIETNAM), **asked)
        id = uuid.uuid4().hex
        self.server.mailboxes.put(id=id, kind="edoc", sender=sender, to=[to], content=content)
        return 200, {"id": id}

    def _put(self, asked: dict[str, Any]) -> Said:
        """Any text at all comes into a mailbox, as from a broken program of a partner."""
        id = uuid.uuid4().hex
        content = str(asked["content"]).encode()
        boxes, kind = self.server.mailboxes, str(asked.get("kind", "edoc"))
        boxes.put(id=id, kind=kind, sender=asked["from"], to=[asked["to"]], content=content)
        return 200, {"id": id}


def _systems(path: Path) -> dict[str, str]:
    """Name → secret; made at the first start, and there as a whole or not at all.

    Who connects a worker waits for this file and reads it at once.
    """
    if not path.exists():
        making = path.with_suffix(".making")
        making.touch(mode=0o600)
        making.write_text(json.dumps({FIRST_SYSTEM: secrets.token_hex(24)}))
        making.replace(path)
    found: dict[str, str] = json.loads(path.read_text())
    return found


def _listed(rows: list[tuple[str, str, str, str]]) -> list[dict[str, str]]:
    return [dict(zip(("id", "kind", "from", "to"), row, strict=True)) for row in rows]


def serve(*, folder: Path, port: int) -> None:
    """Answer until a signal ends it; NoPlace when the port is taken."""
    serve_until_ended(lambda: Server(folder, port), port=port)
