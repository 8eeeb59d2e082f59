"""People are told once, by the ways they chose, through a real post, whatever it does."""

import json
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from hoaphuong.identity.models import Account
from hoaphuong.kernel import outgoing
from hoaphuong.kernel.journal import OutsideAnAction
from hoaphuong.kernel.models import JournalEntry, OutgoingCall
from hoaphuong.kernel.values import Money
from hoaphuong.notices import actions, kinds, queries
from hoaphuong.notices.actions.telling import WrongFacts
from hoaphuong.notices.configuration import Channels
from hoaphuong.notices.models import Delivery, Notice
from hoaphuong.notices.tests import factories
from hoaphuong.notices.tests.factories import AT, tell

pytestmark = pytest.mark.django_db
SMS_TOO = {"dossiers": {"sms": True}}


def choose(account: Account, *, language="vi", channels=None, quiet=(0, 0)) -> None:
    begins, ends = (timezone.datetime(2026, 1, 1, hour).time() for hour in quiet)
    actions.choose(
        account=account.key, language=language, quiet_from=begins, quiet_to=ends,
        channels=channels or {}, at=AT,
    )  # fmt: skip


@pytest.fixture
def binh(db) -> Account:
    """Reached by every channel, at any hour."""
    account = factories.account()
    choose(account, channels=SMS_TOO)
    return account


def make_calls(hours: float = 0) -> None:
    outgoing.make_calls(now=timezone.now() + timedelta(hours=hours))


def facts_of(name: str) -> list[dict[str, object]]:
    rows = JournalEntry.objects.filter(name=f"notices.{name}").order_by("id")
    return [json.loads(body) for body in rows.values_list("body", flat=True)]


def states() -> dict[str, str]:
    return dict(Delivery.objects.values_list("channel", "state"))


def letter(post):
    [(content,)] = post.rows("select content from message where channel = 'email'")
    return message_from_bytes(content, policy=policy.default)


def test_a_person_is_told_by_every_way_once(post, binh):
    tell(binh.key)
    assert queries.unread(binh.key) == 1
    make_calls()
    make_calls(1)
    assert post.messages() == [
        ("email", "binh@example.vn"), ("sms", "84912345678"), ("zalo", "84912345678"),
    ]  # fmt: skip
    assert post.rows("select attempts from message") == [(1,)] * 3
    assert states() == dict.fromkeys(("email", "sms", "zalo"), "done")
    told = letter(post)
    assert told["Subject"] == "Hồ sơ H24.1-261129-0001 cần bổ sung giấy tờ"
    assert told["From"] == "Thành phố <thongbao@haiphong.example>"
    delivery = Delivery.objects.get(channel="email")
    assert told["Message-ID"] == f"<{delivery.key}@haiphong.example>"
    body = told.get_body().get_content()
    assert "Ủy ban nhân dân phường Ngô Quyền yêu cầu bổ sung giấy tờ" in body
    assert f"/ho-so-cua-toi/{'d' * 32}" in body
    assert body.rstrip().endswith("/thong-bao/tuy-chon")
    assert post.rows("select content from message where channel = 'sms'") == [
        (b"Ho so H24.1-261129-0001 can bo sung giay to. Xem chi tiet o trang ho so.",)
    ]
    [(template, places)] = post.rows("select subject, content from message where channel = 'zalo'")
    assert template == "dossiers.papers_needed"
    assert json.loads(places)["procedure"] == "Đăng ký khai sinh"


def test_the_post_shows_what_it_took_without_reading_it_as_html(post, binh):
    facts = {"number": "<script>1</script>"}
    tell(binh.key, **facts)
    make_calls()
    page = post.page()
    assert "Hồ sơ &lt;script&gt;1&lt;/script&gt; cần bổ sung" in page
    assert "<script>" not in page
    assert page.count("<article>") == 3


def test_the_words_are_in_the_language_the_person_chose(post, binh):
    choose(binh, language="en", channels=SMS_TOO)
    tell(binh.key, kind="fee_to_pay", amount=Money(50_000))
    make_calls()
    assert letter(post)["Subject"] == (
        "A fee is to be paid for dossier H24.1-261129-0001: 50,000 VND"
    )
    assert "Registration of birth" in letter(post).get_body().get_content()
    [(places,)] = post.rows("select content from message where channel = 'zalo'")
    assert json.loads(places)["amount"] == "50,000 VND"


def test_a_fact_is_told_once_to_each_account_however_often_it_is_told(post, binh):
    other = factories.account(name="cuong")
    for _ in range(3):
        tell(binh.key)
    tell(other.key)
    tell(binh.key, once="another fact")
    assert list(Notice.objects.order_by("id").values_list("once", "account_key")) == [
        ("one", binh.key), ("one", other.key), ("another fact", binh.key),
    ]  # fmt: skip
    make_calls()
    assert post.rows("select count(*) from message") == [(3 + 2 + 3,)]
    assert len(facts_of("notice_made")) == 3


def test_the_database_forbids_a_second_notice_and_a_second_way(post, binh):
    tell(binh.key)
    again = {"once": "one", "account_key": binh.key, "kind": "k", "about": "a", "at": AT}
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(**again)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.create(notice=Notice.objects.get(), channel="sms")
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.filter(channel="sms").update(state="done")


def test_a_telling_that_is_undone_leaves_nothing(post, binh):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tell(binh.key)
        raise ZeroDivisionError
    assert not Notice.objects.exists()
    assert not OutgoingCall.objects.exists()


def test_telling_belongs_to_an_action(post, binh, monkeypatch):
    class Outside:
        in_atomic_block = False

    monkeypatch.setattr(transaction, "get_connection", Outside)
    with pytest.raises(OutsideAnAction):
        actions.tell(
            kind="dossiers.papers_needed", account=binh.key, about="a", facts=factories.FACTS,
            once="x", at=AT,
        )  # fmt: skip


def test_facts_that_do_not_fit_the_texts_are_refused(post, binh):
    with pytest.raises(WrongFacts, match="amount"):
        tell(binh.key, kind="fee_to_pay")
    with pytest.raises(WrongFacts, match="more"):
        tell(binh.key, more="x")


def test_who_is_not_there_is_told_nothing(post, binh):
    tell("demo:nobody")
    Account.objects.filter(pk=binh.pk).update(is_active=False)
    tell(binh.key)
    assert not Notice.objects.exists()


def test_only_ways_that_the_person_wants_and_that_reach_them_are_gone(post):
    quiet = {"quiet": (0, 0)}
    plain, mute, lost = (factories.account(name=name) for name in ("a", "b", "c"))
    choose(plain, **quiet)
    choose(mute, channels={"dossiers": {"email": False, "zalo": False}}, **quiet)
    choose(lost, channels=SMS_TOO, **quiet)
    factories.moved(lost, phone="0225 3842 123", email="a@b.vn\nBcc: x@example.vn")
    for one in (plain, mute, lost):
        tell(one.key)
        assert queries.unread(one.key) == 1
    ways = Delivery.objects.values_list("notice__account_key", "channel")
    assert set(ways) == {(plain.key, "email"), (plain.key, "zalo")}


def test_a_city_without_providers_tells_on_the_site_alone(binh, settings):
    settings.NOTICES = Channels()
    tell(binh.key)
    assert queries.unread(binh.key) == 1
    assert not Delivery.objects.exists()


def test_what_is_not_urgent_waits_for_the_end_of_quiet_hours(post, binh, monkeypatch):
    choose(binh, quiet=(22, 7))
    late = AT.replace(hour=15, minute=30)  # 22:30 in Vietnam
    morning = AT.replace(day=30, hour=0)
    tell(binh.key, at=late)
    assert set(OutgoingCall.objects.values_list("next_at", flat=True)) == {morning}
    # Made by mistake before its time, a call goes back to wait and has not failed.
    monkeypatch.setattr("hoaphuong.notices.outgoing.timezone.now", lambda: late)
    outgoing.make_calls(now=morning)
    calls = OutgoingCall.objects.values_list("state", "fault", "next_at")
    assert set(calls) == {("waiting", "", morning)}
    assert post.messages() == []
    monkeypatch.setattr("hoaphuong.notices.outgoing.timezone.now", lambda: morning)
    outgoing.make_calls(now=morning)
    assert len(post.messages()) == 2


def test_what_is_urgent_passes_quiet_hours(post, binh, monkeypatch):
    known = kinds.kinds()
    urgent = replace(known["dossiers.papers_needed"], urgent=True)
    for module in ("actions.telling", "queries", "outgoing"):
        monkeypatch.setattr(
            f"hoaphuong.notices.{module}.kinds", lambda: known | {urgent.code: urgent}
        )
    choose(binh, quiet=(22, 7))
    late = AT.replace(hour=15, minute=30)
    tell(binh.key, at=late)
    monkeypatch.setattr("hoaphuong.notices.outgoing.timezone.now", lambda: late)
    outgoing.make_calls(now=late)
    assert len(post.messages()) == 2


@pytest.mark.parametrize(
    "faults",
    [
        {"status": 451},
        {"lose_answer": True},
        {"hang": 1.5},
    ],
    ids=["not now", "the answer is lost", "no answer"],
)
def test_a_provider_that_fails_is_asked_again_and_counts_once(post, binh, settings, faults):
    short = {name: {**known, "seconds": 0.5} for name, known in settings.NOTICES.facts.items()}
    settings.NOTICES = replace(settings.NOTICES, facts=short)
    gateways = dict(faults, status=503) if "status" in faults else faults
    tell(binh.key)
    post.faults(email=faults, sms=gateways, zalo=gateways)
    for _ in range(3):
        make_calls()
    assert set(states().values()) == {"waiting"}
    assert set(OutgoingCall.objects.values_list("fault", flat=True)) == {"ProviderFault"}
    post.faults()
    make_calls(1)
    assert set(states().values()) == {"done"}
    assert len(post.messages()) == 3
    if "hang" not in faults:  # one that hangs takes it when nobody waits any more, or never
        brought = 2 if "lose_answer" in faults else 1
        assert post.rows("select attempts from message") == [(brought,)] * 3


REFUSALS = [
    ("email", {"reject": ["binh@example.vn"]}, "RecipientUnknown"),
    ("email", {"status": 554}, "MessageRefused"),
    ("sms", {"reject": ["84912345678"]}, "RecipientUnknown"),
    ("sms", {"status": 422}, "MessageRefused"),
    ("zalo", {"reject": ["84912345678"]}, "RecipientUnknown"),
    ("zalo", {"status": -131}, "TemplateRefused"),
]


@pytest.mark.parametrize(("channel", "faults", "reason"), REFUSALS)
def test_a_message_that_is_refused_is_dead_at_once_and_the_others_go(
    post, binh, channel, faults, reason
):
    tell(binh.key)
    post.faults(**{channel: faults})
    make_calls()
    wanted = dict.fromkeys(("email", "sms", "zalo"), "done") | {channel: "dead"}
    assert states() == wanted
    [dead] = outgoing.dead()
    assert (dead.kind, dead.fault, dead.attempts) == (f"notices.{channel}", reason, 1)
    [fact] = facts_of("delivery_died")
    assert (fact["channel"], fact["kind"]) == (channel, "dossiers.papers_needed")
    assert len(facts_of("delivery_done")) == 2

    post.faults()
    actions.try_again(call=dead.key, by="tri", at=timezone.now())
    assert states()[channel] == "waiting"
    make_calls()
    assert set(states().values()) == {"done"}
    assert [one["call"] for one in facts_of("call_tried_again")] == [dead.key]


def test_a_wrong_key_is_the_citys_fault_and_not_the_persons(post, binh):
    tell(binh.key)
    for name in ("smtp_password", "sms_key", "zalo_token"):
        (post.folder / name).write_text("renewed elsewhere")
    for _ in range(3):
        make_calls()
    assert set(states().values()) == {"waiting"}
    assert set(OutgoingCall.objects.values_list("fault", flat=True)) == {"SignInRefused"}


def test_who_has_no_address_any_more_is_not_written_to(post, binh):
    tell(binh.key)
    factories.moved(binh, email="", phone="")
    make_calls()
    assert set(states().values()) == {"dead"}
    assert {one.fault for one in outgoing.dead()} == {"NoAddress"}
    assert post.messages() == []


def test_a_dead_delivery_that_is_given_up_stays_dead(post, binh):
    tell(binh.key)
    factories.moved(binh, email="")
    make_calls()
    [dead] = outgoing.dead()
    actions.give_up(call=dead.key, by="tri", at=AT)
    assert outgoing.dead() == []
    assert states()["email"] == "dead"
    with pytest.raises(actions.NotDead):
        actions.give_up(call=dead.key, by="tri", at=AT)
    assert len(facts_of("call_given_up")) == 1


def test_a_line_break_in_a_fact_makes_no_header(post, binh):
    tell(binh.key, number="1\r\nBcc: all@example.vn")
    make_calls()
    assert states()["email"] == "done"
    assert letter(post)["Bcc"] is None
    assert "1 Bcc: all@example.vn" in letter(post)["Subject"]


def test_the_journal_holds_codes_and_no_address(post, binh):
    tell(binh.key)
    make_calls()
    bodies = " ".join(
        JournalEntry.objects.filter(name__startswith="notices.").values_list("body", flat=True)
    )
    assert "example.vn" not in bodies
    assert "84912" not in bodies
    assert "H24" not in bodies
    assert {one["channel"] for one in facts_of("delivery_done")} == {"email", "sms", "zalo"}


def test_old_notices_are_deleted_unless_something_waits(post, binh):
    tell(binh.key)
    make_calls()
    factories.moved(binh, phone="")
    tell(binh.key, once="still waiting")
    tell(binh.key, once="newer", at=AT + timedelta(days=1))
    assert actions.discard_old(before=AT + timedelta(hours=1)) == 1
    assert set(Notice.objects.values_list("once", flat=True)) == {"still waiting", "newer"}
