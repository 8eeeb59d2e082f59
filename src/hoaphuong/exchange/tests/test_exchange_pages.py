"""The clerk's log: who sees which message, what it says, and sending again."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from hoaphuong.exchange import jobs
from hoaphuong.exchange.models import Message
from hoaphuong.exchange.tests.axis_at_work import CITY, JUSTICE, MINISTRY
from hoaphuong.exchange.tests.factories import queued
from hoaphuong.identity import actions as identity
from hoaphuong.kernel import outgoing
from hoaphuong.kernel.models import AccessLine, OutgoingCall

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]


@pytest.fixture
def sees(client):
    """Sign in as the clerk of an agency and ask for a page."""

    def sees(agency: str, language: str = "vi"):
        at = timezone.now()
        account = identity.create_account(
            username=f"c{agency[-6:-4]}", display_name="Cán bộ", person=None, agency=agency,
            by="t", at=at,
        )  # fmt: skip
        identity.grant_role(
            account=account.pk, role="clerk", agency=agency, valid_from=date(2025, 1, 1), by="t",
            at=at,
        )  # fmt: skip
        client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
        client.cookies["lang"] = language
        return client

    return sees


def test_the_log_lists_the_own_agency_s_messages_and_finds_them(axis, sees):
    jobs.empty_mailboxes()
    queued()
    axis.letter(to=JUSTICE)
    axis.tell("/_put", content="junk", **{"from": MINISTRY, "to": CITY})
    jobs.empty_mailboxes()
    page = sees(CITY).get(reverse("exchange:log")).content.decode()
    assert "15/UBND-VX" in page
    assert "Chờ gửi" in page
    assert "Phần mềm không tiếp nhận" in page
    assert "5/BTD-VP" in page  # the city's clerk sees the departments below too
    assert AccessLine.objects.filter(purpose="exchange.log").exists()
    found = sees(JUSTICE).get(reverse("exchange:log"), {"q": "thu lien thong", "direction": "in"})
    assert "5/BTD-VP" in found.content.decode()
    assert "15/UBND-VX" not in found.content.decode()
    everything = sees("000.00.10.H24").get(reverse("exchange:log")).content.decode()
    assert "BTD-VP" not in everything
    none = sees("000.00.04.H24").get(reverse("exchange:log"), {"state": "sent"}).content.decode()
    assert "Không có thông điệp nào" in none


def test_a_message_shows_its_header_statuses_and_bytes_to_its_agency_only(axis, sees):
    jobs.empty_mailboxes()
    key = queued()
    outgoing.make_calls(now=timezone.now())
    jobs.empty_mailboxes()
    client = sees(CITY, "en")
    page = client.get(reverse("exchange:message", args=[key])).content.decode()
    assert "Received and registered" in page
    assert "000.00.00.H24,2026/11/24,15/UBND-VX" in page
    raw = Message.objects.get(key=key).file_key
    answer = client.get(reverse("exchange:file", args=[key, raw]))
    assert b"".join(answer.streaming_content).startswith(b"<?xml")
    assert "attachment" in answer["Content-Disposition"]
    other = sees(JUSTICE)
    for view, words in (("message", [key]), ("file", [key, raw])):
        assert other.get(reverse(f"exchange:{view}", args=words)).status_code == 404
    assert other.post(reverse("exchange:try_again", args=[key])).status_code == 404


def test_a_refused_message_says_why_in_words(axis, sees):
    jobs.empty_mailboxes()
    axis.tell("/_put", content="junk", **{"from": MINISTRY, "to": CITY})
    jobs.empty_mailboxes()
    key = Message.objects.get().key
    page = sees(CITY).get(reverse("exchange:message", args=[key])).content.decode()
    assert "Thông điệp không phải là XML." in page


def test_what_could_not_be_sent_is_shown_and_sent_again(axis, sees):
    jobs.empty_mailboxes()
    key = queued(partner="000.00.00.X99")
    outgoing.make_calls(now=timezone.now())
    client = sees(CITY)
    assert "15/UBND-VX" in client.get(reverse("exchange:not_sent")).content.decode()
    page = client.get(reverse("exchange:message", args=[key])).content.decode()
    assert "Trục liên thông không nhận thông điệp." in page
    again = reverse("exchange:try_again", args=[key])
    assert "Đang gửi lại" in client.post(again, follow=True).content.decode()
    assert OutgoingCall.objects.get(subject=key).state == "waiting"
    assert "không thuộc diện" in client.post(again, follow=True).content.decode()
    assert "15/UBND-VX" not in sees(JUSTICE).get(reverse("exchange:not_sent")).content.decode()


def test_a_replacement_names_the_documents_it_is_about(axis, sees):
    jobs.empty_mailboxes()
    axis.letter(number="5")
    jobs.empty_mailboxes()
    former = Message.objects.get(direction="in")
    axis.letter(number="6", kind="3", about=former.document_id)
    axis.letter(number="7", kind="3", about="000.00.00.G98,2026/01/01,1/BTD-VP")
    jobs.empty_mailboxes()
    known, unknown = Message.objects.filter(direction="in").exclude(pk=former.pk).order_by("id")
    client = sees(CITY, "en")
    page = client.get(reverse("exchange:message", args=[known.key])).content.decode()
    assert "Replacement" in page
    assert reverse("exchange:message", args=[former.key]) in page
    page = client.get(reverse("exchange:message", args=[unknown.key])).content.decode()
    assert "not known here" in page
