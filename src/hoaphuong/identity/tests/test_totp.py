"""Codes of an authenticator app, and how secrets are kept."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoaphuong.identity.sealing import Unreadable, sealed, unsealed
from hoaphuong.identity.totp import digits_typed, fresh_secret, matching_step, step_of, totp_code

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_a_code_is_that_of_rfc_6238(seconds, code):
    assert totp_code(SECRET, seconds // 30) == code


@given(st.integers(0, 4_000_000_000), st.integers(-4, 4))
def test_a_clock_may_be_one_step_off_and_no_more(seconds, off):
    at = datetime.fromtimestamp(seconds, UTC) + timedelta(days=1)
    code = totp_code(SECRET, step_of(at) + off)
    near = {totp_code(SECRET, step_of(at) + step) for step in (-1, 0, 1)}
    assert (matching_step(SECRET, code, at=at) is not None) == (code in near)


def test_a_code_may_be_written_in_groups():
    at = datetime.fromtimestamp(59, UTC)
    for typed in ("287082", "287 082", "287-082", " 287082 "):
        assert digits_typed(typed) == "287082"
        assert matching_step(SECRET, typed, at=at) == 1
    for typed in ("", "28708", "287083", "２８７０８２", "2870820"):
        assert matching_step(SECRET, typed, at=at) is None


def test_a_sealed_secret_does_not_show_and_another_key_does_not_open_it(settings):
    secret = fresh_secret()
    kept = sealed(secret)
    assert secret not in kept
    assert unsealed(kept) == secret
    assert sealed(secret) != kept
    settings.SECRET_KEY = "another"
    with pytest.raises(Unreadable):
        unsealed(kept)
