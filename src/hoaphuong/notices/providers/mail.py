"""E-mail by SMTP (RFC 5321): one message, one connection.

A server has no duty to count a message once that it is given twice. The ``Message-ID`` is made
of the message's key, so that mail stores which drop repeats, and readers, recognise one.
"""

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from hoaphuong.notices.providers.base import (
    Message,
    ProviderFault,
    Refused,
    SignInRefused,
    UnknownRecipient,
)

# For the whole of it; the socket's own limit is for each answer.
MOST_S = 45.0
_UNKNOWN = {550, 551, 553, 556}


@dataclass(frozen=True)
class Mail:
    """A mail server: ``tls`` is ``starttls``, ``ssl`` or ``none``; it is signed in to with a user.

    ``sender`` is a bare address, ``called`` the name in front of it.
    """

    host: str
    port: int
    sender: str
    called: str = ""
    tls: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    seconds: float = 10.0
    trusted: ssl.SSLContext | None = None

    def send(self, message: Message) -> str:
        """Give the message to the server; ProviderFault, Refused."""
        try:
            letter = self.letter(message)
        except (ValueError, HeaderParseError) as fault:
            raise Refused(type(fault).__name__) from fault
        try:
            with self._connected() as server, _within(MOST_S, server):
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(letter, from_addr=self.sender, to_addrs=[message.to])
        except smtplib.SMTPAuthenticationError as fault:
            raise SignInRefused(str(fault.smtp_code)) from fault
        except smtplib.SMTPRecipientsRefused as fault:
            code = next((code for code, _said in fault.recipients.values()), 0)
            raise _refusal(code, recipient=True) from fault
        except smtplib.SMTPResponseException as fault:
            raise _refusal(fault.smtp_code) from fault
        except (smtplib.SMTPException, OSError) as fault:
            raise ProviderFault(type(fault).__name__) from fault
        return str(letter["Message-ID"])

    def letter(self, message: Message) -> EmailMessage:
        """The message as it goes; a header with a line break in it is a ValueError."""
        letter = EmailMessage(policy=SMTP)
        letter["From"] = Address(self.called, addr_spec=self.sender)
        letter["To"] = Address(addr_spec=message.to)
        letter["Subject"] = message.subject
        letter["Message-ID"] = f"<{message.key}@{self.sender.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(message.text)
        return letter

    def _connected(self) -> smtplib.SMTP:
        trusted = self.trusted or ssl.create_default_context()
        if self.tls == "ssl":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.seconds, context=trusted)
        server = smtplib.SMTP(self.host, self.port, timeout=self.seconds)
        if self.tls == "starttls":
            try:
                server.starttls(context=trusted)
            except BaseException:
                server.close()
                raise
        return server


def _refusal(code: int, *, recipient: bool = False) -> ProviderFault:
    """A 5xx is for good, everything else for now."""
    if not 500 <= code < 600:
        return ProviderFault(str(code))
    return UnknownRecipient(str(code)) if recipient and code in _UNKNOWN else Refused(str(code))


@contextlib.contextmanager
def _within(seconds: float, server: smtplib.SMTP) -> Iterator[None]:
    """End the connection when all of it takes too long: a server may answer byte by byte."""

    def end() -> None:
        with contextlib.suppress(OSError):
            if server.sock is not None:
                server.sock.shutdown(socket.SHUT_RDWR)

    watch = threading.Timer(seconds, end)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
