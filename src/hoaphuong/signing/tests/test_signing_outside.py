"""A batch signed for real while the outside hangs and lies: nothing half signed, nothing lost."""

import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone

from hoaphuong.files import queries as files
from hoaphuong.files.models import StoredFile
from hoaphuong.signing import actions, keyring, queries, signables, signer
from hoaphuong.signing import authority as demonstration
from hoaphuong.signing.contracts import Level, ToSign, Verdict
from hoaphuong.signing.models import PaperSignature
from hoaphuong.signing.providers.revocation import HttpRevocation
from hoaphuong.signing.providers.software import SoftwareKey
from hoaphuong.signing.providers.tsa import HttpTimeStamps
from hoaphuong.signing.signables import Signable
from hoaphuong.signing.tests.pdf_papers import reserved
from hoaphuong.signing.tests.test_pdf_signing import tool
from hoaphuong.signing.verification import verify
from hoaphuong.signing.verification.trust import Anchors

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=365)
HOSTILE = {
    "broken": (reserved()[:9_000], "paper_unreadable"),
    "no pdf": (b"%PDF-1.7\n", "paper_unreadable"),
    "script": (
        reserved().replace(b"/Lang(vi)", b"/OpenAction<</S/JavaScript>>"), "paper_scripts"),
}  # fmt: skip


class Desk:
    """Papers by key; what came back signed."""

    def __init__(self):
        self.papers, self.signed = {}, {}

    def to_sign(self, subject, *, account, certificate):
        return ToSign(content=self.papers[subject], level=Level.B_LTA)

    def take(self, subject, *, content, file, by, at):
        self.signed[subject] = content


@pytest.fixture
def desk(monkeypatch):
    found = Desk()
    kinds = [Signable("tests.paper", "Paper", "signing.sign", found.to_sign, found.take)]
    monkeypatch.setattr(signables, "SIGNABLES", kinds)
    signables.signables.cache_clear()
    yield found
    signables.signables.cache_clear()


@pytest.fixture
def clock(monkeypatch):
    """The moment of the rows, which a test moves; the outside keeps its own."""
    moment = [datetime.now(UTC)]
    monkeypatch.setattr(timezone, "now", lambda: moment[0])
    return moment


@pytest.fixture
def held(authority, monkeypatch, clock, desk):
    return certified(authority, monkeypatch)


def certified(authority, monkeypatch, *, begins=-YEAR, ends=YEAR):
    """A recorded certificate of the running authority, its key ready, the outside as it is."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    der = demonstration.issue(
        authority.folder, name="Nguyễn Văn Thử", public_key=key.public_key(),
        valid_from=now + begins, valid_to=now + ends,
    )  # fmt: skip
    ready = SoftwareKey(key, der, (authority.issuing,))
    monkeypatch.setattr(keyring, "key_of", lambda certificate, reference: ready)
    stamps = HttpTimeStamps(authority.tsa, outside=authority.outside, anchors=[authority.root])
    monkeypatch.setattr(keyring, "stamps", lambda: stamps)
    asked = HttpRevocation(outside=authority.outside)
    monkeypatch.setattr(keyring, "answers", lambda: asked)
    return actions.record_certificate(
        provider="tests", reference="x", certificate=der, account="an", by="t", at=now
    )


def order(held, desk, **papers):
    desk.papers = papers
    now = timezone.now()
    return actions.order_batch(
        kind="tests.paper", subjects=list(papers), certificate=held.key, by="an",
        second_factor_at=now, at=now,
    )  # fmt: skip


def report(authority, content):
    anchors = Anchors.of([authority.root])
    return verify(content, name="", anchors=anchors, answers=None, at=datetime.now(UTC))


OUTSIDE = [
    ("tsa", {"hang": 2}, "time_stamp_failed"),
    ("tsa", {"drip": 0.2}, "time_stamp_failed"),
    ("tsa", {"half": True}, "time_stamp_failed"),
    ("tsa", {"garbage": True}, "time_stamp_failed"),
    ("tsa", {"wrong_digest": True}, "time_stamp_failed"),
    ("tsa", {"wrong_nonce": True}, "time_stamp_failed"),
    ("tsa", {"stranger": True}, "time_stamp_failed"),
    ("tsa", {"clock_off": 3_600}, "time_stamp_failed"),
    ("tsa", {"clock_off": -86_400}, "time_stamp_failed"),
    ("ocsp", {"hang": 2}, "evidence_missing"),
    ("ocsp", {"stranger": True}, "evidence_missing"),
    ("ocsp", {"stale": True}, "evidence_missing"),
    ("ocsp", {"unknown": True}, "evidence_missing"),
    ("ocsp", {"clock_off": 86_400}, "evidence_missing"),
]


@pytest.mark.parametrize(("part", "told", "fault"), OUTSIDE, ids=str)
def test_whatever_the_outside_does_the_paper_is_whole_or_waits(
    authority, held, desk, clock, part, told, fault
):
    key = order(held, desk, a=reserved())
    authority.faults(part, **told)
    if part == "ocsp":
        authority.faults("crl", status=503)
    assert signer.sign_next("me")
    batch = queries.batch(key)
    assert (batch.waiting, batch.fault) == (1, fault)
    assert batch.waits_until > clock[0]
    assert not PaperSignature.objects.exists()
    assert not StoredFile.objects.exists()
    assert desk.signed == {}
    authority.faults()
    clock[0] = batch.waits_until
    assert signer.sign_next("me")
    assert queries.batch(key).signed == 1
    found = report(authority, desk.signed["a"])
    assert (found.verdict, found.signatures[0].level) == (Verdict.VALID, "B-LTA")
    kept = files.open_file(PaperSignature.objects.get().file_key).read()
    assert kept == desk.signed["a"]


def test_each_bad_paper_has_its_reason_and_the_others_are_signed(
    authority, held, desk, tmp_path, monkeypatch
):
    plain, locked = tmp_path / "a.pdf", tmp_path / "b.pdf"
    plain.write_bytes(reserved())
    words = ["--encrypt", "a", "b", "256", "--"]
    subprocess.run([tool("qpdf"), *words, str(plain), str(locked)], check=True)
    monkeypatch.setattr("hoaphuong.signing.pdf.paper.MOST_BYTES", 400_000)
    bad = {name: content for name, (content, _reason) in HOSTILE.items()} | {
        "locked": locked.read_bytes(), "huge": reserved() + b" " * 400_000,
    }  # fmt: skip
    key = order(held, desk, first=reserved(), **bad, last=reserved())
    while signer.sign_next("me"):
        pass
    said = {one["subject"]: one["reason"] for one in queries.items_of(key, "failed")}
    assert said == {name: reason for name, (_content, reason) in HOSTILE.items()} | {
        "locked": "paper_locked", "huge": "paper_too_large",
    }  # fmt: skip
    assert desk.signed.keys() == {"first", "last"}
    assert StoredFile.objects.count() == 2


def test_a_revoked_certificate_signs_nothing_and_says_so(authority, held, desk):
    demonstration.revoke(authority.folder, int(held.serial, 16), reason="keyCompromise")
    key = order(held, desk, a=reserved())
    assert signer.sign_next("me")
    [failed] = queries.items_of(key, "failed")
    assert failed["reason"] == "certificate_revoked"
    assert desk.signed == {}
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("begins", "ends"), [(timedelta(days=1), YEAR), (-YEAR, timedelta(hours=1))]
)
def test_a_certificate_not_valid_yet_or_not_any_more_signs_nothing(
    authority, desk, clock, monkeypatch, begins, ends
):
    held = certified(authority, monkeypatch, begins=begins, ends=ends)
    if begins > timedelta(0):
        with pytest.raises(actions.NotAuthorised):
            order(held, desk, a=reserved())
        return
    key = order(held, desk, a=reserved())
    clock[0] += timedelta(hours=2)
    assert signer.sign_next("me")
    [failed] = queries.items_of(key, "failed")
    assert failed["reason"] == "certificate_not_in_force"
    assert desk.signed == {}


def test_only_allowed_addresses_are_asked_for_stamps_and_answers(
    authority, held, desk, monkeypatch
):
    from hoaphuong.kernel.outside import Outside

    elsewhere = Outside.of(["http://127.0.0.1:1"])
    before = authority.asked_until_now()
    answers = HttpRevocation(outside=elsewhere)
    monkeypatch.setattr(keyring, "answers", lambda: answers)
    key = order(held, desk, a=reserved())
    assert signer.sign_next("me")
    assert queries.batch(key).fault == "evidence_missing"  # stamped, but nobody may be asked
    asked = [one for one in authority.requests()[before:] if "tsa" not in str(one)]
    assert asked == []
    assert desk.signed == {}
