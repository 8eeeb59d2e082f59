"""The inbox of an agency in the browser, filled by dossiers."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from hoaphuong.dossiers import actions
from hoaphuong.dossiers.tests.factories import MONDAY, submit
from hoaphuong.identity import queries as identity
from hoaphuong.work import queries as work

pytestmark = pytest.mark.django_db
KIND = "dossiers.dossier"


@pytest.fixture
def ward(demo_city):
    return identity.demo_account("mai").agency_id


@pytest.fixture
def officer(client, ward):
    client.force_login(identity.demo_account("son"))
    return client


def page(client, language="vi", **asked):
    client.cookies["lang"] = language
    return client.get(reverse("work:inbox"), asked).content.decode()


def late_by(ward, days):
    """A dossier decided some days after its due date, that waits to be handed over."""
    dossier = submit(ward)
    received = actions.receive(key=dossier.key, by="clerk", at=MONDAY)
    actions.process(key=dossier.key, by="officer", at=MONDAY)
    after = (received.due_on - MONDAY.date()).days + days
    return actions.decide(
        key=dossier.key,
        outcome="granted",
        note="",
        by="officer",
        at=MONDAY + timedelta(days=after),
    )


def test_a_dossier_decided_late_is_still_shown_as_late(ward, officer):
    dossier = late_by(ward, 1)
    assert dossier.days_late == 1
    assert "giải quyết trễ 1 ngày làm việc" in page(officer)
    assert "answered 1 working day late" in page(officer, "en")
    desk = officer.get(reverse("dossiers:desk", args=[dossier.key])).content.decode()
    assert "answered 1 working day late" in desk
    assert 'class="title"' not in page(officer, overdue="1")


def test_a_dossier_decided_in_time_is_not_called_late(ward, officer):
    assert late_by(ward, 0).days_late == 0
    assert "giải quyết trễ" not in page(officer)
    assert "working day" not in page(officer, "en")


def test_an_officer_takes_a_dossier_and_gives_it_back(ward, officer):
    dossier = submit(ward, at=timezone.now())
    item = work.item_of(KIND, dossier.key)
    desk = reverse("dossiers:desk", args=[dossier.key])
    back = reverse("work:give_back", args=[item.key])
    assert back not in officer.get(desk).content.decode()

    taken = officer.post(reverse("work:take", args=[item.key]), follow=True)
    assert taken.redirect_chain[-1][0] == desk
    assert back in taken.content.decode()
    assert work.item_of(KIND, dossier.key).assignee == identity.demo_account("son").key
    assert 'class="title"' in page(officer, mine="1")

    given = officer.post(back, follow=True).content.decode()
    assert "Đã trả lại việc" in given
    assert work.item_of(KIND, dossier.key).assignee == ""
    assert "không giữ việc này" in officer.post(back, follow=True).content.decode()


def test_a_colleague_s_dossier_is_not_taken_and_not_given_back(ward, officer):
    dossier = submit(ward, at=timezone.now())
    key = work.item_of(KIND, dossier.key).key
    officer.post(reverse("work:take", args=[key]))
    officer.force_login(identity.demo_account("mai"))
    for view in ("work:take", "work:give_back"):
        assert officer.post(reverse(view, args=[key]), follow=True).status_code == 200
    assert work.item_of(KIND, dossier.key).assignee == identity.demo_account("son").key


def test_a_head_assigns_only_to_who_holds_a_role_at_the_agency_today(ward, client):
    dossier = submit(ward, at=timezone.now())
    key = work.item_of(KIND, dossier.key).key
    client.force_login(identity.demo_account("lan"))
    url = reverse("work:assign", args=[key])
    mai = identity.demo_account("mai")
    assert client.post(url, {"assignee": mai.key}).status_code == 302
    assert work.item_of(KIND, dossier.key).assignee == mai.key
    assert client.post(url, {"assignee": "x"}).status_code == 403
    mai.grants.update(valid_to=timezone.localdate() - timedelta(days=1))
    assert client.post(url, {"assignee": mai.key}).status_code == 403


@pytest.mark.parametrize("view", ["work:take", "work:give_back", "work:assign"])
def test_another_agency_s_item_does_not_exist_for_an_officer(ward, officer, view):
    elsewhere = next(
        one.code
        for one in identity.agencies().values()
        if one.kind == "commune" and one.code != ward and not one.valid_to
    )
    dossier = submit(elsewhere, at=timezone.now())
    key = work.item_of(KIND, dossier.key).key
    assert officer.post(reverse(view, args=[key])).status_code in (403, 404)
    assert work.item_of(KIND, dossier.key).assignee == ""
