"""The city connected to an axis of its own."""

from collections.abc import Iterator

import pytest

from hoaphuong.exchange.tests.axis_at_work import Running, connected


@pytest.fixture
def axis(tmp_path, monkeypatch) -> Iterator[Running]:
    with connected(tmp_path / "axis", monkeypatch) as running:
        yield running
