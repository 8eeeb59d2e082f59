"""A mail server (RFC 5321) with sign-in (RFC 4954) and TLS when it has a certificate."""

import base64
import binascii
import re
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import TYPE_CHECKING

from hoaphuong.notices.post.faults import Faults
from hoaphuong.notices.post.keeping import Kept, OtherContent

if TYPE_CHECKING:  # heavy, and not needed without a certificate
    import ssl

HOST = "127.0.0.1"
USER = "hoaphuong"
MOST_BYTES, MOST_LINE = 200_000, 2_000
_PATH = re.compile(r"(?:FROM|TO):\s*<([^<>\s]*)>", re.IGNORECASE)
_MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([0-9A-Za-z.-]+)@[^<>\s]+>\r?$", re.M | re.I)
_SUBJECT = re.compile(rb"^Subject: (.*(?:\r?\n[ \t].*)*)", re.M | re.I)


class MailServer(ThreadingTCPServer):
    """Takes letters for anyone from whom it knows."""

    daemon_threads = allow_reuse_address = True

    def __init__(
        self, port: int, *, kept: Kept, faults: Faults, password: str, tls: "ssl.SSLContext | None"
    ) -> None:
        super().__init__((HOST, port), Letters)
        self.kept, self.faults, self.password, self.tls = kept, faults, password, tls

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller who went away is no fault of ours."""


class Letters(StreamRequestHandler):
    """One connection."""

    timeout = 60
    server: MailServer

    def setup(self) -> None:
        super().setup()
        self.known = self.secured = False
        self._forget()

    def _forget(self) -> None:
        self.sender, self.to = "", list[str]()

    def handle(self) -> None:
        self.server.faults.hang("email")
        self._say("220 post.invalid ESMTP")
        while line := self.rfile.readline(MOST_LINE):
            verb, _space, rest = line.decode("ascii", "replace").strip().partition(" ")
            if verb.upper() == "QUIT":
                return self._say("221 bye")
            answer = self._answer(verb.upper(), rest)
            if answer is None:
                return None  # taken, and the answer is lost
            self._say(answer)
        return None

    def _say(self, text: str) -> None:
        self.wfile.write(text.replace("\n", "\r\n").encode() + b"\r\n")

    def _answer(self, verb: str, rest: str) -> str | None:
        match verb:
            case "EHLO":
                return "\n".join(["250-post.invalid", *self._offers(), "250 8BITMIME"])
            case "HELO" | "NOOP":
                return "250 ok"
            case "RSET":
                self._forget()
                return "250 ok"
            case "STARTTLS" if self.server.tls and not self.secured:
                return self._secure()
            case "AUTH":
                return self._sign_in(rest)
            case "MAIL" | "RCPT" | "DATA":
                return self._letter(verb, rest) if self.known else "530 5.7.0 sign in first"
        return "502 5.5.1 not known here"

    def _offers(self) -> list[str]:
        if self.server.tls and not self.secured:
            return ["250-STARTTLS"]
        return ["250-AUTH PLAIN LOGIN", f"250-SIZE {MOST_BYTES}"]

    def _secure(self) -> str:
        assert self.server.tls
        self._say("220 go ahead")
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)
        self.secured = True
        self._forget()
        line = self.rfile.readline(MOST_LINE).decode("ascii", "replace").strip()
        verb, _space, rest = line.partition(" ")
        return self._answer(verb.upper(), rest) or ""

    def _sign_in(self, rest: str) -> str:
        if self.server.tls and not self.secured:
            return "538 5.7.11 only over TLS"
        how, _space, first = rest.partition(" ")
        try:
            if how.upper() == "PLAIN":
                given = self._decoded(first or self._asked("334 "))
                _who, user, password = given.split("\0")
            else:
                user = self._decoded(first or self._asked("334 VXNlcm5hbWU6"))
                password = self._decoded(self._asked("334 UGFzc3dvcmQ6"))
        except (ValueError, binascii.Error):
            return "501 5.5.2 cannot be read"
        self.known = (user, password) == (USER, self.server.password)
        return "235 2.7.0 welcome" if self.known else "535 5.7.8 not known"

    def _asked(self, text: str) -> str:
        self._say(text)
        return self.rfile.readline(MOST_LINE).decode("ascii", "replace").strip()

    @staticmethod
    def _decoded(text: str) -> str:
        return base64.b64decode(text, validate=True).decode()

    def _letter(self, verb: str, rest: str) -> str | None:
        named = _PATH.match(rest)
        if verb == "MAIL" and named:
            self._forget()
            self.sender = named[1]
            return "250 ok"
        if verb == "RCPT" and named and self.sender:
            if named[1] in self.server.faults.of("email")["reject"]:
                self.server.kept.note("email", "", "550")
                return "550 5.1.1 nobody of this name"
            self.to.append(named[1])
            return "250 ok"
        if verb == "DATA" and self.to:
            self._say("354 go on, end with a point")
            return self._take(self._read())
        return "503 5.5.1 not now"

    def _read(self) -> bytes:
        lines, size = [], 0
        while line := self.rfile.readline(MOST_LINE):
            if line == b".\r\n":
                break
            size += len(line)
            if size <= MOST_BYTES:
                lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines) if size <= MOST_BYTES else b""

    def _take(self, content: bytes) -> str | None:
        faults, kept = self.server.faults.of("email"), self.server.kept
        head = content.partition(b"\r\n\r\n")[0]
        found = _MESSAGE_ID.findall(head)
        key = found[0].decode() if len(found) == 1 else ""
        said = self._judged(head, key) or str(faults["status"] or "")
        if not said:
            subject = _SUBJECT.search(head)
            try:
                kept.put(
                    channel="email", key=key, to=",".join(self.to), content=content,
                    subject=subject[1].decode("ascii", "replace") if subject else "",
                )  # fmt: skip
            except OtherContent:
                said = "554"
        self._forget()
        kept.note("email", key, said or "250")
        if faults["lose_answer"] and not said:
            return None
        return f"{said} not taken" if said else "250 2.0.0 taken"

    def _judged(self, head: bytes, key: str) -> str:
        """A letter that is not from and to whom the envelope says is not taken."""
        names = [line.partition(b":")[0].lower() for line in head.split(b"\r\n")]
        lines = head.split(b"\r\n")
        wanted = {b"from": [self.sender], b"to": self.to}
        for name, addresses in wanted.items():
            own = [line for line, known in zip(lines, names, strict=True) if known == name]
            if len(own) != 1 or not all(one.encode() in own[0] for one in addresses):
                return "554"
        return "" if key and names.count(b"subject") == 1 else "554"
