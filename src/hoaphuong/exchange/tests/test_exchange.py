"""Documents and statuses go and come through a real axis, each once, whatever it does."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from hoaphuong.exchange import actions, jobs, queries
from hoaphuong.exchange.actions.sending import NotOurs
from hoaphuong.exchange.edxml import read
from hoaphuong.exchange.models import Message
from hoaphuong.exchange.providers.base import AxisFault, AxisRefused
from hoaphuong.exchange.rules import is_news
from hoaphuong.exchange.tests.axis_at_work import (
    CITY,
    JUSTICE,
    MINISTRY,
    PROVINCE,
    in_a_thread,
)
from hoaphuong.exchange.tests.factories import AT, queued
from hoaphuong.files import queries as files
from hoaphuong.kernel import outgoing
from hoaphuong.kernel.models import JournalEntry, OutgoingCall

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]


def later(hours: float = 0) -> object:
    return timezone.now() + timedelta(hours=hours)


def facts_of(name: str) -> list[dict[str, str]]:
    rows = JournalEntry.objects.filter(name=f"exchange.{name}").order_by("id")
    return [json.loads(body) for body in rows.values_list("body", flat=True)]


def content_of(key: str) -> bytes:
    with files.open_file(key) as stream:
        return stream.read()


def test_a_document_goes_out_and_its_statuses_come_back(axis):
    jobs.empty_mailboxes()  # our agencies are registered and the address book is read
    assert {one.code for one in queries.partners()} >= {MINISTRY, PROVINCE}
    key = queued()
    assert queries.message(key).state == "queued"
    assert outgoing.make_calls(now=later())
    sent = queries.message(key)
    assert sent.state == "sent"
    [(taken,)] = axis.rows(f"select content from message where id = '{key}'")
    assert taken == content_of(sent.file_key)
    document = read(taken)
    assert document.document_id == "000.00.00.H24,2026/11/24,15/UBND-VX"
    assert document.sender.name == "Ủy ban nhân dân thành phố Hải Phòng"
    assert document.attachments[0].content == content_of(sent.attachments[0].file_key)

    assert jobs.empty_mailboxes() == 2
    assert [one.status_code for one in queries.statuses(key)] == ["01", "03"]
    assert [(one["about"], one["status_code"]) for one in facts_of("status_received")] == [
        (key, "01"), (key, "03"),
    ]  # fmt: skip
    assert queries.message(key).status_code == "03"
    assert jobs.empty_mailboxes() == 0


def test_a_document_comes_in_is_kept_bit_by_bit_and_answered(axis):
    jobs.empty_mailboxes()
    id = axis.letter(to=JUSTICE)
    assert jobs.empty_mailboxes() == 1
    [message] = queries.messages(agencies={JUSTICE}, kind="document").messages
    facts = queries.message(message.key)
    assert (facts.state, facts.partner, facts.business) == ("received", MINISTRY, "0")
    [(raw, state)] = axis.rows(f"select content, state from message where id = '{id}'")
    assert content_of(facts.file_key) == raw
    assert state == "done"
    assert content_of(facts.attachments[0].file_key).startswith(b"%PDF-")
    assert facts_of("message_received")[0]["message"] == facts.key
    outgoing.make_calls(now=later())
    kinds = "select kind, sender, recipient from message where recipient = '000.00.00.G98'"
    assert axis.rows(kinds) == [("status", JUSTICE, MINISTRY)]
    [status] = queries.statuses(facts.key)
    assert (status.status_code, status.state) == ("01", "sent")


def test_what_is_delivered_twice_or_in_reverse_counts_once_and_in_its_order(axis):
    jobs.empty_mailboxes()
    key = queued()
    outgoing.make_calls(now=later())
    axis.letter()
    axis.tell("/_faults", duplicate=True, reverse=True)
    jobs.empty_mailboxes()
    assert Message.objects.filter(direction="in").count() == 3
    assert len(facts_of("message_received")) == 1
    assert queries.message(key).status_code == "03"
    assert facts_of("status_received")[-1]["status_code"] == "03"


def test_garbage_is_kept_refused_and_reported_to_the_axis(axis):
    jobs.empty_mailboxes()
    told = {"from": MINISTRY, "to": CITY}
    bad = axis.tell("/_put", content="not a message", **told)["id"]
    axis.letter()
    assert jobs.empty_mailboxes() == 2
    [refused] = queries.messages(agencies={CITY}, state="refused").messages
    assert (refused.kind, refused.reason) == ("unreadable", "not_xml")
    assert content_of(refused.file_key) == b"not a message"
    assert axis.rows(f"select state from message where id = '{bad}'") == [("fail",)]
    assert facts_of("message_refused")[0]["reason"] == "not_xml"
    assert len(facts_of("message_received")) == 1


@pytest.mark.parametrize(
    ("sender", "to", "reason"),
    [(PROVINCE, CITY, "other_sender"), (MINISTRY, JUSTICE, "not_for_us")],
)
def test_a_message_that_names_others_than_the_mailbox_says_is_refused(axis, sender, to, reason):
    jobs.empty_mailboxes()
    id = axis.letter()
    [(raw,)] = axis.rows(f"select content from message where id = '{id}'")
    message = actions.receive(content=raw, agency=to, sender=sender, axis_id="x", at=AT)
    assert (message.state, message.reason) == ("refused", reason)


def test_an_update_knows_the_messages_of_its_former_documents(axis):
    jobs.empty_mailboxes()
    axis.letter(number="5")
    jobs.empty_mailboxes()
    former = Message.objects.get(direction="in")
    for number, about in (("6", former.document_id), ("7", "000.00.00.G98,2026/01/01,1/BTD-VP")):
        axis.letter(number=number, kind="2", about=about)
    jobs.empty_mailboxes()
    known, unknown = Message.objects.filter(direction="in").exclude(pk=former.pk).order_by("id")
    [meant] = queries.message(known.key).formers
    assert (meant.document_id, meant.message) == (former.document_id, former.key)
    assert queries.message(known.key).about == former.key
    assert [one.message for one in queries.message(unknown.key).formers] == [""]
    assert queries.message(former.key).formers == ()


def test_the_axis_does_not_carry_an_update_of_nothing(axis):
    jobs.empty_mailboxes()
    key = queued(business="2")
    outgoing.make_calls(now=later())
    assert outgoing.calls(kinds=["exchange.send"], subjects=[key])[key].state == "dead"


def test_a_status_about_nothing_we_know_is_kept_and_is_no_news(axis):
    jobs.empty_mailboxes()
    key = queued()
    outgoing.make_calls(now=later())
    Message.objects.filter(key=key).update(document_id="another")
    jobs.empty_mailboxes()
    assert {one.state for one in queries.messages(agencies={CITY}, kind="status").messages} == {
        "unmatched"
    }
    assert facts_of("status_received") == []


def test_we_can_ask_a_document_back_and_hear_that_it_comes(axis):
    jobs.empty_mailboxes()
    key = queued()
    outgoing.make_calls(now=later())
    actions.send_status(message=key, code="13", note="Sai số", by="officer", at=timezone.now())
    outgoing.make_calls(now=later())
    jobs.empty_mailboxes()
    assert queries.message(key).status_code == "15"
    assert facts_of("status_sent")[0]["about"] == key


def test_only_the_right_side_gives_a_status(axis):
    jobs.empty_mailboxes()
    own = queued()
    axis.letter()
    jobs.empty_mailboxes()
    theirs = Message.objects.get(direction="in").key
    for message, code in ((own, "03"), (theirs, "13"), (theirs, "99")):
        with pytest.raises(NotOurs):
            actions.send_status(message=message, code=code, by="officer", at=AT)


@pytest.mark.parametrize("fault", [{"status": 500}, {"lose_answer": True}])
def test_a_document_goes_once_though_the_axis_fails(axis, fault):
    jobs.empty_mailboxes()
    key = queued()
    axis.tell("/_faults", **fault)
    outgoing.make_calls(now=later())
    [call] = OutgoingCall.objects.filter(subject=key)
    assert (call.state, call.attempts, call.fault) == ("waiting", 1, "AxisFault")
    before = queries.message(key)
    assert before.state == "queued"
    axis.tell("/_faults")
    outgoing.make_calls(now=later(1))
    after = queries.message(key)
    assert (after.state, after.file_key) == ("sent", before.file_key)
    assert axis.rows(f"select count(*) from message where id = '{key}'") == [(1,)]
    attempts = 2 if "lose_answer" in fault else 1
    assert axis.rows(f"select attempts from taken where id = '{key}'") == [(attempts,)]


def test_a_hanging_axis_is_given_up_in_time(axis):
    axis.tell("/_faults", hang=3)
    with pytest.raises(AxisFault):
        axis.client(seconds=0.3).agencies()


def test_a_message_the_axis_says_no_to_is_dead_until_it_is_tried_again(axis):
    jobs.empty_mailboxes()
    key = queued(partner="000.00.00.X99")
    outgoing.make_calls(now=later())
    [call] = outgoing.not_done(kinds=["exchange.send"])
    assert (call.state, call.fault) == ("dead", "Hopeless")
    outgoing.make_calls(now=later(100))
    assert OutgoingCall.objects.get(key=call.key).attempts == 1
    actions.try_again(call=call.key, at=timezone.now())
    assert outgoing.calls(kinds=["exchange.send"], subjects=[key])[key].state == "waiting"
    with pytest.raises(outgoing.NotDead):
        actions.try_again(call=call.key, at=timezone.now())


def test_without_an_axis_messages_wait(monkeypatch):
    monkeypatch.delenv("HOAPHUONG_AXIS", raising=False)
    key = queued()
    assert jobs.empty_mailboxes() == 0
    outgoing.make_calls(now=later())
    call = outgoing.calls(kinds=["exchange.send"], subjects=[key])[key]
    assert (call.state, call.fault) == ("waiting", "NotConnected")


def test_the_axis_knows_its_systems_and_the_hour(axis):
    right = axis.client()
    right.register(CITY, "UBND")
    assert {one.code: one.ours for one in right.agencies()}[CITY]
    for wrong in (
        replace(right, secret="guessed"),
        replace(right, system="another"),
        replace(right, clock=lambda: 1_000_000.0),
    ):
        with pytest.raises(AxisFault):
            wrong.agencies()
    with pytest.raises(AxisRefused):
        right.register(MINISTRY, "taken already")
    with pytest.raises(AxisRefused):
        right.send(sender=CITY, kind="edoc", id="1", content=b"<a/>")
    id = axis.letter(to=JUSTICE)
    with pytest.raises(AxisRefused):
        right.get(id)  # no agency of this system has that mailbox


@pytest.mark.parametrize(
    ("code", "seconds", "known", "news"),
    [("01", 0, "", True), ("03", 0, "01", True), ("01", 0, "03", False), ("01", -1, "03", False),
     ("05", 1, "06", True), ("03", 0, "03", False)],
)  # fmt: skip
def test_the_latest_word_counts(code, seconds, known, news):
    at = AT + timedelta(seconds=seconds)
    assert is_news(code=code, at=at, known=known, known_at=AT if known else None) is news


def test_a_seal_on_a_message_is_checked_and_a_changed_message_is_found():
    from hoaphuong.exchange.actions import receiving
    from hoaphuong.exchange.edxml import write
    from hoaphuong.exchange.edxml.message import Organ, ResponseFor, Status
    from hoaphuong.exchange.edxml.writing import HEADER
    from hoaphuong.signing.tests.xml_signers import signer
    from hoaphuong.signing.xml import sign_enveloped

    about = ResponseFor(organ=CITY, document_id="x", code="15/UBND-VX", promulgated_on=AT.date())
    said = Status(sender=Organ(code=MINISTRY, name="Bộ Trình diễn"), about=about, code="03", at=AT)

    def sealed(raw: bytes) -> bytes:
        return sign_enveloped(raw, key=signer(), inside=HEADER)

    def signature_of(content: bytes) -> str:
        return receiving._signature(receiving._understood(content, CITY, MINISTRY))

    content = write(said, sign=sealed)
    assert signature_of(write(said)) == "none"
    assert signature_of(content) == "unchecked"  # nobody here knows who made its certificate
    assert signature_of(content.replace(b">03<", b">06<")) == "invalid"


def test_the_secret_of_the_axis_is_there_whole_or_not_at_all(tmp_path, monkeypatch):
    """``up`` and the kill tests read it the moment it is there."""
    folder, write = tmp_path / "axis", Path.write_text
    seen = []

    def watched(path, text, **more):
        seen.append((folder / "systems.json").exists())
        return write(path, text, **more)

    monkeypatch.setattr(Path, "write_text", watched)
    with in_a_thread(folder) as first:
        assert seen == [False]
    with in_a_thread(folder) as again:
        assert again.secret == first.secret
    assert (folder / "systems.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.glob("systems*")] == ["systems.json"]


def test_a_document_leaves_before_the_address_book_was_ever_read(axis):
    key = queued()
    outgoing.make_calls(now=later())
    assert queries.message(key).state == "sent"
