"""A page asks the database a fixed number of questions, whatever it has to show."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hoaphuong.documents import actions as papers
from hoaphuong.documents.models import Document, Incoming
from hoaphuong.documents.tests import factories as documents
from hoaphuong.dossiers import actions
from hoaphuong.dossiers.models import Dossier, Procedure, ProcedureReject
from hoaphuong.dossiers.tests.factories import CODE, MONDAY, submit
from hoaphuong.exchange import actions as exchange
from hoaphuong.exchange.contracts import OutgoingDocument
from hoaphuong.exchange.models import Message
from hoaphuong.files import actions as files
from hoaphuong.files.rules import PDF
from hoaphuong.files.tests.factories import pdf
from hoaphuong.forms import actions as drafts
from hoaphuong.identity import queries as identity
from hoaphuong.kernel.keys import new_key
from hoaphuong.kernel.models import OutgoingCall
from hoaphuong.kernel.values import Ref
from hoaphuong.notices import actions as notices
from hoaphuong.notices.contracts import Named
from hoaphuong.notices.models import Delivery, Notice
from hoaphuong.signing import actions as signing
from hoaphuong.signing.models import Batch, BatchItem
from hoaphuong.signing.tests.factories import YEAR, key_and_certificate
from hoaphuong.warehouse import store
from hoaphuong.warehouse.tests.factories import (
    decided,
    received,
    record,
    turn_until_quiet,
    warehouse_in,
)
from hoaphuong.work import actions as work
from hoaphuong.work.models import WorkItem
from tests.second_factor import pass_second_factor

pytestmark = [pytest.mark.django_db, pytest.mark.slow_on_postgresql]
FEW, MANY = 3, 21  # together more than one page of the shorter lists


def ward() -> str:
    return str(identity.demo_account("mai").agency_id)


def dossiers(count: int) -> None:
    """So many dossiers and drafts of one citizen at one ward."""
    phuong = identity.demo_account("phuong")
    for _ in range(count):
        submit(ward())
        drafts.save_draft(account=phuong.key, form=CODE, data={}, at=MONDAY)


def a_long_dossier(count: int) -> None:
    """One dossier with so many papers, and as many times given to another officer."""
    phuong = identity.demo_account("phuong")
    kept = [
        files.store(
            upload=SimpleUploadedFile("a.pdf", pdf()),
            name="a.pdf",
            by=phuong.key,
            at=MONDAY,
            retention="dossier",
            allowed=frozenset({PDF}),
        ).key
        for _ in range(count)
    ]
    dossier = actions.submit(
        procedure=CODE,
        agency=ward(),
        division=identity.agency(ward()).division,
        channel="online",
        applicant_kind="self",
        applicant=phuong.person_id,
        applicant_name=phuong.display_name,
        form={"child_name": "Bé"},
        files={"Giấy chứng sinh": kept},
        by=phuong.key,
        at=MONDAY,
    )
    item = WorkItem.objects.get(subject=dossier.key)
    officers = [identity.demo_account(name).key for name in ("mai", "son", "lan")]
    for turn in range(count):
        at = MONDAY + timedelta(minutes=turn)
        work.assign(key=item.key, assignee=officers[turn % 3], by=officers[turn % 3], at=at)


def procedures(count: int) -> None:
    """So many services of one sector."""
    model = Procedure.objects.get(pk=CODE)
    for number in range(count):
        model.pk, model.sector = f"9.{number:06}", "Thử"
        model.name, model.search_text = f"Thủ tục thử {number}", "thu tuc thu"
        model.save(force_insert=True)


def rejected(count: int) -> None:
    """So many rejected rows, each of its own file."""
    ProcedureReject.objects.bulk_create(
        ProcedureReject(source=f"csv:{n}.csv", line=n, reason_code="name_missing", raw="{}")
        for n in range(count)
    )


def drafts_of_documents(count: int) -> None:
    """So many drafts, by two officers for two signers."""
    for number in range(count):
        drafter, signer = (("son", "lan"), ("mai", "hung"))[number % 2]
        people = {"drafter": documents.person(drafter), "signer": documents.person(signer)}
        documents.drafted(**people)


def at(status: str, count: int) -> None:
    """So many documents for Lan's signature that have come so far; their files are not made."""
    for _ in range(count):
        document = documents.drafted()
        document.status, document.file_key = status, "0" * 32
        document.signed_at = documents.AT if status in ("signed", "issued") else None
        if status == "issued":
            document.series, document.number = document.key, 1
            document.issued_on, document.issued_at = documents.AT.date(), documents.AT
            document.file_sha256 = "0" * 64
        document.save()


def to_sign(count: int) -> None:
    at("to_sign", count)


def to_issue(count: int) -> None:
    at("signed", count)


def issued(count: int) -> None:
    at("issued", count)


def a_long_document(count: int) -> None:
    """One draft with as many comments, versions, recipients and tasks of many agencies."""
    offices = [one for one in identity.agencies().values() if not one.valid_to][:count]
    document = documents.drafted()
    for number in range(count):
        papers.comment(
            key=document.key, text=f"Ý kiến {number}", by=documents.person("lan"), at=documents.AT
        )
        document = documents.with_lines(
            document,
            recipients=tuple(papers.To("city", one.code, one.name) for one in offices),
            tasks=tuple(papers.Task(one.code, "Báo cáo", documents.tomorrow()) for one in offices),
        )


def arrivals(count: int) -> None:
    """So many papers that came in, each with a task."""
    for number in range(count):
        arrival = papers.Arrival(
            agency=ward(),
            source="paper",
            from_code="",
            from_name=f"Sở Trình diễn {number}",
            number=str(number + 1),
            notation="STD-VP",
            issued_on=documents.AT.date(),
            kind="CV",
            subject_line=f"Việc {number}",
            urgency="",
            file_key=documents.stored(pdf()).key,
        )
        incoming = papers.receive(arrival=arrival, by="t", at=documents.AT)
        papers.register(key=incoming.key, by="t", at=documents.AT)
        tasks_from(incoming, 1)


def tasks_from(incoming: Incoming, count: int) -> None:
    for number in range(count):
        papers.assign(
            key=incoming.key,
            what=f"Nhiệm vụ {number}",
            due_on=documents.tomorrow(),
            assignee=documents.person("son"),
            by=documents.person("lan"),
            at=documents.AT,
        )


def a_busy_arrival(count: int) -> None:
    """One paper from which so many tasks were given."""
    arrivals(1)
    tasks_from(Incoming.objects.latest("id"), count)


def a_batch(count: int) -> None:
    """A batch of Lan's of which so many papers could not be signed, and as many wait."""
    lan = documents.person("lan")
    now = timezone.now()
    held = signing.record_certificate(
        provider="demo",
        reference=lan,
        certificate=key_and_certificate(begins=now - YEAR, ends=now + YEAR)[1],
        account=lan,
        by="t",
        at=now,
    )
    subjects = [documents.drafted().key for _ in range(2 * count)]
    batch = signing.order_batch(
        kind="documents.person",
        subjects=subjects,
        certificate=held.key,
        by=lan,
        second_factor_at=now,
        at=now,
    )
    failed = BatchItem.objects.filter(batch__key=batch, subject__in=subjects[:count])
    failed.update(state="failed", reason="moved_on", ended_at=now)


def messages(count: int) -> None:
    """So many documents for an agency elsewhere, none of which could be sent."""
    document = OutgoingDocument(
        partner="000.00.00.G98",
        partner_name="Bộ Trình diễn",
        number="1",
        notation="UBND-VX",
        issued_on=documents.AT.date(),
        subject="Việc",
        attachments=(documents.stored(pdf()).key,),
    )
    for _ in range(count):
        exchange.send_document(document=document, agency=ward(), by="t", at=documents.AT)
    OutgoingCall.objects.update(state=OutgoingCall.State.DEAD)


def told(count: int) -> None:
    """So many notices of one citizen, by two ways each."""
    facts = {"number": "1", "procedure": Named("P"), "agency": Named("A")}
    for _ in range(count):
        with transaction.atomic():
            notices.tell(
                kind="dossiers.papers_needed", account=identity.demo_account("phuong").key,
                about=Ref("d" * 32), facts=facts, once=new_key(), at=MONDAY,
            )  # fmt: skip
    for notice in Notice.objects.order_by("-id")[:count]:
        for channel in ("email", "zalo"):
            Delivery.objects.create(notice=notice, channel=channel)


def newest() -> Dossier:
    return Dossier.objects.latest("id")


def paper() -> Document:
    return Document.objects.latest("id")


def arrival() -> Incoming:
    return Incoming.objects.latest("id")


def batch() -> Batch:
    return Batch.objects.latest("id")


PAGES: dict[str, tuple[str, Callable[[int], None], Callable[[], str]]] = {
    "inbox": ("mai", dossiers, lambda: "/co-quan"),
    "inbox, searched": ("son", dossiers, lambda: "/co-quan?q=phuong&overdue=1&stage=1"),
    "my dossiers": ("phuong", dossiers, lambda: "/ho-so-cua-toi"),
    "my dossiers, API": ("phuong", dossiers, lambda: "/api/dossiers/mine"),
    "dossier, officer": ("lan", a_long_dossier, lambda: f"/co-quan/ho-so/{newest().key}"),
    "dossier, applicant": ("phuong", a_long_dossier, lambda: f"/ho-so-cua-toi/{newest().key}"),
    "dossier, API": ("son", a_long_dossier, lambda: f"/api/dossiers/{newest().key}"),
    "slip": ("son", a_long_dossier, lambda: f"/co-quan/ho-so/{newest().key}/phieu.pdf"),
    "search": ("", procedures, lambda: "/thu-tuc?q=thu+tuc+thu"),
    "search, API": ("", procedures, lambda: "/api/procedures?q=thu+tuc+thu"),
    "tracking": ("", dossiers, lambda: f"/tra-cuu?so={newest().number}"),
    "tracking, slip": ("", a_long_dossier, lambda: f"/tra-cuu/{newest().token}"),
    "rejects": ("du", rejected, lambda: "/co-quan/thu-tuc-loi"),
    "inbox of documents": ("son", arrivals, lambda: "/co-quan"),
    "drafts": ("son", drafts_of_documents, lambda: "/co-quan/van-ban"),
    "register": ("son", issued, lambda: "/co-quan/so-van-ban-di"),
    "register, CSV": ("son", issued, lambda: "/co-quan/so-van-ban-di?format=csv"),
    "arrivals": ("mai", arrivals, lambda: "/co-quan/van-ban-den"),
    "arrivals, searched": ("mai", arrivals, lambda: "/co-quan/van-ban-den?q=so+trinh+dien"),
    "tasks given": ("lan", arrivals, lambda: "/co-quan/nhiem-vu"),
    "tasks of the city": ("hung", arrivals, lambda: "/dieu-hanh/nhiem-vu"),
    "to sign": ("lan", to_sign, lambda: "/co-quan/cho-ky"),
    "to issue": ("mai", to_issue, lambda: "/co-quan/cho-phat-hanh"),
    "document": ("lan", a_long_document, lambda: f"/co-quan/van-ban/{paper().key}"),
    "draft, written": ("son", a_long_document, lambda: f"/co-quan/van-ban/{paper().key}/soan"),
    "arrival": ("lan", a_busy_arrival, lambda: f"/co-quan/van-ban-den/{arrival().key}"),
    "batch": ("lan", a_batch, lambda: f"/co-quan/ky/{batch().key}"),
    "batch, progress": ("lan", a_batch, lambda: f"/co-quan/ky/{batch().key}/tien-do"),
    "exchange": ("mai", messages, lambda: "/co-quan/trao-doi"),
    "exchange, not sent": ("mai", messages, lambda: "/co-quan/trao-doi/cho-gui"),
    "notices": ("phuong", told, lambda: "/thong-bao"),
    "how one is told": ("phuong", told, lambda: "/thong-bao/tuy-chon"),
    "not sent": ("tri", messages, lambda: "/co-quan/khong-gui-duoc"),
    "message": ("mai", messages, lambda: f"/co-quan/trao-doi/{Message.objects.latest('id').key}"),
}


def questions(client: Client, address: str) -> int:
    """How many statements one page takes, the caches of the process being warm."""
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    assert answer.status_code == 200, address
    return len(asked)


def visitor(username: str) -> Client:
    client = Client()
    if username:
        account = identity.demo_account(username)
        client.force_login(account)
        pass_second_factor(client, account)
    return client


@pytest.mark.parametrize("page", PAGES)
def test_the_number_of_queries_does_not_grow_with_the_rows(page, demo_city):
    username, grow, address = PAGES[page]
    client = visitor(username)
    grow(FEW)
    few = questions(client, address())
    if grow is procedures:
        Procedure.objects.filter(sector="Thử").delete()
    if grow is rejected:
        ProcedureReject.objects.all().delete()
    grow(MANY)
    assert questions(client, address()) == few
    assert few < 25


def published(home, numbers: range) -> None:
    """Dossiers of many agencies and months, carried into the published tables."""
    codes = [code for code, one in identity.agencies().items() if not one.valid_to]
    events = []
    for number in numbers:
        on = date(2023 + number % 3, 1 + number % 12, 10)
        events += received(f"k{number}", on, agency=codes[number])
        events += decided(f"k{number}", on + timedelta(days=1), due_on=None, agency=codes[number])
    record(events)
    with warehouse_in(home) as warehouse:
        turn_until_quiet(warehouse, today=timezone.localdate())


def test_the_number_of_questions_to_the_published_tables_is_fixed(demo_city, home, monkeypatch):
    asked: list[str] = []
    fetch = store.fetch

    def counted(sql: str, values=()):
        asked.append(sql)
        return fetch(sql, values)

    monkeypatch.setattr(store, "fetch", counted)
    addresses = (
        "/dieu-hanh",
        "/dieu-hanh/so-lieu",
        "/du-lieu",
        "/du-lieu/out_dossiers__received.csv",
    )
    client, counts, sizes = visitor("hung"), {}, []
    for rows in (range(FEW), range(FEW, MANY)):
        published(home, rows)
        for address in addresses:
            asked.clear()
            answers = questions(client, address)
            counts.setdefault(address, []).append((answers, len(asked)))
        sizes.append(client.get("/dieu-hanh").content.count(b"<tr"))
    assert all(few == many for few, many in counts.values()), counts
    assert sizes[1] - sizes[0] == (MANY - FEW) // 3  # a third of the agencies are of one year
