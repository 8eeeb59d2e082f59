"""The API asked everything its own schema allows, and what it forbids: it never breaks."""

from functools import cache

import pytest
import schemathesis
from django.conf import settings as city_settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hoaphuong.dossiers.tests import test_api
from hoaphuong.identity import queries as identity
from hoaphuong.web.urls import api
from hoaphuong.web.wsgi import application
from tests.second_factor import pass_second_factor

pytestmark = pytest.mark.django_db
dossier = test_api.dossier
OPERATIONS = [
    (method.upper(), path)
    for path, operations in api.get_openapi_schema()["paths"].items()
    for method in operations
]
TOKEN = "a" * 32


@pytest.fixture
def unhurried(settings):
    """No limit to look-ups, and a request does not close the connection of the test around it."""
    settings.TRACKING_PER_MINUTE = 1_000_000
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@cache
def api_schema():
    """What the city says of its own API; the same for every test."""
    return schemathesis.openapi.from_wsgi("/api/openapi.json", application)


def ask_everything(method, path, *, key="", **sent):
    """25 requests, right and wrong; the statuses of the answers."""
    operation = api_schema()[path][method]
    modes = list(schemathesis.GenerationMode)
    cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes))
    statuses = set()

    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def ask(case):
        if key and "key" in case.path_parameters:
            case.path_parameters["key"] = key
        case.cookies = {}
        answer = case.call(**sent)
        assert answer.status_code < 500
        statuses.add(answer.status_code)

    ask()
    return statuses


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_passer_by_never_breaks_it(city, unhurried, method, path):
    assert ask_everything(method, path)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_an_officer_with_a_dossier_never_breaks_it(dossier, unhurried, method, path):
    client = Client()
    client.force_login(identity.demo_account("lan"))
    pass_second_factor(client, identity.demo_account("lan"))
    cookies = {
        city_settings.SESSION_COOKIE_NAME: client.cookies[city_settings.SESSION_COOKIE_NAME].value,
        city_settings.CSRF_COOKIE_NAME: TOKEN,
    }
    headers = {"X-CSRFToken": TOKEN}
    statuses = ask_everything(method, path, key=dossier.key, cookies=cookies, headers=headers)
    # Otherwise nothing behind the door was tried.
    assert 401 not in statuses
    if path.startswith("/api/dossiers/{key}"):
        assert statuses & {200, 409}
