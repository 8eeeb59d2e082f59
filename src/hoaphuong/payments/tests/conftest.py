"""The city connected to a bank of its own."""

from collections.abc import Iterator

import pytest

from hoaphuong.payments import api
from hoaphuong.payments.tests.bank_at_work import Running, in_a_thread


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    api.limiter.cache_clear()
    yield
    api.limiter.cache_clear()


@pytest.fixture
def bank(tmp_path, settings) -> Iterator[Running]:
    with in_a_thread(tmp_path / "bank") as running:
        settings.DEMO = True
        settings.BANK, settings.BANK_MERCHANTS = running.address, tmp_path / "bank/merchants.json"
        settings.OUTSIDE_ORIGINS = [running.address]
        yield running
