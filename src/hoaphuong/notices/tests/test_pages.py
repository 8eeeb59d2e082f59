"""A person's own notices and choices, the bell, and the operator's page of what was not sent."""

from datetime import time, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hoaphuong.identity import queries as identity
from hoaphuong.kernel import outgoing
from hoaphuong.kernel.models import JournalEntry, OutgoingCall
from hoaphuong.notices import queries
from hoaphuong.notices.models import Notice
from hoaphuong.notices.tests.factories import AT, tell
from hoaphuong.notices.tests.test_telling import choose

pytestmark = pytest.mark.django_db
OWN, PREFERENCES, DEAD = "/thong-bao", "/thong-bao/tuy-chon", "/co-quan/khong-gui-duoc"


@pytest.fixture
def phuong(demo_city):
    return identity.demo_account("phuong")


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(identity.demo_account(username))
    return client


def text(client: Client, path: str, language: str = "vi") -> str:
    client.cookies["lang"] = language
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_bell_counts_what_is_not_read(phuong):
    client = signed_in("phuong")
    assert "bell-count" not in text(client, "/")
    for number in range(3):
        tell(phuong.key, once=str(number))
    page = text(client, "/")
    assert '<span class="bell-count" aria-hidden="true">3</span>' in page
    assert "Thông báo, 3 chưa đọc" in page
    assert "Notices, 3 not read" in text(client, "/", "en")
    assert "bell-count" not in text(Client(), "/")
    assert "bell-count" not in text(signed_in("cang"), "/")
    Notice.objects.all().delete()
    for number in range(101):
        tell(phuong.key, once=str(number))
    assert ">99+</span>" in text(client, "/")


def test_notices_stand_newest_first_in_the_readers_language(phuong):
    client = signed_in("phuong")
    assert "Bạn chưa có thông báo nào" in text(client, OWN)
    for number in range(25):
        tell(phuong.key, once=str(number), number=f"N{number:02}", at=AT + timedelta(hours=number))
    page = text(client, OWN)
    assert page.index("Hồ sơ N24 cần bổ sung") < page.index("Hồ sơ N05 cần bổ sung")
    assert "N04" not in page
    assert "Chưa đọc" in page
    second = text(client, f"{OWN}?page=2", "en")
    assert "More papers are needed for dossier N04" in second
    assert "Ngô Quyền Ward" in second
    for odd in ("0", "x", "99999", "-1"):
        text(client, f"{OWN}?page={odd}")


def test_reading_one_leads_to_what_it_is_about_and_reading_all_ends_the_count(phuong):
    client = signed_in("phuong")
    for number in range(3):
        tell(phuong.key, once=str(number))
    first, second, _third = Notice.objects.order_by("id")
    answer = client.post(reverse("notices:follow", args=[first.key]))
    assert answer.url == reverse("dossiers:own", args=["d" * 32])
    client.post(reverse("notices:read", args=[second.key]))
    assert queries.unread(phuong.key) == 1
    read_at = Notice.objects.get(pk=second.pk).read_at
    client.post(reverse("notices:read", args=[second.key]))
    assert Notice.objects.get(pk=second.pk).read_at == read_at
    client.post(reverse("notices:read_all"))
    assert queries.unread(phuong.key) == 0
    assert "Chưa đọc" not in text(client, OWN)


def test_anothers_notice_is_not_there(phuong):
    tell(phuong.key)
    key = Notice.objects.get().key
    other = signed_in("cang")
    for name in ("follow", "read"):
        assert other.post(reverse(f"notices:{name}", args=[key])).status_code == 404
    other.post(reverse("notices:read_all"))
    assert queries.unread(phuong.key) == 1


def test_a_person_sees_by_which_ways_it_went_and_that_one_failed(phuong, post):
    choose(phuong)
    tell(phuong.key)
    post.faults(zalo={"reject": ["84912000000"]})
    outgoing.make_calls(now=timezone.now())
    page = text(signed_in("phuong"), OWN)
    assert "Thư điện tử: đã gửi" in page
    assert "Zalo: không gửi được" in page


def test_a_choice_is_kept_and_what_the_form_does_not_offer_stays(phuong, post):
    client = signed_in("phuong")
    page = text(client, PREFERENCES)
    # Two groups by e-mail and Zalo; quiet hours; Vietnamese.
    assert page.count("checked") == 2 * 2 + 1 + 1
    told = {
        "dossiers.sms": "1", "quiet": "1", "quiet_from": "21:00", "quiet_to": "06:00",
        "language": "en", "others.sms": "1",
    }  # fmt: skip
    assert client.post(PREFERENCES, told).url == PREFERENCES
    own = queries.chosen(phuong.key)
    assert (own.language, own.quiet_from, own.quiet_to) == ("en", time(21), time(6))
    off = {"email": False, "sms": False, "zalo": False}
    assert own.channels == {"dossiers": off | {"sms": True}, "payments": off}
    client.post(PREFERENCES, {"quiet_from": "99:00", "quiet": "1", "language": "xx"})
    own = queries.chosen(phuong.key)
    assert (own.language, own.quiet_from, own.quiet_to) == ("en", time(0), time(0))


def test_a_channel_that_cannot_reach_the_person_or_that_the_city_has_not_is_said(phuong, post):
    from hoaphuong.identity.models import Person

    Person.objects.filter(pk=phuong.person_id).update(phone="")
    assert "Không gửi được cho bạn qua:" in text(signed_in("phuong"), PREFERENCES)


def test_a_city_without_providers_offers_the_site_alone(phuong):
    assert "Thành phố chưa có kênh nào khác" in text(signed_in("phuong"), PREFERENCES)


@pytest.fixture
def dead(phuong, post):
    """An e-mail that the server refused."""
    choose(phuong)
    tell(phuong.key)
    post.faults(email={"status": 554})
    outgoing.make_calls(now=timezone.now())
    post.faults()
    return OutgoingCall.objects.get(state="dead")


def test_an_operator_sees_what_was_not_sent_and_no_address(dead):
    page = text(signed_in("tri"), DEAD)
    for words in ("Thông báo qua thư điện tử", "Hồ sơ cần bổ sung giấy tờ", "Nhà cung cấp không"):
        assert words in page
    assert "haiphong.example" not in page
    assert "Phượng</" not in page.split("<table")[1]
    assert "Notice by e-mail" in text(signed_in("tri"), DEAD, "en")


def test_an_operator_has_it_tried_again_or_gives_it_up(dead, post):
    client = signed_in("tri")
    client.post(reverse("notices:try_again", args=[dead.key]))
    outgoing.make_calls(now=timezone.now())
    assert [one for one in post.messages() if one[0] == "email"] == [
        ("email", "phuong@haiphong.example")
    ]
    # Neither is done to one that is not dead.
    for name in ("try_again", "give_up"):
        answer = client.post(reverse(f"notices:{name}", args=[dead.key]), follow=True)
        assert "Đây không phải nội dung không gửi được." in answer.content.decode()
    OutgoingCall.objects.filter(pk=dead.pk).update(state="dead", done_at=None)
    client.post(reverse("notices:give_up", args=[dead.key]))
    assert "Đã gửi hết" in text(client, DEAD)
    told = JournalEntry.objects.filter(name__startswith="notices.call_").order_by("id")
    by = told.values_list("name", "by")
    tri = identity.demo_account("tri").key
    assert list(by) == [("notices.call_tried_again", tri), ("notices.call_given_up", tri)]


def test_a_citizen_and_a_clerk_do_not_settle_calls(dead):
    for name in ("phuong", "mai", "du"):
        assert signed_in(name).get(DEAD).status_code == 403
        path = reverse("notices:give_up", args=[dead.key])
        assert signed_in(name).post(path).status_code == 403
