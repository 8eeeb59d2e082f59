"""Who asks about revocation gets good only from those who may say it, and say it now."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp

from hoaphuong.kernel.outside import Outside
from hoaphuong.signing.authority import issue, revoke
from hoaphuong.signing.providers.revocation import HttpRevocation

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def certificate(authority):
    return issue(
        authority.folder,
        name="Nguyễn Thị Mẫu",
        public_key=ec.generate_private_key(ec.SECP256R1()).public_key(),
        valid_from=NOW - timedelta(days=1),
        valid_to=NOW + timedelta(days=365),
    )


@pytest.fixture
def asked(authority):
    return HttpRevocation(outside=authority.outside)


def revoked(authority, certificate, **how):
    revoke(authority.folder, x509.load_der_x509_certificate(certificate).serial_number, **how)


def test_a_good_certificate_is_good_by_answer_and_by_list(authority, asked, certificate):
    answer = ocsp.load_der_ocsp_response(asked.ocsp(certificate, authority.issuing))
    assert answer.certificate_status == ocsp.OCSPCertStatus.GOOD
    assert x509.load_der_x509_crl(asked.crl(certificate)).next_update_utc > NOW
    assert asked.standing(certificate, authority.issuing).status == "good"


def test_a_revoked_certificate_is_revoked_with_moment_and_reason(authority, asked, certificate):
    revoked(authority, certificate, at=NOW, reason="keyCompromise")
    for part in ("none", "ocsp"):
        if part == "ocsp":
            authority.faults("ocsp", status=500)
        found = asked.standing(certificate, authority.issuing)
        assert (found.status, found.revoked_at, found.reason) == ("revoked", NOW, "keyCompromise")


def test_the_issuing_ca_itself_is_looked_up_in_the_list_of_the_root(authority, asked):
    assert asked.ocsp(authority.issuing, authority.root) is None
    assert asked.standing(authority.issuing, authority.root).status == "good"


LIES = [
    {"stranger": True}, {"other": True}, {"stale": True}, {"garbage": True}, {"unknown": True},
    {"wrong_nonce": True}, {"status": 500}, {"half": True}, {"refuse": True},
    {"clock_off": 86_400}, {"hang": 4}, {"drip": 0.2},
]  # fmt: skip


@pytest.mark.parametrize("told", LIES, ids=str)
def test_an_answer_that_must_not_be_believed_leaves_it_to_the_list(
    authority, asked, certificate, told
):
    revoked(authority, certificate)
    authority.faults("ocsp", **told)
    assert asked.ocsp(certificate, authority.issuing) is None
    assert asked.standing(certificate, authority.issuing).status == "revoked"


@pytest.mark.parametrize(
    "told", [lie for lie in LIES if not {"unknown", "wrong_nonce", "refuse"} & set(lie)], ids=str
)
def test_a_list_that_must_not_be_believed_leaves_it_unknown(authority, asked, certificate, told):
    revoked(authority, certificate)
    authority.faults("ocsp", status=500)
    authority.faults("crl", **told)
    assert asked.crl(certificate) is None
    assert asked.standing(certificate, authority.issuing).status == "unknown"


def test_a_wrong_issuer_offered_as_the_issuer_is_not_taken(authority, asked, certificate):
    authority.faults("ca", other=True)
    assert asked.crl(certificate) is None
    authority.faults("ca")
    assert asked.crl(certificate)


def test_an_issuer_who_did_not_issue_it_is_not_asked(authority, asked, certificate):
    before = len(authority.requests())
    assert asked.ocsp(certificate, authority.root) is None
    assert len(authority.requests()) == before


def test_addresses_that_are_not_allowed_are_not_asked(authority, certificate):
    before = len(authority.requests())
    nowhere = HttpRevocation(outside=Outside.of(["http://127.0.0.1:1"]))
    assert nowhere.standing(certificate, authority.issuing).status == "unknown"
    assert len(authority.requests()) == before


def test_a_good_answer_is_kept_until_it_ends_and_no_longer(authority, certificate):
    moment = [datetime.now(UTC)]
    asked = HttpRevocation(outside=authority.outside, clock=lambda: moment[0])
    first = asked.ocsp(certificate, authority.issuing)
    before = len(authority.requests())
    assert asked.ocsp(certificate, authority.issuing) == first
    assert len(authority.requests()) == before
    moment[0] += timedelta(hours=1, minutes=1)
    asked.ocsp(certificate, authority.issuing)
    assert len(authority.requests()) == before + 1


def test_a_certificate_that_says_nothing_or_is_none_is_unknown(authority, asked):
    assert asked.standing(authority.root, authority.root).status == "unknown"
    assert asked.standing(b"\x30\x00", authority.issuing).status == "unknown"
