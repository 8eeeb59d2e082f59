"""``./hoaphuong password``: typed twice, never on the command line."""

import getpass
from datetime import UTC, datetime

import pytest

from hoaphuong.command.main import main
from hoaphuong.identity import actions
from hoaphuong.identity.models import Account

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
FRESH = "phuong-vi-no-do"


@pytest.fixture
def account(db):
    return actions.create_account(
        username="be", display_name="Bé", email="be@bia.vn", by="a", at=AT
    )


@pytest.fixture
def typed(monkeypatch):
    def answers(*words):
        waiting = list(words)
        monkeypatch.setattr(getpass, "getpass", lambda prompt: waiting.pop(0))

    return answers


@pytest.mark.parametrize("login", ["be", "BE", "be@bia.vn"])
def test_a_password_typed_twice_is_set_and_a_lock_is_lifted(account, typed, login, capsys):
    Account.objects.update(locked_until=AT, failed_attempts=2)
    typed(FRESH, FRESH)
    assert main(["password", login]) == 0
    row = Account.objects.get()
    assert row.check_password(FRESH)
    assert (row.failed_attempts, row.locked_until) == (0, None)
    assert FRESH not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((FRESH, "khac"), "do not match"),
        (("ngan", "ngan"), "10"),
        (("1234567890", "1234567890"), ""),
    ],
    ids=["not the same", "short", "common"],
)
def test_what_cannot_be_a_password_is_refused_in_a_sentence(account, typed, capsys, words, said):
    typed(*words)
    assert main(["password", "be"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("hoaphuong: ")
    assert said in told
    assert not Account.objects.get().has_usable_password()


def test_nobody_s_password_is_not_set(account, typed, capsys):
    typed(FRESH, FRESH)
    assert main(["password", "khong-co"]) == 1
    assert "khong-co" in capsys.readouterr().err


def test_an_end_of_input_is_no_password(account, monkeypatch, capsys):
    def ended(prompt):
        raise EOFError

    monkeypatch.setattr(getpass, "getpass", ended)
    assert main(["password", "be"]) == 1
    assert "no password" in capsys.readouterr().err
