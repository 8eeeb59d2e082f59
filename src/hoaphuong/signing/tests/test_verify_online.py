"""``verify --online``: asks about revocation, only at allowed addresses, and believes no lie."""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from hoaphuong.signing import authority as demonstration
from hoaphuong.signing.contracts import Level, ToSign
from hoaphuong.signing.pdf import sign
from hoaphuong.signing.providers.software import SoftwareKey
from hoaphuong.signing.tests.pdf_papers import reserved

YEAR = timedelta(days=365)


@pytest.fixture
def paper(authority, tmp_path):
    """A file signed by an officer of the running authority, without any evidence in it."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC) - timedelta(minutes=1)  # before whatever is revoked later
    der = demonstration.issue(
        authority.folder, name="Nguyễn Văn Thử", public_key=key.public_key(),
        valid_from=now - YEAR, valid_to=now + YEAR,
    )  # fmt: skip
    ready = SoftwareKey(key, der, (authority.issuing,))
    asked = ToSign(reserved(), level=Level.B_B)
    file = tmp_path / "a.pdf"
    file.write_bytes(sign(asked, key=ready, at=now, stamps=None, answers=None))
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / "root.cer").write_bytes(authority.root)
    return file, x509.load_der_x509_certificate(der).serial_number


def said(file, *words, origins=""):
    ended = subprocess.run(
        [sys.executable, "-m", "hoaphuong", "verify", str(file), "--json", "--anchors",
         str(file.parent / "trust"), *words],
        env={**os.environ, "HOAPHUONG_REVOCATION_ORIGINS": origins},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    [found] = json.loads(ended.stdout)
    return found["verdict"], found["reason"]


def test_whoever_may_be_asked_says_good_or_revoked(authority, paper):
    file, serial = paper
    assert said(file, "--online", origins=authority.address) == ("valid", "valid")
    demonstration.revoke(authority.folder, serial, reason="keyCompromise")
    assert said(file, "--online", origins=authority.address) == (
        "indeterminate", "revoked_no_proof"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "origins"),
    [((), "here"), (("--online",), ""), (("--online",), "http://127.0.0.1:1")],
    ids=str,
)
def test_nobody_is_asked_who_may_not_be(authority, paper, words, origins):
    before = len(authority.requests())
    here = authority.address if origins == "here" else origins
    assert said(paper[0], *words, origins=here) == ("indeterminate", "revocation_unknown")
    assert len(authority.requests()) == before


@pytest.mark.parametrize(
    "told",
    [
        {"stranger": True},
        {"garbage": True},
        pytest.param({"other": True}, marks=pytest.mark.slow),
        pytest.param({"clock_off": 86_400}, marks=pytest.mark.slow),
        pytest.param({"hang": 60}, marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_a_responder_that_hangs_or_lies_leaves_it_to_the_list_and_both_leave_it_unknown(
    authority, paper, told
):
    file, serial = paper
    authority.faults("ocsp", **told)
    assert said(file, "--online", origins=authority.address) == ("valid", "valid")
    authority.faults("crl", **told)
    began = time.monotonic()
    assert said(file, "--online", origins=authority.address) == (
        "indeterminate", "revocation_unknown"
    )  # fmt: skip
    assert time.monotonic() - began < 40
