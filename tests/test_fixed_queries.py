"""A page asks the database a fixed number of questions, whatever it has to show."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hoaphuong.dossiers import actions
from hoaphuong.dossiers.models import Dossier, Procedure, ProcedureReject
from hoaphuong.dossiers.tests.factories import CODE, MONDAY, submit
from hoaphuong.files import actions as files
from hoaphuong.files.rules import PDF
from hoaphuong.files.tests.factories import pdf
from hoaphuong.forms import actions as drafts
from hoaphuong.identity import queries as identity
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

pytestmark = pytest.mark.django_db
FEW, MANY = 3, 30


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


def newest() -> Dossier:
    return Dossier.objects.latest("id")


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
        client.force_login(identity.demo_account(username))
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
    assert few < 20


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
