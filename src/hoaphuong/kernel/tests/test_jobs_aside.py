"""A job that waits for other machines runs beside the others, one turn at a time."""

import threading

import pytest

from hoaphuong.kernel.jobs import aside

pytestmark = pytest.mark.django_db(transaction=False)


def test_a_turn_that_hangs_holds_up_nobody_and_is_not_begun_twice():
    begun, let_go, ended = threading.Semaphore(0), threading.Event(), threading.Semaphore(0)

    def hang():
        begun.release()
        let_go.wait(20)
        ended.release()
        raise ValueError("a failed turn is begun again")

    start = aside("test.hang", hang)
    assert start() is False
    assert begun.acquire(timeout=20)
    start()
    assert not begun.acquire(blocking=False)
    let_go.set()
    assert ended.acquire(timeout=20)
    _join("test.hang")
    start()
    assert begun.acquire(timeout=20)
    _join("test.hang")  # what it logs belongs to this test, not to whichever comes next


def _join(name: str) -> None:
    for thread in threading.enumerate():
        if thread.name == name:
            thread.join(20)
            assert not thread.is_alive()
