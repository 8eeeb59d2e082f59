"""The API: what anyone may ask, what an officer may do, and how it refuses."""

import pytest
from django.test import Client
from django.utils import timezone

from hoaphuong.documents.models import Document
from hoaphuong.documents.tests.factories import issued, signed
from hoaphuong.dossiers import actions
from hoaphuong.dossiers.models import Status
from hoaphuong.dossiers.tests.factories import MONDAY, submit
from hoaphuong.identity import queries as identity
from hoaphuong.kernel.models import AccessLine

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(demo_city):
    return submit(identity.demo_account("mai").agency_id)


def signed_in(username):
    client = Client()
    client.force_login(identity.demo_account(username))
    return client


def post(client, dossier, verb, body=None):
    return client.post(
        f"/api/dossiers/{dossier.key}/{verb}", body or {}, content_type="application/json"
    )


def test_procedures_are_found_without_accents_and_read_in_full(client, city):
    found = client.get("/api/procedures", {"q": "khai sinh"}).json()
    assert found["total"] >= 1
    code = found["items"][0]["code"]
    full = client.get(f"/api/procedures/{code}").json()
    assert full["code"] == code
    assert full["channels"][0]["channel"] in {"direct", "online", "post"}
    assert client.get("/api/procedures/9.999999").status_code == 404


@pytest.mark.parametrize("query", [{"page": 0}, {"page": 10_001}, {"page": "x"}, {"q": "a" * 101}])
def test_a_query_out_of_bounds_is_refused_with_its_field(client, db, query):
    answer = client.get("/api/procedures", query)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][-1] in query


@pytest.mark.parametrize(
    "address",
    [
        "/api/procedures?q=%00",
        "/api/procedures/%00",
        "/api/tracking/%00",
        "/thu-tuc?q=a%00b",
        "/thu-tuc/%00",
        "/tra-cuu?so=%00",
    ],
)
def test_nul_in_an_address_is_a_bad_request(client, db, address):
    assert client.get(address).status_code == 400


def test_nul_in_a_cookie_or_a_form_is_a_bad_request(client, demo_city):
    client.cookies["sessionid"] = "\0" * 32
    assert client.get("/thu-tuc").status_code == 400
    assert signed_in("du").post("/co-quan/thu-tuc-loi/a", {"code": "\0"}).status_code == 400


@pytest.mark.parametrize("note", ["a\\u0000b", "a\\ud800b"])
def test_text_that_no_database_holds_is_refused_in_a_body(dossier, note):
    answer = signed_in("mai").post(
        f"/api/dossiers/{dossier.key}/reception",
        f'{{"note": "{note}"}}',
        content_type="application/json",
    )
    assert answer.status_code == 422


def test_tracking_tells_state_and_dates_and_nobody_s_name(client, dossier):
    answer = client.get(f"/api/tracking/{dossier.number}")
    assert answer.status_code == 200
    assert answer.json()["status"] == Status.SUBMITTED
    assert dossier.applicant_name not in answer.content.decode()
    assert client.get("/api/tracking/000.01.30.H24-230105-9999").status_code == 404


def test_too_many_look_ups_are_told_to_wait(client, db, settings):
    settings.TRACKING_PER_MINUTE = 2
    codes = [client.get("/api/tracking/x").status_code for _ in range(3)]
    assert codes == [404, 404, 429]
    assert int(client.get("/api/tracking/x")["Retry-After"]) in range(1, 61)


def test_a_dossier_goes_its_way_through_the_api(dossier):
    clerk, officer = signed_in("mai"), signed_in("son")
    received = post(clerk, dossier, "reception")
    assert received.status_code == 200
    assert received.json()["due_on"]
    assert post(officer, dossier, "processing").json()["status"] == Status.PROCESSING
    decided = post(officer, dossier, "decision", {"outcome": "granted"})
    assert decided.json()["outcome"] == "granted"
    assert post(clerk, dossier, "handover").status_code == 409  # its result is not signed yet
    issued(signed(Document.objects.get(dossier=dossier.key)), at=timezone.now())
    assert post(clerk, dossier, "handover", {"note": "Đã trả"}).json()["status"] == Status.RETURNED
    assert post(clerk, dossier, "handover").status_code == 409


def test_a_step_out_of_its_time_conflicts_and_one_without_right_is_forbidden(dossier):
    clerk, officer = signed_in("mai"), signed_in("son")
    assert post(officer, dossier, "processing").status_code == 409
    assert post(officer, dossier, "reception").status_code == 403
    assert post(clerk, dossier, "decision", {"outcome": "granted"}).status_code == 403
    assert post(signed_in("du"), dossier, "supplement-request", {"note": "x"}).status_code == 403


def test_asking_is_the_clerk_s_before_reception_and_the_officer_s_after(dossier):
    clerk, officer = signed_in("mai"), signed_in("son")
    ask = {"note": "Thiếu giấy"}
    assert post(officer, dossier, "supplement-request", ask).status_code == 403
    assert post(clerk, dossier, "reception").status_code == 200
    assert post(officer, dossier, "processing").status_code == 200
    assert post(clerk, dossier, "supplement-request", ask).status_code == 403
    asked = post(officer, dossier, "supplement-request", ask)
    assert asked.json()["status"] == Status.SUPPLEMENT


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("decision", {"outcome": "perhaps"}),
        ("decision", {"outcome": "refused"}),
        ("decision", {"outcome": "refused", "note": "  "}),
        ("decision", {"outcome": "granted", "extra": 1}),
        ("processing", {"note": "a" * 2_001}),
        ("supplement-request", {}),
        ("supplement-request", {"note": ""}),
    ],
)
def test_a_body_that_is_not_right_is_refused_with_details(dossier, verb, body):
    answer = post(signed_in("lan"), dossier, verb, body)
    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_another_agency_s_dossier_is_like_none(dossier):
    place = identity.agency_of_division(
        next(a.division for a in identity.agencies().values() if _elsewhere(a, dossier)),
        on=MONDAY.date(),
    )
    other = actions.submit(
        procedure="1.001193",
        agency=place.code,
        division=place.division,
        channel="direct",
        applicant_kind="self",
        applicant=identity.demo_account("cang").person_id,
        applicant_name="Trần Văn Cảng",  # invented
        form={},
        files={},
        by=identity.demo_account("cang").key,
        at=MONDAY,
    )
    for client in (signed_in("mai"), signed_in("phuong")):
        there = client.get(f"/api/dossiers/{other.key}")
        absent = client.get("/api/dossiers/" + "0" * 32)
        assert there.status_code == absent.status_code == 404
        assert there.json() == absent.json()
    assert post(signed_in("mai"), other, "reception").status_code == 404


def _elsewhere(agency, dossier):
    return agency.kind == "commune" and not agency.valid_to and agency.code != dossier.agency_code


def test_who_looked_is_written_down_and_the_applicant_is_not(dossier):
    assert signed_in("phuong").get(f"/api/dossiers/{dossier.key}").json()["applicant_name"]
    assert not AccessLine.objects.exists()
    assert signed_in("mai").get(f"/api/dossiers/{dossier.key}").status_code == 200
    line = AccessLine.objects.get()
    assert (line.record, line.purpose) == (dossier.key, "dossiers.api")


def test_one_s_own_dossiers_are_listed_and_nobody_else_s(dossier):
    assert [d["key"] for d in signed_in("phuong").get("/api/dossiers/mine").json()["items"]] == [
        dossier.key
    ]
    assert signed_in("cang").get("/api/dossiers/mine").json()["items"] == []
    assert signed_in("mai").get("/api/dossiers/mine").status_code == 403
    assert signed_in("du").get(f"/api/dossiers/{dossier.key}").status_code == 403


def test_without_a_session_or_without_its_csrf_token_nothing_is_done(dossier):
    assert post(Client(), dossier, "reception").status_code == 401
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(identity.demo_account("mai"))
    assert post(strict, dossier, "reception").status_code == 403
    dossier.refresh_from_db()
    assert dossier.status == Status.SUBMITTED
