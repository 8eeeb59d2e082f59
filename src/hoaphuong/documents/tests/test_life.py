"""The way of a document: what may follow what, and that an unsigned one cannot leave."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from hoaphuong.documents import actions, papers, queries
from hoaphuong.documents.models import Document, DocumentFile, Incoming, RegisterEntry
from hoaphuong.documents.rules import register_digest, register_link
from hoaphuong.documents.tests.factories import (
    AT,
    agency_of,
    approved,
    drafted,
    issued,
    person,
    sha256,
    signed,
    stored,
    through,
    tomorrow,
    with_lines,
)
from hoaphuong.documents.work_kinds import ASSIGNMENT, DOCUMENT, INCOMING
from hoaphuong.identity import queries as identity
from hoaphuong.kernel import journal
from hoaphuong.work import queries as work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def staff(demo_city):
    pass


def other_agency():
    own = agency_of("son")
    return next(a for a in identity.agencies().values() if a.code != own and not a.valid_to)


def events(key):
    return [name.split(".")[1] for _uuid, name, *_rest in journal.timeline(key)]


def test_a_document_goes_from_draft_to_issued_and_the_pages_signed_are_those_approved():
    document = drafted()
    assert work.item_of(DOCUMENT, document.key).stage == "draft"

    document = approved(document)
    pages = papers.content_of(document)
    document = signed(document)
    assert papers.content_of(document).startswith(pages)
    document = issued(document)

    assert (document.status, document.number, str(document.issued_on)) == (
        "issued", 1, "2026-11-24",
    )  # fmt: skip
    assert papers.content_of(document).startswith(pages)
    assert document.file_sha256 == sha256(papers.content_of(document))
    states = list(document.files.order_by("pk").values_list("state", flat=True))
    assert states == ["final", "signed", "numbered", "sealed"]
    assert work.item_of(DOCUMENT, document.key) is None
    assert events(document.key) == [
        "document_drafted", "document_moved", "document_moved", "document_signed",
        "document_numbered", "document_issued",
    ]  # fmt: skip


def test_numbers_run_by_agency_year_and_kind():
    first, second = through(drafted()), through(drafted())
    letter = through(drafted(kind="CV"))
    later = through(drafted(), at=AT + timedelta(days=60))

    assert [d.number for d in (first, second, letter, later)] == [1, 2, 1, 1]
    assert (first.notation, letter.notation) == ("QĐ-UBND", "UBND")


def test_a_seal_that_failed_is_tried_again_under_the_same_number():
    document = signed(approved(drafted()))

    first = actions.number(key=document.key, by=person("mai"), at=AT)
    again = actions.number(key=document.key, by=person("mai"), at=AT + timedelta(hours=2))

    assert (first.number, again.number, again.status) == (1, 1, "numbered")
    assert DocumentFile.objects.filter(document=document, state="numbered").count() == 1


def test_only_the_person_named_signs():
    document = approved(drafted())
    file = stored(papers.content_of(document))

    with pytest.raises(actions.NotTheSigner):
        actions.sign(key=document.key, file=file, by=person("mai"), at=AT)


@pytest.mark.parametrize("verb", ["number", "seal"])
def test_nothing_unsigned_gets_a_number_or_a_seal(verb):
    document = approved(drafted())
    with pytest.raises(actions.WrongStatus):
        if verb == "number":
            actions.number(key=document.key, by=person("mai"), at=AT)
        else:
            file = stored(papers.content_of(document))
            actions.seal(key=document.key, file=file, by=person("mai"), at=AT)


@pytest.mark.parametrize(
    "forced",
    [
        {"status": "issued", "issued_at": AT},
        {"status": "numbered", "number": 9, "issued_on": AT.date(), "series": "x"},
        {"status": "numbered", "number": 9, "series": "x", "signed_at": AT},
        {"recalled_at": AT},
        {"status": "signed", "number": 3, "issued_on": AT.date(), "signed_at": AT},
    ],
)
def test_the_database_refuses_what_must_never_be(forced):
    document = approved(drafted())
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(**forced)


def test_a_colleagues_version_is_never_overwritten():
    document = drafted()
    with_lines(document)

    with pytest.raises(actions.ChangedMeanwhile):
        with_lines(document)
    assert list(document.versions.values_list("number", flat=True)) == [1, 2]


def test_a_draft_that_cannot_be_set_does_not_go_on():
    document = drafted(content={"body": "", "position": ""})
    with pytest.raises(actions.NotReady) as refused:
        actions.submit(key=document.key, by=person("son"), at=AT)
    assert "body" in refused.value.faults


def test_sent_back_from_the_signers_desk_it_is_a_draft_with_the_reason():
    document = approved(drafted())
    actions.send_back(key=document.key, reason="Sửa Điều 2.", by=person("lan"), at=AT)

    document.refresh_from_db()
    assert (document.status, document.file_key) == ("draft", "")
    assert document.comments.get().text == "Sửa Điều 2."


def test_a_copy_for_an_agency_of_the_city_arrives_and_the_sender_sees_how_far_it_is():
    to = other_agency()
    document = with_lines(drafted(), recipients=(actions.To("city", to.code, to.name),))
    document = through(document)

    copy = Incoming.objects.get(document_key=document.key)
    assert (copy.agency_code, copy.status, copy.file_key) == (
        to.code, "arrived", document.file_key,
    )  # fmt: skip
    assert work.item_of(INCOMING, copy.key).agency == to.code
    assert document.recipients.get().state == "01"

    actions.register(key=copy.key, by="clerk", at=AT)
    assert document.recipients.get().state == "03"
    actions.file_away(key=copy.key, by="head", at=AT)
    assert document.recipients.get().state == "06"
    copy.refresh_from_db()
    assert (copy.number, copy.status) == (1, "done")


def test_a_directives_tasks_are_the_agencies_own_when_it_is_issued():
    to = other_agency()
    task = actions.Task(agency=to.code, what="Báo cáo kết quả quý IV", due_on=tomorrow())
    document = with_lines(drafted(), tasks=(task,))
    planned = document.assignments.get()
    assert work.item_of(ASSIGNMENT, planned.key) is None

    through(document)
    assert work.item_of(ASSIGNMENT, planned.key).agency == to.code

    late = AT + timedelta(days=9)
    actions.report(key=planned.key, text="Đã xong.", by="officer", at=late)
    planned.refresh_from_db()
    assert (planned.status, planned.days_late) == ("reported", 2)
    actions.give_again(
        key=planned.key, reason="Thiếu số liệu", due_on=tomorrow(20), by="giver", at=late
    )
    actions.report(key=planned.key, text="Đã bổ sung.", by="officer", at=late)
    actions.accept(key=planned.key, by="giver", at=late)
    planned.refresh_from_db()
    assert (planned.status, planned.days_late) == ("done", 0)


def test_a_recalled_document_is_asked_back_and_the_answer_is_seen():
    to = other_agency()
    document = through(with_lines(drafted(), recipients=(actions.To("city", to.code, to.name),)))
    copy = Incoming.objects.get(document_key=document.key)
    actions.register(key=copy.key, by="clerk", at=AT)

    actions.recall(key=document.key, reason="Sai căn cứ", by=person("lan"), at=AT)
    assert document.recipients.get().state == "13"
    with pytest.raises(actions.WrongStatus):
        actions.recall(key=document.key, reason="Lần nữa", by=person("lan"), at=AT)

    actions.answer_recall(key=copy.key, agree=True, by="clerk", at=AT)
    assert document.recipients.get().state == "15"
    copy.refresh_from_db()
    assert (copy.status, copy.recall) == ("returned", "agreed")
    with pytest.raises(actions.NothingToAnswer):
        actions.answer_recall(key=copy.key, agree=False, by="clerk", at=AT)


def test_what_a_new_document_replaces_is_replaced_when_the_new_one_is_issued():
    old = through(drafted())
    new = drafted()
    actions.takes_place_of(key=new.key, replaces=old.key, by=person("son"), at=AT)
    old.refresh_from_db()
    assert old.replaced_at is None

    through(new)
    old.refresh_from_db()
    assert old.replaced_at == AT


def test_only_an_issued_document_can_be_replaced():
    other = drafted()
    new = drafted()
    with pytest.raises(actions.NotIssued):
        actions.takes_place_of(key=new.key, replaces=other.key, by=person("son"), at=AT)


def test_the_chain_links_every_issued_document_and_cannot_be_changed():
    documents = [through(drafted()) for _ in range(3)]

    entries = list(RegisterEntry.objects.order_by("position"))
    previous = "0" * 64
    for document, entry in zip(documents, entries, strict=True):
        digest = register_digest(
            sha256=sha256(papers.content_of(document)),
            number=f"{document.number:02}/{document.notation}",
            agency=document.agency_code,
            issued_on=document.issued_on,
        )
        previous = register_link(previous, digest)
        assert (entry.digest, entry.hash) == (digest, previous)
    for statement in (
        "UPDATE documents_registerentry SET hash = digest",
        "DELETE FROM documents_registerentry",
    ):
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            connection.cursor().execute(statement)


def test_a_days_head_is_published_once_the_day_is_over():
    through(drafted())
    day = AT.date()

    assert actions.days_to_publish(today=day) == []
    assert actions.days_to_publish(today=day + timedelta(days=1)) == [day]
    head = actions.publish_head(day=day, stamp=b"token", at=AT + timedelta(days=1))
    assert (head.entries, head.hash) == (1, queries.last_hash(day))
    assert actions.days_to_publish(today=day + timedelta(days=1)) == []


def test_a_message_arrives_once_however_often_it_is_told():
    arrival = actions.Arrival(
        agency=agency_of("mai"), source="axis", from_code="000.00.00.G09", from_name="Bộ Nội vụ",
        number="12", notation="BNV-CCVC", issued_on=AT.date(), kind="CV",
        subject_line="Về việc báo cáo", urgency="", file_key="f" * 32, message="m" * 32,
    )  # fmt: skip
    first = actions.receive(arrival=arrival, by="axis", at=AT)
    again = actions.receive(arrival=arrival, by="axis", at=AT)
    assert first.pk == again.pk
    assert Incoming.objects.count() == 1
