"""A city in which every row holds strings that occur nowhere else."""

import copy
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import transaction

from hoaphuong.command.prepare import load_city
from tests import planted_fees
from tests.planted import Planted, plant


@pytest.fixture(scope="module")
def planted_once(
    django_db_setup, django_db_blocker, tmp_path_factory
) -> Iterator[tuple[Planted, Path]]:
    """Planted for all tests of a module, and its data folder; each test is undone by itself."""
    home = tmp_path_factory.mktemp("planted")
    with (
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        patch.setattr(django_settings, "HOME", home)
        patch.setattr(django_settings, "DEMO", False)
        load_city()
        yield plant(), home
        transaction.set_rollback(True)


@pytest.fixture
def planted(planted_once, db, settings, monkeypatch) -> Planted:
    found, settings.HOME = planted_once
    settings.DEMO = False
    settings.TRACKING_PER_MINUTE = 100_000
    settings.PAYMENTS = planted_fees.PROVIDERS
    for name in ("VNPAY", "PAYPLAT"):
        monkeypatch.setenv(f"HOAPHUONG_{name}_SECRET", "only-for-tests")
    return copy.deepcopy(found)
