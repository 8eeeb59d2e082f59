"""A city in which every row holds strings that occur nowhere else."""

import pytest

from tests import planted_fees
from tests.planted import Planted, plant


@pytest.fixture
def planted(city, settings) -> Planted:
    settings.DEMO = False
    settings.TRACKING_PER_MINUTE = 100_000
    settings.PAYMENTS = {"vietqr": planted_fees.PAID_INTO}
    return plant()
