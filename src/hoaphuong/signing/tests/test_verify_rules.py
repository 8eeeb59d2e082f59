"""The worked cases of docs/verification.md, each on a file made for it."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.sign import fields

from hoaphuong.signing.tests.verify_makers import (
    Authority,
    day,
    holder,
    paper,
    signed,
    stamped,
    with_evidence,
)
from hoaphuong.signing.verification import verify
from hoaphuong.signing.verification.trust import Anchors

NOW = day("2026-06-01")
STAMP = day("2026-03-01T10:00:00")
JUST_AFTER = STAMP + timedelta(seconds=5)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def bare(authority):
    return signed(paper(), authority.signer, authority)


@pytest.fixture(scope="module")
def with_stamp(authority):
    return signed(paper(), authority.signer, authority, stamped_at=STAMP)


def said(content, authority, at=NOW, anchors=None, answers=None):
    report = verify(
        content, name="a.pdf", anchors=anchors or authority.anchors, answers=answers, at=at
    )
    return report.verdict.value, report.reason


WORKED = {
    "fresh OCSP, no stamp": (False, {"made_at": NOW}, "valid"),
    "older OCSP, no stamp": (False, {"made_at": STAMP}, "revocation_too_old"),
    "nothing, no stamp": (False, None, "revocation_unknown"),
    "OCSP just after the stamp": (True, {"made_at": JUST_AFTER}, "valid"),
    "OCSP a day after the stamp": (True, {"made_at": STAMP + timedelta(hours=28)}, "valid"),
    "OCSP the day before the stamp": (
        True,
        {"made_at": day("2026-02-28T12:00:00")},
        "revocation_too_old",
    ),
    "OCSP before the stamp that still counts": (
        True,
        {"made_at": day("2026-03-01T08:00:00"), "next_at": day("2026-03-02T08:00:00")},
        "valid",
    ),
    "revoked before the stamp": (
        True,
        {"made_at": JUST_AFTER, "revoked_at": day("2026-02-01")},
        "revoked",
    ),
    "revoked after the stamp": (
        True,
        {"made_at": day("2026-05-02"), "revoked_at": day("2026-05-01")},
        "valid",
    ),
    "an answer from the future": (True, {"made_at": day("2026-07-01")}, "revocation_unknown"),
}


@pytest.mark.parametrize("case", WORKED, ids=list(WORKED))
def test_revocation_is_weighed_at_the_best_time(authority, bare, with_stamp, case):
    has_stamp, answer, expected = WORKED[case]
    content = with_stamp if has_stamp else bare
    if answer:
        content = with_evidence(content, ocsps=[authority.ocsp(**answer)])
    assert said(content, authority)[1] == expected


def test_a_list_that_covers_the_stamp_says_good_and_one_with_the_number_on_it_says_revoked(
    authority, with_stamp
):
    times = (day("2026-03-01"), day("2026-03-02"))
    good = with_evidence(with_stamp, crls=[authority.crl(*times)])
    serial = authority.signer.certificate.serial_number
    bad = with_evidence(with_stamp, crls=[authority.crl(*times, {serial: day("2026-02-01")})])
    assert said(good, authority) == ("valid", "valid")
    assert said(bad, authority) == ("invalid", "revoked")


def test_without_a_stamp_a_revoked_certificate_leaves_open_whether_it_was_before(authority, bare):
    content = with_evidence(
        bare, ocsps=[authority.ocsp(made_at=day("2035-01-01"), revoked_at=day("2034-12-31"))]
    )
    # The signer's own clock is that of this test run, before the revocation.
    assert said(content, authority, at=day("2035-01-01"))[1] == "revoked_no_proof"


def test_a_signer_whose_own_clock_is_after_the_revocation_is_invalid(authority, bare):
    content = with_evidence(bare, ocsps=[authority.ocsp(made_at=NOW, revoked_at=day("2026-05-01"))])
    assert said(content, authority) == ("invalid", "revoked")


def test_an_answer_signed_by_a_stranger_says_nothing(authority, with_stamp):
    stranger = Authority()
    other = holder("Người lạ", stranger.issuing, purpose=ExtendedKeyUsageOID.OCSP_SIGNING)
    content = with_evidence(with_stamp, ocsps=[authority.ocsp(JUST_AFTER, by=other)])
    both = Anchors.of([authority.root.der, stranger.root.der])
    assert said(content, authority, anchors=both) == ("indeterminate", "revocation_unknown")


def test_a_responder_made_by_the_issuer_answers_for_it_only_with_that_purpose(
    authority, with_stamp
):
    for purpose, expected in (
        (ExtendedKeyUsageOID.OCSP_SIGNING, "valid"),
        (ExtendedKeyUsageOID.EMAIL_PROTECTION, "revocation_unknown"),
    ):
        responder = holder("Trả lời", authority.issuing, purpose=purpose)
        content = with_evidence(with_stamp, ocsps=[authority.ocsp(JUST_AFTER, by=responder)])
        assert said(content, authority)[1] == expected


def test_a_stamp_outlives_the_signer_but_not_its_own_authority_unless_renewed(
    authority, with_stamp
):
    content = with_evidence(with_stamp, ocsps=[authority.ocsp(JUST_AFTER)])
    later = authority.stamper(day("2033-01-01"), "TSA sau")
    renewed = stamped(content, authority, day("2029-06-01"), later)
    assert said(content, authority, at=day("2028-01-01")) == ("valid", "valid")
    assert said(content, authority, at=day("2031-01-01")) == ("indeterminate", "stamp_out_of_date")
    assert said(renewed, authority, at=day("2031-01-01")) == ("valid", "valid")


def test_without_a_stamp_an_expired_certificate_proves_nothing(authority, bare):
    content = with_evidence(bare, ocsps=[authority.ocsp(NOW)])
    assert said(content, authority, at=day("2028-01-01")) == ("indeterminate", "out_of_date")
    assert said(content, authority, at=day("2024-06-01"))[1] == "not_yet_valid"


def test_a_stamp_from_the_future_proves_nothing(authority, with_stamp):
    assert said(with_stamp, authority, at=day("2026-02-01"))[1] == "stamp_in_future"


def test_a_stamp_of_an_unknown_authority_proves_nothing(authority):
    stranger = Authority()
    content = signed(paper(), authority.signer, authority, stamped_at=STAMP, tsa=stranger.tsa)
    content = with_evidence(content, ocsps=[authority.ocsp(JUST_AFTER)])
    assert said(content, authority) == ("indeterminate", "stamp_untrusted")


def test_an_unknown_anchor_means_indeterminate_and_never_valid(authority, with_stamp):
    content = with_evidence(with_stamp, ocsps=[authority.ocsp(JUST_AFTER)])
    assert said(content, authority) == ("valid", "valid")
    for anchors in (Anchors.of([]), Authority().anchors):
        assert (
            verify(content, name="a", anchors=anchors, answers=None, at=NOW).reason
            == "anchor_unknown"
        )


def test_a_certificate_for_signing_in_does_not_sign_documents(authority):
    other = holder("Đăng nhập", authority.issuing, sign_in=True)
    assert said(signed(paper(), other, authority), authority)[1] == "wrong_purpose"


def test_someone_who_may_not_issue_issues_nothing(authority):
    false = holder("Con của người ký", authority.signer)
    content = with_evidence(
        signed(paper(), false, authority), certs=[authority.signer.der, authority.issuing.der]
    )
    assert said(content, authority) == ("invalid", "chain_broken")


def test_a_certificate_that_names_an_authority_which_did_not_sign_it_is_a_broken_chain(authority):
    forged = holder("Giả mạo", authority.issuing, signed_with=Authority().issuing.key)
    assert said(signed(paper(), forged, authority), authority) == ("invalid", "chain_broken")


def test_an_issuing_authority_below_one_that_allows_none_is_a_broken_chain(authority):
    short = holder("CA ngắn", authority.root, issues=True, path_length=0, ends=day("2040-01-01"))
    below = holder("CA dưới", short, issues=True, ends=day("2040-01-01"))
    leaf = holder("Người ký", below)
    content = with_evidence(signed(paper(), leaf, authority), certs=[short.der, below.der])
    assert said(content, authority) == ("invalid", "chain_broken")


def test_weak_keys_and_hashes_are_said_to_be_weak(authority):
    small = holder("Khóa nhỏ", authority.issuing, key=rsa.generate_private_key(65537, 1024))
    assert said(signed(paper(), small, authority), authority)[1] == "weak_algorithm"
    old = signed(
        paper(), authority.signer, authority, digest="sha1",
        subfilter=fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
    )  # fmt: skip
    assert said(old, authority)[1] == "weak_algorithm"


def test_levels_tell_what_the_signature_carries(authority, bare, with_stamp):
    long = with_evidence(with_stamp, ocsps=[authority.ocsp(JUST_AFTER)])
    archived = stamped(long, authority, day("2026-03-02"))
    old = signed(
        paper(), authority.signer, authority,
        subfilter=fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
    )  # fmt: skip
    levels = [
        verify(one, name="", anchors=authority.anchors, answers=None, at=NOW).signatures[0].level
        for one in (bare, with_stamp, long, archived, old)
    ]
    assert levels == ["B-B", "B-T", "B-LT", "B-LTA", ""]


class Answers:
    """Someone who is asked, and who remembers about whom."""

    def __init__(self, ocsp=None, crl=None):
        self.given, self.asked = (ocsp, crl), []

    def ocsp(self, certificate, issuer):
        self.asked.append(certificate)
        return self.given[0]

    def crl(self, certificate):
        self.asked.append(certificate)
        return self.given[1]


def test_somebody_is_asked_about_the_signer_only_when_the_file_does_not_say(
    authority, bare, with_stamp
):
    told = with_evidence(with_stamp, ocsps=[authority.ocsp(JUST_AFTER)])
    silent, knowing = Answers(), Answers(authority.ocsp(NOW))
    lying, needless = Answers(Authority().ocsp(NOW), b"\x30\x00"), Answers()
    assert said(bare, authority, answers=knowing) == ("valid", "valid")
    assert said(bare, authority, answers=silent)[1] == "revocation_unknown"
    assert said(bare, authority, answers=lying)[1] == "revocation_unknown"
    assert said(told, authority, answers=needless) == ("valid", "valid")
    assert silent.asked.count(authority.signer.der) == 2
    assert authority.signer.der not in needless.asked
