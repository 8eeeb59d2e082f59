"""The caller's address is what the trusted proxies saw, never what a caller writes."""

import pytest
from django.http import HttpResponse

from hoaphuong.web.client_address import ClientAddress


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.7", "10.0.0.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "1.2.3.4, 203.0.113.7", "203.0.113.7"),
        (2, "1.2.3.4, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (1, "2001:DB8::1", "2001:db8::1"),
        (2, "203.0.113.7", "10.0.0.1"),
        (1, "unknown", "10.0.0.1"),
        (1, "", "10.0.0.1"),
    ],
)
def test_an_invented_address_is_never_believed(rf, settings, proxies, forwarded, address):
    settings.PROXIES = proxies
    seen = []
    ClientAddress(lambda request: seen.append(request.META["REMOTE_ADDR"]) or HttpResponse())(
        rf.get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="10.0.0.1")
    )
    assert seen == [address]


@pytest.mark.django_db
def test_two_callers_behind_one_proxy_have_an_allowance_each(client, city, settings):
    settings.PROXIES, settings.TRACKING_PER_MINUTE = 1, 2

    def look(address):
        return client.get("/tra-cuu", headers={"X-Forwarded-For": address}).status_code

    assert [look("203.0.113.7") for _ in range(3)] == [200, 200, 429]
    assert look("203.0.113.8") == 200
