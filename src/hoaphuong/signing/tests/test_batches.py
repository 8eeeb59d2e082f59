"""Batches: what is ordered is signed once, what fails says why, what waits can be taken back."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from hoaphuong.files.models import StoredFile
from hoaphuong.kernel.models import JournalEntry
from hoaphuong.signing import (
    actions,
    archive_queries,
    keyring,
    making,
    queries,
    signables,
    signer,
)
from hoaphuong.signing.actions.archive import claim_due
from hoaphuong.signing.actions.items import ClaimLost, claim, close_signed, put_back_of
from hoaphuong.signing.contracts import Beside, ToSign
from hoaphuong.signing.models import ArchiveItem, Batch, BatchItem, PaperSignature
from hoaphuong.signing.parameters import RESTAMP_MARGIN
from hoaphuong.signing.providers.base import EvidenceMissing, TimeStampFailed
from hoaphuong.signing.signables import NotSignable, Signable
from hoaphuong.signing.tests.factories import NOON, YEAR, Core, Keys

pytestmark = pytest.mark.django_db
KIND, SEAL = "tests.paper", "tests.seal"


class Desk:
    """The app that owns the papers: what it has, and how often it was told."""

    def __init__(self):
        self.papers, self.told, self.closed, self.refuses = {}, [], set(), set()
        self.beside = {}

    def to_sign(self, subject, *, account, certificate):
        if subject in self.closed:
            raise NotSignable("moved_on")
        beside = tuple(
            Beside(SEAL, one, ToSign(content=one.encode())) for one in self.beside.get(subject, ())
        )
        return ToSign(content=self.papers.get(subject, subject.encode()), beside=beside)

    def signed(self, subject, *, content, file, by, at):
        if subject in self.refuses:
            raise ValueError("not any more")
        self.told.append((subject, file.sha256, by))


@pytest.fixture
def now(monkeypatch):
    """A clock that a test moves."""
    moment = [NOON]
    monkeypatch.setattr(timezone, "now", lambda: moment[0])
    return moment


@pytest.fixture
def desk(monkeypatch):
    found = Desk()
    monkeypatch.setattr(
        signables,
        "SIGNABLES",
        [
            Signable(KIND, "Paper", "signing.sign", found.to_sign, found.signed,
                     reasons={"moved_on": "It moved on."}),
            Signable(SEAL, "Seal", "signing.seal", found.to_sign, found.signed, seal=True),
        ],
    )  # fmt: skip
    signables.signables.cache_clear()
    yield found
    signables.signables.cache_clear()


@pytest.fixture
def keys(monkeypatch):
    found = Keys()
    monkeypatch.setattr(keyring, "provider", lambda name: found)
    monkeypatch.setattr(keyring, "stamps", lambda: None)
    monkeypatch.setattr(keyring, "answers", lambda: None)
    return found


@pytest.fixture
def core(monkeypatch):
    found = Core()
    monkeypatch.setattr(making, "make", found.make)
    monkeypatch.setattr(making, "stamp_again", found.stamp_again)
    return found


@pytest.fixture
def held(now, desk, keys, core):
    return keys.enrolled(account="an")


def order(held, subjects, *, kind=KIND, by="an", at=NOON, ago=0):
    return actions.order_batch(
        kind=kind,
        subjects=subjects,
        certificate=held.key,
        by=by,
        second_factor_at=at - timedelta(minutes=ago),
        at=at,
    )


def sign_all():
    while signer.sign_next("me"):
        pass


def facts_of(name):
    return [json.loads(one.body) for one in JournalEntry.objects.filter(name=name).order_by("id")]


def test_what_is_signed_beside_a_paper_is_signed_with_it_or_not_at_all(held, desk):
    desk.beside = {"a": ["a1", "a2"], "b": ["b1", "b2"]}
    desk.refuses = {"b2"}
    key = order(held, ["a", "b"])
    sign_all()
    assert [subject for subject, *_rest in desk.told if subject[0] == "a"] == ["a1", "a2", "a"]
    made = PaperSignature.objects.order_by("pk")
    assert [(one.paper, one.kind, one.item_id is None) for one in made] == [
        ("a1", SEAL, True), ("a2", SEAL, True), ("a", KIND, False),
    ]  # fmt: skip
    assert facts_of("signing.paper_signed")[0]["paper"] == "a1"
    assert (queries.batch(key).signed, queries.batch(key).failed) == (1, 1)
    assert StoredFile.objects.count() == 3


def test_every_paper_of_a_batch_is_signed_once_and_its_app_is_told(held, desk):
    key = order(held, ["a", "b", "c"])
    sign_all()
    assert [one[0] for one in desk.told] == ["a", "b", "c"]
    batch = queries.batch(key)
    assert (batch.signed, batch.waiting, batch.finished_at) == (3, 0, NOON)
    rows = list(PaperSignature.objects.order_by("pk"))
    assert [row.paper for row in rows] == ["a", "b", "c"]
    assert {row.after_sha256 for row in rows} == {one[1] for one in desk.told}
    stored = dict(StoredFile.objects.values_list("key", "sha256"))
    assert all(stored[row.file_key] == row.after_sha256 for row in rows)
    assert [one["paper"] for one in facts_of("signing.paper_signed")] == ["a", "b", "c"]
    [finished] = facts_of("signing.batch_finished")
    assert (finished["signed"], finished["failed"]) == (3, 0)


def test_a_paper_that_cannot_be_signed_says_why_and_the_batch_goes_on(held, desk, core):
    desk.closed, desk.refuses = {"b"}, {"d"}
    core.faults = [None, making.PaperUnreadable("xref"), None]
    key = order(held, ["a", "b", "c", "d", "e"])
    sign_all()
    failed = {one["subject"]: one["reason"] for one in queries.items_of(key, "failed")}
    assert failed == {"b": "moved_on", "c": "paper_unreadable", "d": "changed_meanwhile"}
    assert [one[0] for one in desk.told] == ["a", "e"]
    # What the app refused left no trace: no row, no fact, no file.
    assert PaperSignature.objects.count() == StoredFile.objects.count() == 2


def test_what_failed_is_tried_again_and_the_batch_finishes_anew(held, desk):
    desk.closed = {"a"}
    key = order(held, ["a", "b"])
    sign_all()
    assert queries.batch(key).failed == 1
    desk.closed = set()
    assert actions.try_again(key=key, by="an", at=NOON) == 1
    assert queries.batch(key).finished_at is None
    sign_all()
    assert queries.batch(key).signed == 2
    assert len(facts_of("signing.batch_finished")) == 2


def test_only_who_ordered_a_batch_changes_it(held):
    key = order(held, ["a"])
    for verb in (actions.try_again, actions.withdraw):
        with pytest.raises(actions.NotAuthorised):
            verb(key=key, by="binh", at=NOON)
        with pytest.raises(actions.NoSuchBatch):
            verb(key="none", by="an", at=NOON)
    assert queries.batch(key).waiting == 1


def test_what_waits_is_taken_back_and_what_is_in_hand_is_finished(held, desk):
    key = order(held, ["a", "b", "c"])
    claimed = claim(by="me", at=NOON)
    assert actions.withdraw(key=key, by="an", at=NOON) == 2
    assert queries.batch(key).finished_at is None
    signer._sign(claimed)
    batch = queries.batch(key)
    assert (batch.signed, batch.withdrawn, batch.finished_at) == (1, 2, NOON)
    assert [one[0] for one in desk.told] == ["a"]


@pytest.mark.parametrize("fault", [TimeStampFailed, EvidenceMissing])
def test_while_the_outside_is_at_fault_the_batch_waits_longer_each_time(
    held, desk, core, now, fault
):
    core.faults = [fault("down")] * 3
    key = order(held, ["a", "b"])
    waits = []
    for _ in range(3):
        assert signer.sign_next("me")
        batch = queries.batch(key)
        assert not signer.sign_next("me")
        waits.append((batch.waits_until - now[0]).total_seconds())
        assert batch.waiting == 2
        now[0] = batch.waits_until
    assert waits == [2, 4, 8]
    sign_all()
    batch = queries.batch(key)
    assert (batch.signed, batch.fault, batch.waits_until) == (2, "", None)
    assert [one[0] for one in desk.told] == ["a", "b"]


def test_a_waiting_batch_holds_up_no_other(held, desk, core, keys):
    core.faults = [TimeStampFailed("down")]
    order(held, ["a"])
    assert signer.sign_next("me")
    other = order(keys.enrolled(account="binh"), ["b", "c"], by="binh")
    sign_all()
    assert queries.batch(other).signed == 2
    assert [one[0] for one in desk.told] == ["b", "c"]


def test_trying_again_ends_the_wait_for_the_outside(held, core):
    core.faults = [TimeStampFailed("down")]
    key = order(held, ["a"])
    assert signer.sign_next("me")
    assert not signer.sign_next("me")
    actions.try_again(key=key, by="an", at=NOON)
    assert signer.sign_next("me")
    assert queries.batch(key).signed == 1


def test_a_key_that_stays_away_fails_its_papers_with_that_reason(held, keys, now):
    keys.away = 4
    key = order(held, ["a", "b"])
    for _ in range(3):
        assert signer.sign_next("me")
        assert not signer.sign_next("me")
        now[0] = queries.batch(key).waits_until
    sign_all()
    [failed] = queries.items_of(key, "failed")
    assert failed["reason"] == "key_unavailable"
    assert queries.batch(key).signed == 1  # the key came back


def test_a_withdrawn_certificate_signs_nothing_that_still_waits(held, desk):
    key = order(held, ["a"])
    actions.withdraw_certificate(key=held.key, reason="keyCompromise", by="t", at=NOON)
    sign_all()
    [failed] = queries.items_of(key, "failed")
    assert failed["reason"] == "certificate_not_in_force"
    assert desk.told == []


def test_a_fault_of_the_program_is_written_down_and_holds_up_nothing(held, core, desk):
    core.faults = [RuntimeError("secret words")]
    key = order(held, ["a", "b"])
    sign_all()
    item = BatchItem.objects.get(subject="a")
    assert (item.reason, item.detail) == ("program_fault", "RuntimeError")
    assert queries.batch(key).signed == 1


def test_a_small_batch_goes_before_a_large_one(held, desk, keys):
    order(held, [f"big{n}" for n in range(5)])
    order(held, ["single"])
    sign_all()
    assert desk.told[0][0] == "single"


def test_a_claim_that_ran_out_is_taken_over_and_the_first_signer_keeps_nothing(held, desk, core):
    key = order(held, ["a"])
    first = claim(by="first", at=NOON)
    assert claim(by="second", at=NOON) is None
    second = claim(by="second", at=NOON + timedelta(hours=1))
    made = making.Made(b"of the first", "B-B")
    with pytest.raises(ClaimLost):
        close_signed(claimed=first, before=b"x", made=made, at=NOON)
    signer._sign(second)
    assert queries.batch(key).signed == 1
    assert PaperSignature.objects.count() == 1
    assert len(desk.told) == 1


def test_what_a_dead_signer_had_in_hand_waits_again(held):
    key = order(held, ["a"])
    claim(by="dead", at=NOON)
    assert put_back_of(signer="other") == 0
    assert put_back_of(signer="dead") == 1
    assert queries.batch(key).waiting == 1


def test_a_paper_that_ends_its_signer_again_and_again_is_set_aside(held, desk):
    key = order(held, ["poison", "good"])
    for _ in range(5):
        assert claim(by="dead", at=NOON).subject == "poison"
        put_back_of(signer="dead")
    sign_all()
    [failed] = queries.items_of(key, "failed")
    assert (failed["subject"], failed["reason"]) == ("poison", "signer_died")
    assert queries.batch(key).signed == 1


@pytest.mark.parametrize(
    ("ago", "shown"), [(721, True), (-1, True), (0, False)], ids=["old", "future", "never"]
)
def test_without_a_fresh_second_factor_nothing_is_ordered(held, ago, shown):
    with pytest.raises(actions.NotAuthorised) as refused:
        actions.order_batch(
            kind=KIND,
            subjects=["a"],
            certificate=held.key,
            by="an",
            second_factor_at=NOON - timedelta(minutes=ago) if shown else None,
            at=NOON,
        )
    assert refused.value.reason == "second_factor"
    assert not Batch.objects.exists()


def test_one_signs_with_one_s_own_certificate_of_the_right_kind_only(held, keys):
    seal = keys.enrolled(agency="000.00.00.H31")
    for wrong, kind, by in [(held, KIND, "binh"), (seal, KIND, "an"), (held, SEAL, "an")]:
        with pytest.raises(actions.NotAuthorised):
            order(wrong, ["a"], kind=kind, by=by)
    with pytest.raises(actions.NotAuthorised):
        order(held, ["a"], at=NOON + 2 * YEAR)
    assert order(seal, ["a"], kind=SEAL, by="clerk")
    assert Batch.objects.get().agency_code == "000.00.00.H31"


def test_a_paper_waits_for_the_same_signature_once(held):
    order(held, ["a", "b"])
    with pytest.raises(actions.WaitsAlready):
        order(held, ["c", "b"])
    assert BatchItem.objects.count() == 2
    with pytest.raises(actions.NothingToSign):
        order(held, [])


def test_a_stamped_paper_comes_back_before_its_stamp_ends_and_its_app_can_hear_of_it(
    held, core, now
):
    core.level, core.stamped_at, core.stamp_ends_at = "B-LTA", NOON, NOON + YEAR
    order(held, ["a"])
    sign_all()
    item = ArchiveItem.objects.get(paper="a")
    assert item.due_at == NOON + YEAR - timedelta(days=90)
    assert not signer.stamp_next("me")
    now[0] = item.due_at
    core.faults = [TimeStampFailed("down")]
    assert signer.stamp_next("me")
    assert not signer.stamp_next("me")  # it waits
    now[0] += timedelta(seconds=2)
    assert signer.stamp_next("me")
    item.refresh_from_db()
    assert item.stamps == 1
    assert item.due_at > now[0] + 4 * YEAR
    [fact] = facts_of("signing.paper_restamped")
    assert fact["paper"] == "a"
    assert StoredFile.objects.get(key=fact["file"]).key == item.file_key
    assert not signer.stamp_next("me")


def archived(held, core, *papers, ends=NOON + YEAR):
    """Papers in the archive whose stamps end then, due now."""
    core.level, core.stamped_at, core.stamp_ends_at = "B-LTA", NOON, ends
    order(held, list(papers))
    sign_all()
    assert set(ArchiveItem.objects.values_list("due_at", flat=True)) == {ends - RESTAMP_MARGIN}


def test_only_a_finished_paper_enters_the_archive(held, core):
    core.level, core.stamped_at, core.stamp_ends_at = "B-LT", NOON, NOON + YEAR
    order(held, ["a"])
    sign_all()
    assert not ArchiveItem.objects.exists()


def test_a_stamp_that_ends_no_later_is_not_kept_and_nothing_is_tried_for_a_day(held, core, now):
    archived(held, core, "a", "b")
    now[0] += YEAR - RESTAMP_MARGIN
    files = StoredFile.objects.count()
    core.renewed = NOON + YEAR
    assert signer.stamp_next("me")
    assert not signer.stamp_next("me")  # the other paper waits with it
    assert StoredFile.objects.count() == files
    rows = ArchiveItem.objects.order_by("pk")
    assert [(row.reason, row.stamps, row.attempts) for row in rows] == [
        ("stamp_ends_no_later", 0, 1), ("stamp_ends_no_later", 0, 0)
    ]  # fmt: skip
    assert {row.waits_until for row in rows} == {now[0] + timedelta(days=1)}
    core.renewed = None
    assert actions.stamp_now(at=now[0]) == 2
    assert signer.stamp_next("me")
    assert signer.stamp_next("me")
    assert not signer.stamp_next("me")
    assert {row.stamps for row in rows.all()} == {1}


@pytest.mark.parametrize(
    ("fault", "together"),
    [(TimeStampFailed, True), (EvidenceMissing, False), (making.PaperUnreadable, False),
     (RuntimeError, False)],
)  # fmt: skip
def test_one_paper_s_fault_holds_up_no_other_and_the_authority_s_holds_up_all(
    held, core, now, fault, together
):
    archived(held, core, "a", "b")
    now[0] += YEAR - RESTAMP_MARGIN
    core.faults = [fault("no")]
    assert signer.stamp_next("me")
    assert signer.stamp_next("me") is not together
    waits = []
    core.faults = [fault("no")] * 9
    for _ in range(9):
        row = ArchiveItem.objects.get(paper="a")
        waits.append((row.waits_until - now[0]).total_seconds())
        now[0] = row.waits_until
        assert signer.stamp_next("me")
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512]


def test_a_paper_that_ends_its_signer_comes_later_each_time_and_after_the_others(held, core, now):
    archived(held, core, "a", "b")
    now[0] += YEAR - RESTAMP_MARGIN
    assert claim_due(by="dead", at=now[0]).paper == "a"
    assert queries.has_in_hand("dead")
    assert put_back_of(signer="dead") == 1
    assert not queries.has_in_hand("dead")
    assert ArchiveItem.objects.get(paper="a").reason == "signer_died"
    assert claim_due(by="dead", at=now[0]).paper == "b"
    put_back_of(signer="dead")
    assert claim_due(by="dead", at=now[0]) is None
    now[0] += timedelta(seconds=2)
    assert signer.stamp_next("me")
    assert signer.stamp_next("me")
    assert {row.stamps for row in ArchiveItem.objects.all()} == {1}


def test_what_was_not_renewed_in_time_is_left_and_said(held, core, now):
    archived(held, core, "a", "b")
    now[0] += YEAR - timedelta(days=20)
    queue = archive_queries.queue(now[0])
    assert (queue.papers, queue.due, queue.urgent, queue.lost) == (2, 2, 2, 0)
    assert signer.stamp_next("me")
    now[0] += timedelta(days=21)
    assert not signer.stamp_next("me")  # a stamp now would prove nothing of the time before
    queue = archive_queries.queue(now[0])
    assert (queue.papers, queue.due, queue.urgent, queue.lost) == (2, 1, 0, 1)
    [lost] = archive_queries.page_of_unrenewed(now[0])
    assert (lost.paper, lost.name, lost.is_lost) == ("b", "b.pdf", True)
    assert actions.stamp_now(at=now[0]) == 0


def test_the_database_refuses_what_must_never_be(held):
    order(held, ["a"])
    item, batch = BatchItem.objects.get(), Batch.objects.get()
    forbidden = [
        lambda: BatchItem.objects.create(batch=batch, position=2, kind=KIND, subject="a"),
        lambda: BatchItem.objects.filter(pk=item.pk).update(state="signing"),
        lambda: BatchItem.objects.filter(pk=item.pk).update(state="failed", ended_at=NOON),
        lambda: BatchItem.objects.filter(pk=item.pk).update(state="signed"),
        lambda: Batch.objects.filter(pk=batch.pk).update(second_factor_at=NOON + YEAR),
        lambda: batch.certificate.__class__.objects.update(agency_code="x"),
        lambda: batch.certificate.__class__.objects.update(withdrawn_at=NOON),
        lambda: batch.certificate.__class__.objects.update(reference=""),
    ]
    for attempt in forbidden:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
