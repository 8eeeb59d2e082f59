"""Certificates come into use for one holder, and go out of it."""

import json
from datetime import timedelta

import pytest

from hoaphuong.kernel.models import JournalEntry
from hoaphuong.signing import actions, queries
from hoaphuong.signing.making import split
from hoaphuong.signing.models import Certificate
from hoaphuong.signing.tests.factories import NOON, YEAR, key_and_certificate, small_rsa

pytestmark = pytest.mark.django_db


def record(der, **holder):
    return actions.record_certificate(
        provider="client", certificate=der, by="admin", at=NOON, **holder
    )


def test_a_recorded_certificate_says_what_it_is_and_no_fact_names_its_holder():
    _, der = key_and_certificate("Nguyễn Văn Thử")
    facts = record(der, account="an")
    assert facts.certificate == der
    assert facts.algorithm == "P-256"
    assert "Nguyễn Văn Thử" in facts.subject_name
    assert queries.certificate_of_account("an", at=NOON) == facts
    body = JournalEntry.objects.get(name="signing.certificate_recorded").body
    assert json.loads(body)["account"] == "an"
    assert "Thử" not in body


@pytest.mark.parametrize(
    ("reason", "made", "holder"),
    [
        ("one_holder", {}, {"account": "an", "agency": "x"}),
        ("one_holder", {}, {}),
        ("ended", {"begins": NOON - 2 * YEAR, "ends": NOON - YEAR}, {"account": "an"}),
        ("algorithm", {"key": "small"}, {"account": "an"}),
    ],
)
def test_a_certificate_that_cannot_be_signed_with_is_refused(reason, made, holder):
    if made.get("key"):
        made = made | {"key": small_rsa()}
    _, der = key_and_certificate(**made)
    with pytest.raises(actions.CertificateRefused) as refused:
        record(der, **holder)
    assert refused.value.reason == reason
    assert not Certificate.objects.exists()


def test_hostile_bytes_and_a_known_certificate_are_refused():
    with pytest.raises(actions.CertificateRefused) as refused:
        record(b"0\x82\xff\xff" + b"x" * 50, account="an")
    assert refused.value.reason == "unreadable"
    _, der = key_and_certificate()
    record(der, account="an")
    with pytest.raises(actions.CertificateRefused) as refused:
        record(der, account="binh")
    assert refused.value.reason == "known_already"


def test_the_certificate_in_force_is_the_one_that_ends_last_and_was_not_withdrawn_by_then():
    _, old = key_and_certificate(ends=NOON + YEAR)
    _, new = key_and_certificate(begins=NOON, ends=NOON + 2 * YEAR)
    old, new = record(old, agency="a"), record(new, agency="a")
    assert queries.certificate_of_agency("a", at=NOON) == new
    assert queries.certificate_of_agency("a", at=NOON - timedelta(days=1)) == old
    actions.withdraw_certificate(key=new.key, reason="superseded", by="admin", at=NOON)
    later = NOON + timedelta(hours=1)
    assert queries.certificate_of_agency("a", at=later) == old
    assert queries.certificate_of_agency("a", at=NOON + 2 * YEAR) is None
    assert queries.certificate_of_account("a", at=NOON) is None


def test_a_certificate_is_withdrawn_once_for_a_known_reason():
    _, der = key_and_certificate()
    held = record(der, account="an")
    for _ in range(2):
        actions.withdraw_certificate(key=held.key, reason="superseded", by="admin", at=NOON)
    assert JournalEntry.objects.filter(name="signing.certificate_withdrawn").count() == 1
    with pytest.raises(ValueError, match="no reason"):
        actions.withdraw_certificate(key=held.key, reason="whim", by="admin", at=NOON)
    with pytest.raises(actions.NoSuchCertificate):
        actions.withdraw_certificate(key="none", reason="superseded", by="admin", at=NOON)


def test_a_chain_is_split_into_its_certificates():
    ders = [key_and_certificate()[1] for _ in range(3)]
    assert split(b"".join(ders)) == tuple(ders)
    assert split(b"") == ()
