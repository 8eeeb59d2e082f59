"""A stand-in for an outside system as a process: it answers until a signal ends it."""

import signal
import threading
from collections.abc import Callable
from socketserver import BaseServer


class NoPlace(Exception):
    """The port is taken; the text says which."""


def serve_until_ended(make: Callable[[], BaseServer], *, port: int) -> None:
    """Answer until SIGTERM or SIGINT; NoPlace when the server cannot have its port."""
    try:
        server = make()
    except OSError as taken:
        raise NoPlace(f"port {port} cannot be used: {taken.strerror or taken}") from taken

    def end(signum: int, frame: object) -> None:
        # Not from here: shutdown waits for the loop that this handler interrupts.
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    server.serve_forever(poll_interval=0.2)
    server.server_close()
