"""Calls to other machines end: in time, whole, and only where they may go."""

import socket
import threading
from contextlib import contextmanager

import pytest

from hoaphuong.kernel.outside import BadAnswer, NoAnswer, NotAllowed, Outside

WHOLE = b"HTTP/1.1 200 -\r\nContent-Length: 4\r\n\r\nfine"


def _request(caller):
    """One request: those with a body have one of one byte."""
    got = caller.recv(65_536)
    while got.startswith(b"POST") and not got.endswith((b"1", b"2")):
        got += caller.recv(65_536)
    return got


@contextmanager
def server(*connections):
    """Answers the requests of each connection in turn with the bytes given, then closes it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        seen = []

        def serve():
            for answers in connections:
                caller, _ = listening.accept()
                with caller:
                    for answer in answers:
                        seen.append(_request(caller))
                        caller.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        yield address, Outside.of([address], seconds=1.0), seen
        thread.join(5)


def test_an_answer_on_a_connection_that_stays_open_ends_with_its_length():
    with server([WHOLE, WHOLE]) as (address, outside, seen):
        line = outside.line(f"{address}/a")
        assert line.post(b"1", content_type="text/plain") == b"fine"
        assert line.post(b"2", content_type="text/plain") == b"fine"
        line.close()
    assert [request.rsplit(b"\r\n", 1)[1] for request in seen] == [b"1", b"2"]


def test_a_connection_that_was_closed_while_idle_is_made_anew():
    with server([WHOLE], [WHOLE]) as (address, outside, seen):
        line = outside.line(f"{address}/a")
        assert line.post(b"1", content_type="text/plain") == b"fine"
        assert line.post(b"2", content_type="text/plain") == b"fine"
        line.close()
    assert len(seen) == 2


def test_a_fresh_connection_that_is_closed_is_not_asked_again():
    with server([b""]) as (address, outside, seen), pytest.raises(NoAnswer):
        outside.line(f"{address}/a").post(b"1", content_type="text/plain")
    assert len(seen) == 1


def test_half_an_answer_is_none():
    with server([WHOLE[:-1]]) as (address, outside, _seen), pytest.raises(NoAnswer):
        outside.get(f"{address}/a")


def test_an_answer_without_a_length_ends_with_the_connection():
    with server([b"HTTP/1.1 200 -\r\n\r\nall of it"]) as (address, outside, _seen):
        assert outside.get(f"{address}/a") == b"all of it"


def test_an_answer_that_is_too_large_is_cut_off():
    large = b"HTTP/1.1 200 -\r\n\r\n" + b"x" * 5_000
    with server([large]) as (address, _outside, _seen):
        outside = Outside.of([address], most_bytes=1_000)
        with pytest.raises(BadAnswer, match="too large"):
            outside.get(f"{address}/a")


def test_only_allowed_addresses_get_a_connection():
    with pytest.raises(NotAllowed):
        Outside.of(["http://127.0.0.1:1"]).line("http://127.0.0.1:2/a")
