"""A stand-in's process answers until a signal ends it, and says when it cannot have its port."""

import signal
import socket
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hoaphuong.kernel.stand_in import NoPlace, serve_until_ended

PROCESS = """
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from hoaphuong.kernel.stand_in import serve_until_ended

class Server(ThreadingHTTPServer):
    def service_actions(self):  # of the loop that a signal ends
        print("ready", flush=True)

serve_until_ended(lambda: Server(("127.0.0.1", 0), BaseHTTPRequestHandler), port=0)
print("ended", flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(how):
    child = subprocess.Popen([sys.executable, "-c", PROCESS], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    child.send_signal(how)
    said, _ = child.communicate(timeout=20)
    assert said.splitlines()[-1] == "ended"
    assert child.returncode == 0


def test_a_port_that_is_taken_is_named():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(NoPlace, match=rf"port {port} cannot be used: Address already in use"):
            serve_until_ended(
                lambda: ThreadingHTTPServer(("127.0.0.1", port), BaseHTTPRequestHandler), port=port
            )
