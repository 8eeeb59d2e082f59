"""The second factor: setting it up, being asked for it, losing it."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path, reverse
from django.utils import timezone

from hoaphuong.command.main import main
from hoaphuong.identity import actions, queries
from hoaphuong.identity.models import Account
from hoaphuong.identity.totp import step_of, totp_code
from hoaphuong.kernel.access import page
from hoaphuong.kernel.models import JournalEntry
from hoaphuong.web import urls as house
from tests.second_factor import authenticator_of, code_of, pass_second_factor

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
PASSWORD = "hoa-do-thang-nam"
MINUTES = timedelta(minutes=5)


@page(second_factor=True)
def sign(request: HttpRequest) -> HttpResponse:
    return HttpResponse("signed")


@page(second_factor_within=MINUTES)
def sign_much(request: HttpRequest) -> HttpResponse:
    return HttpResponse("signed")


urlpatterns = [path("ky", sign), path("ky-nhieu", sign_much), *house.urlpatterns]
handler403, handler404 = house.handler403, house.handler404
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def account(db):
    return actions.create_account(
        username="be", display_name="Ngô Thị Bé", password=PASSWORD, by="a", at=AT
    )


@pytest.fixture
def holder(account):
    """Somebody with an authenticator app."""
    authenticator_of(account)
    return account


def after_password(login="be"):
    client = Client()
    answer = client.post(reverse("account_login"), {"login": login, "password": PASSWORD})
    return client, answer


def enter(code, client=None):
    client = client or after_password()[0]
    return client, client.post(reverse("mfa_authenticate"), {"code": code})


def signed_in(client):
    return "_auth_user_id" in client.session


def events(name):
    found = JournalEntry.objects.filter(name=f"identity.{name}").order_by("id")
    return [json.loads(entry.body) for entry in found]


def words(answer):
    return answer.content.decode()


def test_an_account_without_a_second_factor_signs_in_and_is_led_to_set_one_up(account):
    client, answer = after_password()
    assert signed_in(client)
    led = client.get("/ky", follow=True)
    assert led.redirect_chain == [("/tai-khoan/xac-nhan?next=%2Fky", 302)]
    assert b"signed" not in led.content
    assert reverse("mfa_activate_totp") in words(led)


def set_up(client):
    """Through the pages: the password once more, the key of the page, the code it gives."""
    asked = client.get(reverse("mfa_activate_totp"), follow=True)
    assert asked.redirect_chain[-1][0].startswith(reverse("account_reauthenticate"))
    activate = client.post(asked.redirect_chain[-1][0], {"password": PASSWORD}, follow=True)
    secret = re.search(r"<code[^>]*>([A-Z2-7]{32})</code>", words(activate))[1]
    assert "data:image/svg+xml;base64," in words(activate)
    code = totp_code(secret, step_of(timezone.now()))
    done = client.post(reverse("mfa_activate_totp"), {"code": code}, follow=True)
    assert done.redirect_chain[-1][0] == reverse("mfa_view_recovery_codes"), words(done)
    return secret, re.findall(r"<code>(\d{8})</code>", words(done)), done


def test_an_app_is_set_up_through_the_pages_and_opens_what_asked_for_it(account):
    client, _answer = after_password()
    client.get("/ky", follow=True)
    secret, codes, done = set_up(client)
    assert len(codes) == 10
    assert 'href="/ky"' in words(done)
    assert client.get("/ky").content == b"signed"
    row = Authenticator.objects.get(type="totp")
    assert secret not in json.dumps(row.data)
    assert [e["kind"] for e in events("second_factor_set")] == ["totp", "recovery_codes"]
    assert secret not in str([e.body for e in JournalEntry.objects.all()])
    _client, again = enter(totp_code(secret, step_of(timezone.now())))
    assert "đã được dùng" in words(again) or "không đúng" in words(again)


def test_a_wrong_first_code_sets_nothing_up(account):
    client, _answer = after_password()
    pass_password_again(client)
    shown = words(client.get(reverse("mfa_activate_totp")))
    answer = client.post(reverse("mfa_activate_totp"), {"code": "abc"})
    assert "Mã không đúng" in words(answer)
    secret = re.search(r"([A-Z2-7]{32})</code>", shown)[1]
    assert secret in words(answer)
    assert not Authenticator.objects.exists()


def pass_password_again(client):
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def test_the_code_is_asked_for_after_the_password_and_opens_what_needs_it(holder):
    client, answer = after_password()
    assert answer.url == reverse("mfa_authenticate")
    assert not signed_in(client)
    assert client.get("/ky").url.startswith(reverse("account_login"))
    _client, answer = enter(code_of(holder), client)
    assert answer.status_code == 302
    assert signed_in(client)
    assert client.get("/ky").content == b"signed"
    assert client.get("/ky-nhieu").content == b"signed"


def test_a_code_signs_in_once(holder):
    code = code_of(holder)
    assert signed_in(enter(code)[0])
    client, answer = enter(code)
    assert not signed_in(client)
    assert "đã được dùng" in words(answer)
    earlier = enter(code_of(holder, steps=-1))[0]
    assert not signed_in(earlier)
    assert signed_in(enter(code_of(holder, steps=1))[0])


def test_a_used_code_does_not_count_to_the_lock_and_a_wrong_one_does(holder, settings):
    code = code_of(holder)
    enter(code)
    for _ in range(settings.LOCKOUT_ATTEMPTS):
        enter(code)
    assert Account.objects.get().locked_until is None
    client, _answer = after_password()
    for _ in range(settings.LOCKOUT_ATTEMPTS):
        _client, answer = enter("000000x", client)
    assert "bị khóa đến" in words(answer)
    _client, answer = enter(code_of(holder, steps=1), client)
    assert not signed_in(client)
    assert "bị khóa đến" in words(answer)
    [locked] = JournalEntry.objects.filter(name="identity.account_locked")
    assert locked.subject == holder.key


def test_the_right_password_does_not_forget_wrong_codes(holder, settings):
    for _ in range(settings.LOCKOUT_ATTEMPTS):
        client, answer = enter("000000x")
    assert Account.objects.get().locked_until is not None
    assert not signed_in(after_password()[0])


def test_a_secret_sealed_with_another_key_lets_nobody_in_and_breaks_nothing(holder, settings):
    code = code_of(holder)
    settings.SECRET_KEY = "another"
    client, answer = enter(code)
    assert answer.status_code == 200
    assert not signed_in(client)


def test_a_recovery_code_opens_once_and_is_a_fact(account):
    client, _answer = after_password()
    _secret, codes, _done = set_up(client)
    assert signed_in(enter(codes[3])[0])
    assert [e["left"] for e in events("recovery_used")] == [9]
    assert codes[3] not in str([e.body for e in JournalEntry.objects.all()])
    refused, answer = enter(codes[3])
    assert not signed_in(refused)
    assert "Mã không đúng" in words(answer)
    shown = words(client.get(reverse("mfa_view_recovery_codes"), follow=True))
    assert codes[3] not in shown
    assert codes[4] in shown


@pytest.mark.parametrize(
    ("age", "opens"),
    [(timedelta(hours=11, minutes=59), ["/ky"]), (timedelta(hours=12, seconds=5), []),
     (MINUTES - timedelta(seconds=20), ["/ky", "/ky-nhieu"])],
)  # fmt: skip
def test_a_second_factor_lasts_twelve_hours_or_as_long_as_the_page_says(holder, age, opens):
    client = Client()
    client.force_login(holder)
    pass_second_factor(client, holder, at=timezone.now() - age)
    answers = {path: client.get(path) for path in ("/ky", "/ky-nhieu")}
    assert [path for path, answer in answers.items() if answer.status_code == 200] == opens


def test_another_session_of_the_account_has_not_passed_it(holder):
    here, there = Client(), Client()
    for client in (here, there):
        client.force_login(holder)
    pass_second_factor(here, holder)
    assert here.get("/ky").status_code == 200
    assert there.get("/ky").status_code == 302


def test_after_a_form_was_sent_one_comes_back_to_the_form(holder):
    client = Client()
    client.force_login(holder)
    sent = client.post("/ky", headers={"referer": "http://testserver/tra-cuu?so=1"})
    assert sent.url == "/tai-khoan/xac-nhan?next=%2Ftra-cuu&again=1"
    asked = client.get(sent.url)
    assert "bấm nút lần nữa" in words(asked)
    back = client.post(sent.url, {"code": code_of(holder), "next": "/tra-cuu"})
    assert back.url == "/tra-cuu"
    assert client.post("/ky").content == b"signed"
    client.logout()
    client.force_login(holder)
    foreign = client.post("/ky", headers={"referer": "https://example.org/a"})
    assert foreign.url == "/tai-khoan/xac-nhan?next=%2F&again=1"


def test_the_page_leads_nowhere_else(holder):
    client = Client()
    client.force_login(holder)
    code = code_of(holder)
    answer = client.post("/tai-khoan/xac-nhan", {"code": code, "next": "https://example.org/"})
    assert answer.url == "/"


def test_wrong_codes_on_the_page_count_too_and_say_so(holder, settings):
    client = Client()
    client.force_login(holder)
    for _ in range(settings.LOCKOUT_ATTEMPTS):
        answer = client.post("/tai-khoan/xac-nhan", {"code": "000000x", "next": "/ky"})
        assert answer.status_code == 422
    assert Account.objects.get().locked_until is not None
    again = client.post("/tai-khoan/xac-nhan", {"code": code_of(holder), "next": "/ky"})
    assert "bị khóa đến" in words(again)
    assert client.get("/ky").status_code == 302


def test_removing_the_last_factor_asks_for_it_and_closes_what_it_opened(holder):
    client = Client()
    client.force_login(holder)
    pass_second_factor(client, holder)
    remove = reverse("mfa_deactivate_totp")
    assert client.post(remove).url.startswith("/tai-khoan/xac-nhan")
    assert Authenticator.objects.exists()
    client.post("/tai-khoan/xac-nhan", {"code": code_of(holder), "next": "/"})
    assert client.get("/ky").status_code == 200
    assert client.post(remove).status_code == 302
    assert not Authenticator.objects.exists()
    assert [e["kind"] for e in events("second_factor_removed")] == ["totp"]
    assert client.get("/ky").status_code == 302


def test_a_second_factor_cannot_be_replaced_by_the_password(holder):
    client = Client()
    client.force_login(holder)
    answer = client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert answer.url.startswith("/tai-khoan/xac-nhan")
    assert client.get(reverse("mfa_add_webauthn")).url.startswith("/tai-khoan/xac-nhan")
    assert client.get("/ky").status_code == 302


def test_an_administrator_removes_it_from_the_command_line(holder, capsys):
    client = Client()
    client.force_login(holder)
    pass_second_factor(client, holder)
    assert main(["password", "be", "--remove-second-factor"]) == 0
    assert client.get("/ky").status_code == 302
    entry = JournalEntry.objects.get(name="identity.second_factor_removed")
    assert (entry.subject, entry.by) == (holder.key, "command")
    assert signed_in(after_password()[0])
    assert main(["password", "be", "--remove-second-factor"]) == 1
    assert "no second factor" in capsys.readouterr().err


def persona(username="lan"):
    client = Client()
    client.post(f"/nhan-vat/{username}")
    return client, queries.demo_account(username)


def test_a_persona_goes_on_with_the_code_that_the_demonstration_shows(demo_city):
    client, account = persona()
    assert client.get("/ky").status_code == 302
    shown = client.get("/ky", follow=True)
    code = re.search(r'name="code" value="(\d{6})"', words(shown))[1]
    assert f"{code[:3]} {code[3:]}" in words(shown)
    assert client.post("/tai-khoan/xac-nhan", {"code": code, "next": "/ky"}).url == "/ky"
    assert client.get("/ky").content == b"signed"
    other, _account = persona()
    fresh = re.search(r'name="code" value="(\d{6})"', words(other.get("/ky", follow=True)))[1]
    assert other.post("/tai-khoan/xac-nhan", {"code": fresh, "next": "/ky"}).status_code == 302
    third, _account = persona()
    used = third.get("/ky", follow=True)
    assert 'id="demo-code"' in words(used) or "trong vòng 30 giây" in words(used)


def test_every_persona_of_the_staff_has_a_second_factor_and_no_citizen(demo_city):
    having = {
        one for one in ("phuong", "cang", "mai", "son", "lan", "hung", "du", "tri")
        if queries.kinds_of_second_factor(queries.demo_account(one).pk)
    }  # fmt: skip
    assert having == {"mai", "son", "lan", "hung", "du", "tri"}


def test_a_code_is_never_shown_for_a_real_account_or_outside_the_demonstration(demo_city, settings):
    real = actions.create_account(username="that", display_name="Thật", by="a", at=AT)
    authenticator_of(real)
    invented = queries.demo_account("lan")
    seen = []
    for demo, account in ((True, real), (False, invented), (False, real), (True, invented)):
        settings.DEMO = demo
        client = Client()
        client.force_login(account)
        said = words(client.get("/tai-khoan/xac-nhan"))
        codes = {code_of(account, steps=step) for step in (-1, 0, 1, 2)}
        seen.append("demo-code" in said or any(code in said for code in codes))
        assert bool(queries.demo_code(account, at=timezone.now())) == seen[-1]
    assert seen == [False, False, False, True]


def test_no_real_account_gets_the_second_factor_of_the_demonstration(account):
    with pytest.raises(AssertionError):
        actions.give_demo_second_factor(account=account.pk)


def test_a_visitor_neither_locks_an_invented_persona_nor_takes_its_factor_away(demo_city):
    client, account = persona()
    for _ in range(8):
        client.post("/tai-khoan/xac-nhan", {"code": "000000x", "next": "/"})
    account.refresh_from_db()
    assert account.locked_until is None
    client.post("/tai-khoan/xac-nhan", {"code": code_of(account), "next": "/"})
    answer = client.post(reverse("mfa_deactivate_totp"))
    assert "người xem khác" in words(answer)
    assert "totp" in queries.kinds_of_second_factor(account.pk)


def test_the_api_says_that_it_needs_a_second_factor(rf, holder):
    from ninja.errors import HttpError

    from hoaphuong.identity.actor import AccountActor
    from hoaphuong.kernel.access import Holding

    actions.grant_role(
        account=holder.pk, role="clerk", agency=None, valid_from=AT.date(), by="a", at=AT
    )
    holding = Holding("dossiers.receive", second_factor=True)
    request = rf.get("/")
    request.user, today = holder, timezone.localdate()
    request.actor = AccountActor(holder, today=today)
    with pytest.raises(HttpError) as refused:
        holding.authenticate(request, "k")
    assert refused.value.status_code == 403
    assert "second factor" in str(refused.value)
    passed = {authenticator_of(holder).pk: timezone.now()}
    request.actor = AccountActor(holder, today=today, passed=passed)
    assert holding.authenticate(request, "k") == holder


@pytest.mark.slow
def test_one_code_in_many_hands_at_once_is_accepted_once(real_city):
    """Four threads in each of two processes, on the database that the city has."""
    script = (
        "import time\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from datetime import UTC, datetime\n"
        "from allauth.mfa.models import Authenticator\n"
        "from hoaphuong.identity import actions, queries\n"
        "from hoaphuong.identity.sealing import unsealed\n"
        "from hoaphuong.identity.totp import step_of, totp_code\n"
        "account = queries.demo_account('lan')\n"
        "at = datetime.fromtimestamp({at}, UTC)\n"
        "[row] = Authenticator.objects.filter(user=account, type='totp')\n"
        "code = totp_code(unsealed(row.data['secret']), step_of(at))\n"
        "def one(_number):\n"
        "    time.sleep(max(0, {start} - time.time()))\n"
        "    try:\n"
        "        actions.accept_code(account=account.pk, code=code, at=at)\n"
        "    except (actions.UsedCode, actions.WrongCode):\n"
        "        return 0\n"
        "    return 1\n"
        "print(sum(ThreadPoolExecutor(4).map(one, range(4))))\n"
    )
    now = timezone.now().timestamp()
    asked = script.format(at=now, start=now + 4)
    processes = [real_city.beside(asked) for _one in range(2)]
    told = [process.communicate(timeout=60) for process in processes]
    assert [one.returncode for one in processes] == [0, 0], told
    assert sum(int(out) for out, _err in told) == 1
