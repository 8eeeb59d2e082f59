"""Signing in, and what a wrong password does and does not do."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime

from hoaphuong.identity import actions
from hoaphuong.identity.models import Account
from hoaphuong.kernel.models import JournalEntry

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
# Invented people.
PASSWORD = "hoa-do-thang-nam"


@pytest.fixture
def account(db):
    return actions.create_account(
        username="be",
        display_name="Ngô Thị Bé",
        email="be@bia.vn",
        password=PASSWORD,
        by="a",
        at=AT,
    )


def try_password(password, login="be", *, address="10.0.0.1", language="vi"):
    client = Client(REMOTE_ADDR=address)
    client.cookies["lang"] = language
    answer = client.post(reverse("account_login"), {"login": login, "password": password})
    return client, answer


def signed_in(login="be", password=PASSWORD, **more):
    client, answer = try_password(password, login, **more)
    return answer.status_code == 302 and "_auth_user_id" in client.session


def fail(times, login="be", **more):
    answers = [try_password("sai", login, **more)[1] for _ in range(times)]
    return answers[-1].content.decode()


@pytest.mark.parametrize("login", ["be", "BE", "be@bia.vn", "Be@Bia.vn"])
def test_a_username_or_an_address_signs_in_whatever_its_case(account, login):
    assert signed_in(login)


def test_a_wrong_password_and_a_name_nobody_has_look_alike(account):
    for language, words in (("vi", "không đúng"), ("en", "not correct")):
        known = try_password("sai", "be", language=language)[1].content.decode()
        unknown = try_password("sai", "khong-co", language=language)[1].content.decode()
        assert words in known
        assert words in unknown


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_fifth_wrong_password_locks_and_the_page_says_until_when(account, language, settings):
    before = timezone.now()
    fail(settings.LOCKOUT_ATTEMPTS - 1)
    assert Account.objects.get().locked_until is None

    fifth = fail(1, language=language)
    until = Account.objects.get().locked_until
    assert until - before >= settings.LOCKOUT_PERIOD
    for page in (fifth, fail(1, language=language)):
        assert f"{localtime(until):%H:%M (%d/%m/%Y)}" in page
        assert {"vi": "bị khóa đến", "en": "Nobody can sign in"}[language] in page
    [entry] = JournalEntry.objects.filter(name="identity.account_locked")
    assert entry.subject == account.key


@pytest.mark.parametrize("login", ["be", "BE", "be@bia.vn"])
def test_the_right_password_does_not_open_a_locked_account_from_anywhere(account, login):
    fail(5)
    assert not signed_in(login)
    assert not signed_in(login, address="10.9.9.9")


def test_wrong_passwords_count_however_the_account_is_named(account):
    EmailAddress.objects.create(user=account, email="cu@bia.vn")
    for login in ("be", "BE", "be@bia.vn", "BE@BIA.VN", "cu@bia.vn"):
        fail(1, login)
    assert not signed_in()


def test_after_the_time_the_right_password_opens_and_the_count_begins_anew(account):
    fail(5)
    Account.objects.update(locked_until=timezone.now() - timedelta(seconds=1))
    assert signed_in()
    row = Account.objects.get()
    assert (row.failed_attempts, row.locked_until) == (0, None)
    fail(4)
    assert signed_in()


def test_a_colleague_at_the_same_address_is_not_locked_out(account):
    actions.create_account(
        username="ty", display_name="Lý Văn Tý", password=PASSWORD, by="a", at=AT
    )
    fail(8)
    assert signed_in("ty")


def test_a_whole_office_signs_in_from_one_address_within_a_minute(account):
    assert all(signed_in() for _colleague in range(40))


@pytest.mark.slow
def test_wrong_passwords_at_once_are_counted_once_each(real_city):
    """Four threads of one web process and another process: the counter is the database's."""
    made = real_city.python(
        "from datetime import UTC, datetime\n"
        "from hoaphuong.identity import actions\n"
        f"actions.create_account(username='be', display_name='Bé', password={PASSWORD!r},"
        " by='a', at=datetime.now(UTC))"
    )
    assert made.returncode == 0, made.stderr
    real_city.start_web()
    first = real_city.address
    real_city.start_web()

    def sign_in(number, password="sai"):
        jar = CookieJar()
        browser = build_opener(HTTPCookieProcessor(jar))
        page = f"{(first, real_city.address)[number % 2]}/tai-khoan/login/"
        browser.open(page).read()
        token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
        form = {"login": "be", "password": password, "csrfmiddlewaretoken": token}
        browser.open(page, urlencode(form).encode()).read()
        return any(cookie.name == "sessionid" for cookie in jar)

    with ThreadPoolExecutor(4) as threads:
        assert not any(threads.map(sign_in, range(5)))
    assert not sign_in(0, PASSWORD)
    assert not sign_in(1, PASSWORD)
    told = real_city.python(
        "from hoaphuong.identity.models import Account\n"
        "print(Account.objects.get(username='be').locked_until is not None)"
    )
    assert told.stdout.strip() == "True", told.stderr


def test_a_new_password_ends_every_session_but_the_one_that_set_it(account):
    here, _answer = try_password(PASSWORD)
    elsewhere, _answer = try_password(PASSWORD)
    page = reverse("account_change_password")
    fresh = "phuong-vi-no-do"
    answer = here.post(
        page, {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh}, follow=True
    )
    assert answer.status_code == 200
    assert here.get(page).status_code == 200
    assert elsewhere.get(page).status_code == 302
    assert not signed_in()
    assert signed_in(password=fresh)


def test_a_password_from_the_command_line_ends_every_session(account):
    client, _answer = try_password(PASSWORD)
    actions.set_password(account=account.pk, password="phuong-vi-no-do")
    assert client.get(reverse("account_change_password")).status_code == 302


def test_a_closed_account_does_not_sign_in(account):
    Account.objects.update(is_active=False)
    assert not signed_in()


def test_every_page_around_a_password_is_in_the_language_that_was_chosen(account):
    client, _answer = try_password(PASSWORD)
    pages = [reverse("account_change_password"), reverse("account_logout")]
    for language, words in (("vi", "mật khẩu"), ("en", "assword")):
        client.cookies["lang"] = language
        change, leave = (client.get(page).content.decode() for page in pages)
        assert words in change
        assert {"vi": "Đăng xuất", "en": "Sign out"}[language] in leave
    account.set_unusable_password()
    account.save()
    client.force_login(account)
    client.cookies["lang"] = "vi"
    chosen = client.get(reverse("account_change_password"), follow=True)
    assert chosen.redirect_chain[-1][0] == reverse("account_set_password")
    assert "Chọn mật khẩu mới" in chosen.content.decode()


@pytest.mark.parametrize(
    "path", ["email/", "hai-buoc/login/", "confirm-email/", "confirm-email/a/"]
)
def test_pages_of_the_library_that_nobody_needs_are_not_there(client, db, path):
    assert client.get(f"/tai-khoan/{path}").status_code == 404
    assert client.post(f"/tai-khoan/{path}", {"email": "x@example.vn"}).status_code in (403, 404)


def test_a_closed_account_is_told_so_in_both_languages(client, db):
    for language, words in (("vi", "Tài khoản này đã bị khóa"), ("en", "This account is closed")):
        client.cookies["lang"] = language
        assert words in client.get("/tai-khoan/inactive/").content.decode()
