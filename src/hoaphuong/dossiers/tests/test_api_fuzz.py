"""The API asked everything its own schema allows, and what it forbids: it never breaks."""

import pytest
import schemathesis
from django.conf import settings as city_settings
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error

from hoaphuong.identity import queries as identity
from hoaphuong.web.urls import api
from hoaphuong.web.wsgi import application

pytestmark = pytest.mark.django_db
OPERATIONS = [
    (method.upper(), path)
    for path, operations in api.get_openapi_schema()["paths"].items()
    for method in operations
]


@pytest.fixture
def unhurried(settings):
    settings.TRACKING_PER_MINUTE = 1_000_000


def ask_everything(method, path, headers):
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application)
    operation = schema[path][method]
    modes = list(schemathesis.GenerationMode)
    cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes))

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
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=[not_a_server_error], headers=headers)
        assert answer.status_code < 500

    ask()


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_passer_by_never_breaks_it(city, unhurried, method, path):
    ask_everything(method, path, {})


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_an_officer_never_breaks_it(demo_city, unhurried, method, path):
    client = Client()
    client.force_login(identity.demo_account("lan"))
    session = client.cookies[city_settings.SESSION_COOKIE_NAME].value
    token = "a" * 32
    cookies = f"{city_settings.SESSION_COOKIE_NAME}={session}; csrftoken={token}"
    ask_everything(method, path, {"Cookie": cookies, "X-CSRFToken": token})
