"""What every answer carries, and what the request log leaves out."""

import logging

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import ResolverMatch
from django.utils.translation import override

from hoaphuong.web.context import face_of, language_links
from hoaphuong.web.middleware import RequestLines, SecurityHeaders


def answer(request):
    return HttpResponse("")


def test_an_answer_carries_the_policy_that_stops_inline_code():
    headers = SecurityHeaders(answer)(RequestFactory().get("/")).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=(self)" in headers["Permissions-Policy"]


def test_a_view_may_set_a_policy_of_its_own():
    def strict(request):
        return HttpResponse("", headers={"Content-Security-Policy": "sandbox"})

    assert SecurityHeaders(strict)(RequestFactory().get("/"))["Content-Security-Policy"] == (
        "sandbox"
    )


def test_a_line_gives_the_route_and_never_the_path_or_the_query(caplog):
    def tracked(request):
        request.resolver_match = ResolverMatch(answer, (), {}, route="tra-cuu/<str:number>")
        return HttpResponse("", status=201)

    request = RequestFactory().get("/tra-cuu/H24.31-260203-0001?name=Phuong")
    with caplog.at_level(logging.INFO, "hoaphuong.request"):
        RequestLines(tracked)(request)
    (record,) = [one for one in caplog.records if one.name == "hoaphuong.request"]
    told = {
        name: getattr(record, name) for name in ("method", "route", "status", "ms", "request_id")
    }
    assert told["method"] == "GET"
    assert told["route"] == "tra-cuu/<str:number>"
    assert told["status"] == 201
    assert told["ms"] >= 0
    everything = f"{record.getMessage()} {told}"
    assert "H24.31" not in everything
    assert "Phuong" not in everything
    assert "127.0.0.1" not in everything


@pytest.mark.parametrize(
    ("offered", "kept"),
    [("0f8fad5b-d9cb-469f-a165-70867728950e", True), ("x", False), ("a b\r\nc: ddddd", False)],
)
def test_a_request_id_is_taken_over_only_when_it_is_plain(offered, kept):
    request = RequestFactory().get("/", headers={"X-Request-ID": offered})
    given = RequestLines(answer)(request)["X-Request-ID"]
    assert (given == offered) is kept


@pytest.mark.parametrize(
    ("path", "face"),
    [
        ("/", "citizen"),
        ("/thu-tuc", "citizen"),
        ("/co-quan", "officer"),
        ("/co-quan/tiep-nhan", "officer"),
        ("/co-quanh", "citizen"),
        ("/dieu-hanh", "leader"),
        ("/du-lieu/bang.csv", "data"),
    ],
)
def test_a_path_belongs_to_one_face(path, face):
    assert face_of(path) == face


def test_languages_are_named_in_themselves_and_one_is_in_use():
    with override("en"):
        links = language_links(RequestFactory().get("/tra-cuu?so=1&b=2"))
    assert [(link.label, link.current) for link in links] == [
        ("Tiếng Việt", False),
        ("English", True),
    ]
    assert links[0].url == "/ngon-ngu/vi?next=%2Ftra-cuu%3Fso%3D1%26b%3D2"


@override_settings(DEMO=True)
def test_the_first_page_asks_the_database_nothing_of_a_passer_by(client):
    # No django_db mark: any query would fail this test.
    answered = client.get("/")
    assert answered.status_code == 200
    assert answered["Content-Security-Policy"]
    assert b'lang="vi"' in answered.content


@pytest.mark.parametrize("name", ["400", "403", "404", "429"])
def test_a_refusal_is_a_whole_page_with_the_reason(name, rf):
    from django.shortcuts import render

    request = rf.get("/")
    page = render(request, f"{name}.html", {"reason": "Because."}).content.decode()
    assert "Because." in page
    assert 'id="main"' in page


def test_the_page_for_a_fault_needs_no_context_and_speaks_both_languages():
    from django.template.loader import get_template

    page = get_template("500.html").render()
    assert "Hệ thống đang gặp sự cố" in page
    assert "Something broke on our side" in page
    assert "{%" not in get_template("500.html").template.source
