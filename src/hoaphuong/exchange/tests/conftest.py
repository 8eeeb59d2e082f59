"""The city connected to an axis of its own."""

from collections.abc import Iterator

import pytest

from hoaphuong.exchange import jobs
from hoaphuong.exchange.tests.axis_at_work import Running, in_a_thread


@pytest.fixture
def axis(tmp_path, monkeypatch) -> Iterator[Running]:
    with in_a_thread(tmp_path / "axis") as running:
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        jobs._book_read_at.clear()
        yield running
        jobs._book_read_at.clear()
