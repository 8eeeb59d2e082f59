"""A forgotten password, from the page to the letter to the new password."""

import email
import re
from datetime import UTC, datetime, timedelta
from email.policy import default

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hoaphuong.identity import actions
from hoaphuong.identity.models import Account

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
OLD, FRESH = "hoa-do-thang-nam", "phuong-vi-no-do"
LETTERS = {
    "vi": ("Chọn mật khẩu mới", "Xin chào,", "trong vòng 24 giờ", "Tên đăng nhập của bạn là be."),
    "en": ("Choose a new password", "Hello,", "within 24 hours", "Your user name is be."),
}


@pytest.fixture
def account(db):
    return actions.create_account(
        username="be", display_name="Bé", email="be@bia.vn", password=OLD, by="a", at=AT
    )


@pytest.fixture
def letters(settings):
    """Reads the letters that were sent, as the program without a mail server keeps them."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"

    def read():
        files = sorted(settings.EMAIL_FILE_PATH.glob("*"))
        return [email.message_from_bytes(path.read_bytes(), policy=default) for path in files]

    return read


def ask(address, language="vi"):
    client = Client()
    client.cookies["lang"] = language
    answer = client.post(reverse("account_reset_password"), {"email": address}, follow=True)
    return answer.content.decode()


def link_of(letter):
    return re.search(r"https?://testserver(/\S+)", letter.get_content())[1]


def choose(client, link, password=FRESH):
    """Open the letter's link as a browser does, and send a new password twice."""
    form = client.get(link, follow=True)
    if not form.redirect_chain:
        return form
    page = form.redirect_chain[-1][0]
    return client.post(page, {"password1": password, "password2": password}, follow=True)


def opens(password):
    client = Client()
    answer = client.post(reverse("account_login"), {"login": "be", "password": password})
    return answer.status_code == 302


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_link_of_the_letter_sets_a_new_password_once(account, letters, language):
    assert "be@bia.vn" not in ask("be@bia.vn", language)
    [letter] = letters()
    subject, *sentences = LETTERS[language]
    assert subject in letter["Subject"]
    assert letter["To"] == "be@bia.vn"
    text = letter.get_content()
    assert all(sentence in text for sentence in sentences)
    other = LETTERS["en" if language == "vi" else "vi"]
    assert not any(sentence in text for sentence in other)

    client = Client()
    client.cookies["lang"] = language
    done = choose(client, link_of(letter)).content.decode()
    assert {"vi": "Đã đổi mật khẩu", "en": "has been changed"}[language] in done
    assert opens(FRESH)
    assert not opens(OLD)

    again = choose(Client(), link_of(letter), "khac-hoan-toan-1").content.decode()
    assert "không còn hiệu lực" in again
    assert opens(FRESH)


def test_a_link_expires(account, letters, monkeypatch):
    ask("be@bia.vn")
    link = link_of(letters()[0])
    from django.contrib.auth.tokens import PasswordResetTokenGenerator

    later = datetime.now() + timedelta(hours=24, minutes=1)  # noqa: DTZ005 - as Django counts
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: later)
    assert "không còn hiệu lực" in choose(Client(), link).content.decode()
    assert opens(OLD)


@pytest.mark.parametrize(
    "change",
    [lambda link: f"{link[:-2]}x/", lambda link: link.replace("/key/", "/key/1", 1)],
    ids=["key", "account"],
)
def test_a_link_that_was_altered_opens_nothing(account, letters, change):
    ask("be@bia.vn")
    answer = choose(Client(), change(link_of(letters()[0])))
    assert "không còn hiệu lực" in answer.content.decode()
    assert opens(OLD)


def test_a_link_dies_when_the_password_changes_meanwhile(account, letters):
    ask("be@bia.vn")
    actions.set_password(account=account.pk, password="dat-o-quay-123")
    assert "không còn hiệu lực" in choose(Client(), link_of(letters()[0])).content.decode()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_does_not_tell_whether_an_account_exists(account, letters, language):
    token = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
    known, unknown = (
        token.sub("", ask(address, language)) for address in ("be@bia.vn", "ai-do@bia.vn")
    )
    assert known == unknown
    [_letter, other] = sorted(letters(), key=lambda letter: letter["To"], reverse=True)
    assert other["To"] == "ai-do@bia.vn"
    told = {"vi": "không có tài khoản nào gắn với", "en": "no account belongs to"}[language]
    assert told in other.get_content()


def test_a_new_password_is_judged_like_any(account, letters):
    ask("be@bia.vn")
    for poor in ("ngan", "1234567890", "password123"):
        choose(Client(), link_of(letters()[0]), poor)
    assert opens(OLD)


def test_a_new_password_lifts_a_lock_and_ends_every_session(account, letters):
    inside = Client()
    inside.post(reverse("account_login"), {"login": "be", "password": OLD})
    Account.objects.update(locked_until=timezone.now() + timedelta(minutes=10), failed_attempts=3)
    ask("be@bia.vn")
    choose(Client(), link_of(letters()[0]))
    assert opens(FRESH)
    assert inside.get(reverse("account_change_password")).status_code == 302


def test_a_closed_account_receives_no_link(account, letters):
    Account.objects.update(is_active=False)
    ask("be@bia.vn")
    [letter] = letters()
    assert "/password/reset/key/" not in letter.get_content()
