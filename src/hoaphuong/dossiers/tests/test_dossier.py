"""A dossier's way through its statuses, and who may see and do what on it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from hoaphuong.dossiers import actions
from hoaphuong.dossiers.models import Dossier, Procedure, Status
from hoaphuong.dossiers.tests.factories import CODE, MONDAY, submit
from hoaphuong.identity import queries as identity
from hoaphuong.kernel.models import AccessLine, JournalEntry
from hoaphuong.work.models import WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward(demo_city):
    return identity.demo_account("mai").agency_id


def events(dossier):
    rows = JournalEntry.objects.filter(subject=dossier.key).order_by("id")
    return [name.split(".")[1] for name in rows.values_list("name", flat=True)]


def test_a_dossier_from_its_number_to_its_result(ward):
    dossier = submit(ward)
    assert dossier.number.endswith("-20260302-0000001")
    actions.receive(key=dossier.key, by="clerk", at=MONDAY)
    actions.process(key=dossier.key, by="officer", at=MONDAY)
    decided = actions.decide(
        key=dossier.key, outcome="granted", note="", by="officer", at=MONDAY + timedelta(days=1)
    )
    assert (decided.working_days, decided.days_late, decided.status) == (1, 0, Status.DECIDED)
    actions.hand_over(key=dossier.key, by="clerk", at=MONDAY + timedelta(days=2))
    assert events(dossier) == [
        "dossier_submitted",
        "dossier_received",
        "dossier_status_changed",
        "dossier_decided",
        "dossier_returned",
    ]
    assert WorkItem.objects.get(subject=dossier.key).closed_at is not None


def test_the_clock_stands_still_while_papers_are_missing(ward):
    dossier = submit(ward)
    received = actions.receive(key=dossier.key, by="clerk", at=MONDAY)
    actions.process(key=dossier.key, by="officer", at=MONDAY)
    actions.ask_supplement(key=dossier.key, note="Thiếu giấy", by="officer", at=MONDAY)
    later = actions.supply(
        key=dossier.key, files={}, note="", by="phuong", at=MONDAY + timedelta(days=3)
    )
    assert (later.due_on - received.due_on).days in (3, 5)
    decided = actions.decide(
        key=dossier.key, outcome="granted", note="", by="officer", at=MONDAY + timedelta(days=4)
    )
    assert (decided.working_days, decided.days_late) == (1, 0)


def test_papers_asked_for_before_reception_start_the_clock_when_they_come(ward):
    dossier = submit(ward)
    actions.ask_supplement(key=dossier.key, note="Thiếu giấy", by="clerk", at=MONDAY)
    later = actions.supply(
        key=dossier.key, files={}, note="", by="phuong", at=MONDAY + timedelta(days=1)
    )
    assert later.status == Status.PROCESSING
    assert later.received_on.isoformat() == "2026-03-03"
    assert later.due_on is not None


@pytest.mark.parametrize("verb", ["process", "hand_over"])
def test_a_step_out_of_turn_is_refused_and_leaves_no_trace(ward, verb):
    dossier = submit(ward)
    with pytest.raises(actions.WrongStatus):
        getattr(actions, verb)(key=dossier.key, by="officer", at=MONDAY)
    assert events(dossier) == ["dossier_submitted"]


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "granted"},
        {"status": 9},
        {"status": 4},
        {"status": 11},
        {"applicant_kind": "organisation"},
    ],
)
def test_the_database_forbids_what_must_never_be(ward, change):
    dossier = submit(ward)
    with pytest.raises(IntegrityError), transaction.atomic():
        Dossier.objects.filter(pk=dossier.pk).update(**change)


def test_an_agency_that_ended_takes_no_dossier(ward):
    ended = next(a for a in identity.agencies().values() if a.kind == "district")
    with pytest.raises(actions.NotOffered):
        submit(ended.code)


def as_persona(client, username):
    client.force_login(identity.demo_account(username))
    return client


def test_another_persons_dossier_is_not_there_on_any_page(ward, client):
    dossier = submit(ward, at=timezone.now())
    own = f"/ho-so-cua-toi/{dossier.key}"
    pages = [own, f"{own}/phieu.pdf", f"{own}/bo-sung"]
    as_persona(client, "cang")
    assert [client.get(page).status_code for page in pages] == [404] * 3
    assert client.post(f"{own}/rut").status_code == 404
    assert dossier.number not in client.get("/ho-so-cua-toi").content.decode()


def test_an_officer_of_another_agency_sees_and_does_nothing(ward, client, settings):
    elsewhere = next(
        a
        for a in identity.agencies().values()
        if a.kind == "commune" and a.code != ward and not a.valid_to
    )
    dossier = submit(elsewhere.code, at=timezone.now())
    as_persona(client, "son")
    desk = f"/co-quan/ho-so/{dossier.key}"
    assert client.get(desk).status_code == 404
    assert client.post(f"{desk}/grant").status_code == 404
    assert client.get(f"{desk}/phieu.pdf").status_code == 404
    listed = client.get(f"/co-quan?q={dossier.number}").content.decode()
    assert 'class="title"' not in listed


def test_a_clerk_does_not_decide_and_a_citizen_has_no_inbox(ward, client):
    dossier = submit(ward, at=timezone.now())
    as_persona(client, "mai")
    assert client.post(f"/co-quan/ho-so/{dossier.key}/receive").status_code == 302
    assert client.post(f"/co-quan/ho-so/{dossier.key}/process").status_code == 403
    as_persona(client, "phuong")
    assert client.get("/co-quan").status_code == 403


def test_who_looked_at_a_dossier_is_written_down_before_it_is_shown(ward, client):
    dossier = submit(ward, at=timezone.now())
    account = identity.demo_account("mai")
    as_persona(client, "mai").get(f"/co-quan/ho-so/{dossier.key}")
    line = AccessLine.objects.get(record=dossier.key)
    assert (line.account, line.purpose) == (account.key, "dossiers.desk")


def test_a_refusal_without_a_reason_keeps_the_dossier_where_it_is(ward, client):
    dossier = submit(ward, at=timezone.now())
    actions.receive(key=dossier.key, by="clerk", at=timezone.now())
    actions.process(key=dossier.key, by="officer", at=timezone.now())
    answer = as_persona(client, "son").post(f"/co-quan/ho-so/{dossier.key}/refuse", {"note": " "})
    assert answer.status_code == 422
    assert Dossier.objects.get(pk=dossier.pk).status == Status.PROCESSING


def test_tracking_shows_state_and_dates_and_nobodys_name(ward, client):
    dossier = submit(ward)
    page = client.get(f"/tra-cuu?so={dossier.number}").content.decode()
    assert dossier.number in page
    assert "Phượng" not in page.split("<main")[1].split("</main>")[0]
    assert client.get(f"/tra-cuu/{dossier.token}").status_code == 200
    assert client.get("/tra-cuu?so=000.01.30.H24-230105-9999").status_code == 404
    assert client.get("/tra-cuu?so=%00").status_code == 400


def test_tracking_is_limited_for_each_caller(ward, client, settings):
    settings.TRACKING_PER_MINUTE = 3
    answers = [client.get("/tra-cuu").status_code for _ in range(8)]
    assert 429 in answers
    assert client.get("/tra-cuu", REMOTE_ADDR="10.0.0.9").status_code == 200


def test_personas_do_not_exist_outside_the_demonstration(ward, client, settings):
    settings.DEMO = False
    assert client.get("/nhan-vat").status_code == 404
    assert client.post("/nhan-vat/mai").status_code == 404
    assert "_auth_user_id" not in client.session


def test_a_limit_beyond_the_announced_calendar_is_said_and_leaves_the_dossier_as_it_was(
    ward, client
):
    row = Procedure.objects.get(code=CODE)
    for terms in row.record["channels"]:
        terms["limit"] = {"amount": 20, "unit": "year"}
    Procedure.objects.filter(code=CODE).update(record=row.record)
    dossier = submit(ward, at=timezone.now())
    page = f"/co-quan/ho-so/{dossier.key}"
    answer = as_persona(client, "mai").post(f"{page}/receive", follow=True)
    assert answer.status_code == 200
    assert "lịch nghỉ" in answer.content.decode()
    assert Dossier.objects.get(pk=dossier.pk).status == Status.SUBMITTED
    assert events(dossier) == ["dossier_submitted"]
