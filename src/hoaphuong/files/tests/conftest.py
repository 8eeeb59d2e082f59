import pytest


@pytest.fixture
def home(db, settings, tmp_path):
    """A data folder of this test alone."""
    settings.HOME = tmp_path
    return tmp_path
