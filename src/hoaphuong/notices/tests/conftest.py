"""The city connected to a post of its own."""

from collections.abc import Iterator

import pytest

from hoaphuong.notices.tests.post_at_work import Running, in_a_thread


@pytest.fixture
def post(tmp_path, settings) -> Iterator[Running]:
    with in_a_thread(tmp_path / "post") as running:
        settings.NOTICES = running.channels()
        yield running
