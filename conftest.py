"""Fixtures for every test: a data folder of its own, the city's agencies, real processes."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

# How long an example takes depends on what else the machine does; tests have a time limit.
hypothesis_settings.register_profile("house", deadline=None)
hypothesis_settings.load_profile("house")
os.environ.setdefault(
    "HOAPHUONG_HOME", str(Path(os.environ.get("TMPDIR", "/tmp")) / f"hoaphuong-tests-{os.getpid()}")
)

from tests.loaded import Loaded  # noqa: E402
from tests.processes import City, Template, template_for  # noqa: E402

SHARED_DATA = Path(__file__).resolve().parent.parent / "shared" / "data"


# Without one of these a test cannot reach a database, and so answers the same on each of them.
REACHING = {"db", "transactional_db", "city_template"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what a database can answer otherwise is run again."""
    if not os.environ.get("DATABASE_URL"):
        return
    again, same = [], []
    for item in items:
        if item.get_closest_marker("slow_on_postgresql"):
            item.add_marker("slow")
        reaches = item.get_closest_marker("django_db") or REACHING & set(item.fixturenames)
        one_is_enough = item.get_closest_marker("one_database") or not reaches
        (same if one_is_enough else again).append(item)
    items[:] = again
    config.hook.pytest_deselected(items=same)


@pytest.hookimpl(trylast=True, specname="pytest_collection_modifyitems")
def longest_first(items: list[pytest.Item]) -> None:
    """Real processes first: with short tests at the end all workers end at the same time."""
    items.sort(key=lambda item: "city_template" not in getattr(item, "fixturenames", ()))


@pytest.fixture(autouse=True)
def home(settings, tmp_path: Path) -> Path:
    """The data folder of this test alone."""
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()
    settings.EMAIL_FILE_PATH = settings.HOME / "outbox"
    return settings.HOME


@pytest.fixture(autouse=True)
def fresh_memory() -> Iterator[None]:
    """What a process keeps in memory about the database is forgotten between tests."""
    from hoaphuong.dossiers.pages.tracking import limiter
    from hoaphuong.identity import queries

    queries.forget_agencies()
    limiter.cache_clear()
    yield
    queries.forget_agencies()
    limiter.cache_clear()


@pytest.fixture(autouse=True)
def vietnamese() -> Iterator[None]:
    """Whatever language a test left behind, the next one begins in Vietnamese."""
    from django.utils import translation

    with translation.override("vi"):
        yield


@pytest.fixture(scope="session")
def loaded() -> Loaded:
    """The rows of a fresh city and of its demonstration, made once and written for each test."""
    return Loaded()


@pytest.fixture
def city(db, loaded: Loaded) -> None:
    """Agencies and shipped procedures, as a fresh city has them."""
    from hoaphuong.command.prepare import load_city
    from hoaphuong.identity import queries

    loaded.write("city", load_city)
    queries.forget_agencies()


@pytest.fixture
def demo_city(city, loaded: Loaded, settings) -> None:
    """The city in demonstration mode with its personas."""
    from hoaphuong.identity import demo

    def people() -> None:
        demo._personas()
        demo._second_factors()

    settings.DEMO = True
    loaded.write("demo", people)


@pytest.fixture(scope="session")
def city_template(tmp_path_factory) -> Iterator[Template]:
    """A prepared demonstration city, made once a run and copied for each test that commits."""
    with template_for(tmp_path_factory.mktemp("template")) as template:
        yield template


@pytest.fixture
def real_city(city_template: Template, tmp_path: Path) -> Iterator[City]:
    """A copy of the prepared city with real processes; all of them end with the test."""
    with city_template.copied(tmp_path / secrets.token_hex(4)) as city:
        yield city


@pytest.fixture
def shared_data() -> Path:
    """The folder of real files, or a skip that says so."""
    if not SHARED_DATA.exists():
        pytest.skip("../shared/data is absent")
    return SHARED_DATA
