"""Deny by default, proven: every route of the house for every kind of person, row by row."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from hoaphuong.documents.models import Assignment, Attachment, Document, Incoming
from hoaphuong.documents.pages.drafting import STEPS as DOCUMENT_STEPS
from hoaphuong.documents.pages.receiving import STEPS as ARRIVAL_STEPS
from hoaphuong.dossiers.models import Dossier, DossierFile
from hoaphuong.dossiers.pages.desk import STEPS as DESK_STEPS
from hoaphuong.identity import queries as identity
from hoaphuong.identity.models import Grant
from hoaphuong.kernel.models import AccessLine, JournalEntry, OutgoingCall
from hoaphuong.notices.contracts import NoticeFacts
from hoaphuong.notices.models import Notice
from hoaphuong.notices.queries import _facts as _facts_of_notice
from hoaphuong.payments import actions as fees
from hoaphuong.payments.models import Collection, FeeOrder, Receipt, Refund
from hoaphuong.signing import queries as signing
from hoaphuong.work.models import WorkItem
from tests import leak_matrix as matrix
from tests import leak_tables as tables
from tests import planted_fees
from tests.leak_asking import Answer, ask, methods_of, undone
from tests.leak_matrix import Route
from tests.leak_tables import PEOPLE, ROWS
from tests.planted import A4, Planted, ink, paper, session_of

pytestmark = pytest.mark.django_db
SECOND_FACTOR_URL = "identity:second_factor"
ROUTES = matrix.routes()
# A form that asks again says 422, and a limit of the sign-in library 429: nothing was shown.
ANSWERS = {"open": {200, 302, 303, 422, 429}, "403": {403}, "404": {404}}


def posted(route: Route, planted: Planted, whose: str, person: str) -> Any:
    """A body that the route accepts, so that a right person's request changes something."""
    upload = SimpleUploadedFile("a.pdf", paper("giay to"), "application/pdf")
    if route.name.startswith("documents:"):
        return _posted_document(route, planted, whose, person)
    if route.name.startswith("payments:") or route.name in ("dossiers:fee", *STANDING):
        return _posted_fee(route, planted, whose)
    if route.name in ("signing:check", "api:verification"):
        issued = paper(Document.objects.get(key=planted.rows[whose].issued).subject_line)
        name = "tep" if route.name == "signing:check" else "files"
        return {name: SimpleUploadedFile("a.pdf", issued, "application/pdf")}
    if route.name == "work:assign":
        free = "case officer without the case" if ROWS[whose] == "here" else "clerk elsewhere"
        return {"assignee": planted.accounts[free].key}
    if route.name == "api:decide":
        return {"outcome": "granted"}
    if route.name == "signing:seal_image":
        return {"image": SimpleUploadedFile("dau.png", ink(), "image/png")}
    if route.name in tables.API_STEPS or route.step:
        return {"note": "Xin bổ sung"}
    return {"papers": upload} if route.name == "dossiers:supply" else {}


STANDING = ("signing:standing_give", "signing:standing_withdraw", "signing:standing_again")


def _posted_fee(route: Route, planted: Planted, whose: str) -> Any:
    row = planted.rows[whose]
    left = str(planted_fees.ASKED - planted_fees.CAME)
    money = Collection.objects.get(order__key=row.order)
    return {
        "signing:standing_give": {"kind": fees.RECEIPT, "until": str(timezone.localdate())},
        "signing:standing_withdraw": {"kind": fees.RECEIPT},
        "signing:standing_again": {"kind": fees.RECEIPT},
        "dossiers:fee": {"pick-TRICH-LUC-HO-TICH": "on", "ask": "1"},
        "payments:collect": {"amount": left, "once": "0" * 32},
        "payments:ask_refund": {
            "money": money.key, "source": "part", "amount": "5000", "reason": "Nộp nhầm",
        },
        "payments:settle_refund": {"approve": "yes"},
        "payments:refund_sent": {"number": "UNC-1"},
        "payments:settle": {"how": "keep", "reason": "Đã hỏi", "sure": "1"},
        "payments:statement_line": {
            "order": FeeOrder.objects.get(key=row.order).number, "reason": "Không phải phí",
        },
    }.get(route.name, {})  # fmt: skip


def prepare_fee(route: Route, planted: Planted, whose: str) -> None:
    """A dossier of a service that has a fee; a refund that is paid by hand."""
    row, at = planted.rows[whose], timezone.now()
    if route.name == "dossiers:fee":
        Dossier.objects.filter(key=row.dossier).update(procedure="2.000635")
    if route.name == "payments:collect":
        Receipt.objects.filter(order__key=row.order).delete()
    if route.name == "signing:standing_withdraw":
        planted_fees.receipts_are_sealed(row.agency, at)
    if route.name == "payments:refund_sent":
        Refund.objects.filter(key=row.refund).update(
            state="approved", approved_by="head", approved_at=at
        )


def _posted_document(route: Route, planted: Planted, whose: str, person: str) -> Any:
    soon = (timezone.localdate() + timedelta(days=3)).isoformat()
    row = planted.rows[whose]
    agency = planted.agencies.get(PEOPLE[person].place, row.agency)
    other = "elsewhere" if ROWS[whose] == "here" else "here"
    return {
        "documents:begin": {"kind": "QĐ", "agency": agency},
        "documents:to_sign": {"document": [row.document]},
        "documents:scan": {"agency": agency},
        "documents:edit": {
            "version": "1", "subject_line": "Việc khác", "body": "Điều 1. Giao.",
            "signer": planted.accounts[tables.SIGNERS[whose]].key,
        },
        "documents:comment": {"text": "Đồng ý"},
        "documents:copy": {"form": "TrS"},
        "documents:copy_incoming": {"form": "SY"},
        "documents:attach": {
            "title": "Phụ lục",
            "file": SimpleUploadedFile("a.pdf", paper("phu luc", size=A4), "application/pdf"),
        },
        "documents:send": {"to-0-name": identity.agency(planted.agencies[other]).name},
        "documents:change_attachment": {"attachment": row.attachment, "do": "remove"},
        "documents:step": {"reason": "Xin bổ sung"},
        "documents:incoming_step": {"reason": "Gửi nhầm", "what": "Tổng hợp", "due_on": soon},
        "documents:assignment_step": {"text": "Đã làm", "due_on": soon},
    }.get(route.name, {})  # fmt: skip


def prepare_document(route: Route, planted: Planted, whose: str) -> None:
    """Bring documents, arrivals and tasks to where the step may be taken."""
    row, at = planted.rows[whose], timezone.now()
    if route.name in tables.DESKS:
        keys = [one.document for one in planted.rows.values()]
        status = tables.DESKS[route.name]
        signed = at if status == "signed" else None
        Document.objects.filter(key__in=keys).update(status=status, signed_at=signed)
    elif route.name in (
        "documents:step", "documents:follow", "documents:send", "documents:copy"
    ):  # fmt: skip
        as_issued = {
            "number": 1, "series": row.document, "issued_on": at.date(), "issued_at": at,
            "signed_at": at, "file_sha256": "0" * 64,
        }  # fmt: skip
        facts = as_issued if route.status == "issued" else {}
        if facts:
            sealed = {"sealed_at": at, "file_key": row.document_file, "sealed_sha256": "0" * 64}
            Attachment.objects.filter(key=row.attachment).update(**sealed)
        Document.objects.filter(key=row.document).update(status=route.status, **facts)
    elif route.name == "documents:incoming_step":
        asked = "asked" if route.step.endswith("-van-ban") else ""
        Incoming.objects.filter(key=row.incoming).update(status=route.status, recall=asked)
        Assignment.objects.filter(key=row.assignment).update(status="cancelled")
    elif route.name == "documents:assignment_step" and route.status == "reported":
        told = {"report": "Đã làm", "reported_at": at, "reported_by": "t", "days_late": 0}
        Assignment.objects.filter(key=row.assignment).update(status="reported", **told)
        WorkItem.objects.filter(subject=row.assignment).update(closed_at=at)


def prepare(route: Route, planted: Planted, whose: str, person: str) -> None:
    """Bring the row to where the step may be taken, so that only the right decides."""
    row = planted.rows[whose]
    holds_it = route.name == "work:give_back" and person in planted.accounts
    assignee = planted.accounts[person].key if holds_it else ""
    WorkItem.objects.filter(key=row.item).update(assignee_key=assignee)
    status = route.status
    if not isinstance(status, int):
        return
    today = timezone.localdate()
    decided = {"decided_on": today, "outcome": "granted", "working_days": 1} if status == 9 else {}
    Dossier.objects.filter(key=row.dossier).update(status=status, received_on=today, **decided)


def facts(planted: Planted) -> tuple[Any, ...]:
    """What a refused request must leave as it was."""
    keys = [row.dossier for row in planted.rows.values()]
    return (
        list(Dossier.objects.filter(key__in=keys).order_by("key").values()),
        JournalEntry.objects.count(),
        DossierFile.objects.count(),
        list(Document.objects.order_by("key").values("key", "status", "version", "changed_at")),
        list(Incoming.objects.order_by("key").values("key", "status", "number", "recall")),
        list(Assignment.objects.order_by("key").values("key", "status", "what", "due_on")),
        list(Notice.objects.order_by("key").values("key", "read_at")),
        list(OutgoingCall.objects.order_by("key").values("key", "state")),
    )


def faults_of(route: Route, planted: Planted, person: str, whose: str, method: str) -> list[str]:
    """What is wrong with one cell of the matrix; empty when all is as declared."""
    wanted = matrix.expected(route, person, whose, method)
    found = []
    with undone():
        data = None
        if method == "POST" or route.name in tables.DESKS:
            prepare_document(route, planted, whose)
        if route.name in ("signing:standing_papers", "signing:standing_again"):
            row = planted.rows[whose]
            planted_fees.a_receipt_failed(row.agency, row.order, timezone.now())
        if method == "POST":
            prepare(route, planted, whose, person)
            prepare_fee(route, planted, whose)
            if route.name == "work:give_back" and person in planted.accounts:
                own = WorkItem.objects.filter(key=planted.rows[whose].item)
                own.update(assignee_key=planted.accounts[person].key)
            data = posted(route, planted, whose, person)
        refused = wanted.answer != "open" and method == "POST"
        before = facts(planted) if refused else ()
        answer = ask(
            route.address(planted.rows[whose]),
            session=planted.sessions.get(person, ""),
            method=method,
            data=data,
        )
        if not _answered(route, answer, wanted.answer):
            found.append(f"answered {answer.status} where {wanted.answer} was expected")
        seen = planted.secrets(but=matrix.visible(route, person, whose))
        if shown := sorted(one for one in seen if one in answer.text):
            found.append(f"shows {shown}")
        if wanted.answer != "open" and answer.writes:
            found.append(f"was refused and wrote {answer.writes}")
        if refused and facts(planted) != before:
            found.append("was refused and changed a row")
        written = list(AccessLine.objects.order_by("id"))
        if len(written) != wanted.access_lines:
            found.append(f"wrote {len(written)} access lines, not {wanted.access_lines}")
        for line in written:
            found += _faults_of_line(line, route, planted, person, whose)
        if wanted.answer == "open" and method == "POST" and _changes(route) and not answer.writes:
            found.append("was allowed and changed nothing")
        if route.name == "documents:to_sign" and method == "POST":
            signs = whose in tables.SHOWS[route.name].get(person, ())
            if bool(answer.writes) != signs:
                found.append("signs for others, or not for oneself")
    return [f"{method} {route} as {person} on the row of {whose}: {one}" for one in found]


# A form in several steps; an answer of a token, which the tests of signing give.
CHANGES_NOTHING_YET = ("dossiers:draft", "api:finish_with_cms")


def _changes(route: Route) -> bool:
    return route.of_a_row and not route.name.startswith(CHANGES_NOTHING_YET) or bool(route.step)


def _answered(route: Route, answer: Answer, wanted: str) -> bool:
    if route.from_library and answer.status in {404, 405}:
        return True  # a page of the library that this city does not offer
    if wanted != "sign in":
        if route.from_library:
            return answer.status in ANSWERS["open"] | {401, 403}
        if route.name == "warehouse:table_csv":
            return answer.status in {200, 404}  # nothing is published in this city yet
        return answer.status in ANSWERS[wanted]
    if route.in_api:
        return answer.status == 401
    return answer.status == 302 and answer.response.url.startswith(reverse("account_login"))


def _faults_of_line(
    line: AccessLine, route: Route, planted: Planted, person: str, whose: str
) -> list[str]:
    found = []
    if line.account != planted.accounts[person].key:
        found.append("the access line names another reader")
    if route.of_a_row and line.record != route.record(planted.rows[whose]):
        found.append("the access line names another record")
    someone = route.name not in tables.SHOWS or tables.SHOWS[route.name].get(person)
    if not line.purpose or line.count < int(bool(someone)):
        found.append("the access line names no purpose or no count")
    said = f"{line.purpose} {line.record} {line.filter}"
    if any(one in said for one in planted.secrets(but=set())):
        found.append("the access line holds personal data")
    return found


def leaks(route: Route, planted: Planted) -> list[str]:
    """Every fault of one route, for all people, rows and methods."""
    return [
        fault
        for method in methods_of(route)
        for person in matrix.people_for(route)
        for whose in matrix.rows_for(route, person)
        for fault in faults_of(route, planted, person, whose, method)
    ]


def test_every_route_has_its_place_in_the_matrix():
    assert [f"{route} needs {route.needs}" for route in ROUTES if route.needs] == []


def test_the_rights_are_those_that_the_matrix_was_declared_for():
    assert matrix.declared_rights() == tables.RIGHTS
    rights = {
        route: {verb: right for verb, (right, _status) in steps.items()}
        for route, steps in tables.VERBS.items()
    }
    declared = {step.verb: step.permission for step in DESK_STEPS if step.verb != "ask"}
    assert rights["dossiers:step"] == declared | {"ask": "dossiers.process"}
    assert rights["documents:step"] == {one.verb: one.permission for one in DOCUMENT_STEPS}
    declared = {one.verb: one.permission for one in ARRIVAL_STEPS}
    assert declared.items() <= rights["documents:incoming_step"].items()


def test_what_signs_or_issues_asks_for_a_second_factor():
    asking = {route.name for route in ROUTES if route.access and route.access.second_factor}
    assert asking == tables.SECOND_FACTOR


def test_no_second_factor_opens_no_page_that_asks_for_it(planted):
    wrong = []
    for route in ROUTES:
        if not route.access.second_factor:
            continue
        for person in ("head", "leader", "clerk"):
            session = session_of(planted.accounts[person], second_factor=False)
            for method in methods_of(route):
                for whose in ROWS:
                    with undone():
                        prepare_document(route, planted, whose)
                        address = route.address(planted.rows[whose])
                        data = posted(route, planted, whose, person) if method == "POST" else None
                        answer = ask(address, session=session, method=method, data=data)
                        led = answer.response.get("Location", "").startswith(
                            reverse(SECOND_FACTOR_URL)
                        )
                        shown = [one for one in planted.secrets(but={person}) if one in answer.text]
                        refused = answer.status == 403 or (answer.status == 302 and led)
                        if not refused or answer.writes or shown:
                            wrong.append((str(route), person, method, answer.status, answer.writes))
    assert wrong == []


@pytest.mark.slow_on_postgresql
@pytest.mark.parametrize("part", sorted({route.part for route in ROUTES}))
def test_nobody_gets_more_of_a_route_than_is_declared(part, planted):
    routes = [one for one in ROUTES if one.part == part and not one.needs]
    assert [fault for route in routes for fault in leaks(route, planted)] == []


def _waiting() -> list[Document]:
    return list(Document.objects.filter(status="to_sign"))


def _any_document(key: str, *of: Any) -> Document:
    return Document.objects.get(key=key)


def _any_task(key: str, agencies: Any) -> Assignment:
    return Assignment.objects.select_related("document", "incoming").get(key=key)


def _any_notice(key: str, account: str, *, language: str) -> NoticeFacts:
    return _facts_of_notice(Notice.objects.get(key=key), language)


def _unscoped_dossier(key: str, agencies: Any) -> Dossier:
    return Dossier.objects.select_related("procedure", "applicant", "organisation").get(key=key)


@pytest.mark.parametrize(
    ("lost", "instead", "route"),
    [
        ("hoaphuong.dossiers.queries.agency_dossier", _unscoped_dossier, "dossiers:desk"),
        ("hoaphuong.dossiers.queries.agency_dossier", _unscoped_dossier, "api:receive"),
        ("hoaphuong.dossiers.queries.own_dossier", _unscoped_dossier, "dossiers:own_file"),
        ("hoaphuong.dossiers.queries.own_dossier", _unscoped_dossier, "dossiers:withdraw"),
        ("hoaphuong.work.queries._open_for", lambda held: WorkItem.objects.all(), "work:inbox"),
        ("hoaphuong.notices.queries.notice", _any_notice, "notices:follow"),
        ("hoaphuong.kernel.access.holds", lambda *of: True, "notices:try_again"),
        ("hoaphuong.work.queries._open_for", lambda held: WorkItem.objects.all(), "work:take"),
        ("hoaphuong.dossiers.pages.desk.covers", lambda *of: True, "dossiers:step"),
        ("hoaphuong.dossiers.pages.desk.shown", lambda **line: None, "dossiers:desk_slip"),
        ("hoaphuong.kernel.access.holds", lambda *of: True, "dossiers:rejects"),
        ("hoaphuong.documents.queries.document", _any_document, "documents:document"),
        ("hoaphuong.documents.queries.document", _any_document, "documents:edit"),
        ("hoaphuong.documents.queries._within", lambda rows, held: rows, "documents:arrivals"),
        ("hoaphuong.documents.queries._within", lambda rows, held: rows, "documents:incoming_file"),
        ("hoaphuong.documents.queries.to_sign", lambda by: _waiting(), "documents:to_sign"),
        ("hoaphuong.documents.queries.assignment", _any_task, "documents:assignment"),
        ("hoaphuong.documents.pages.drafting.covers", lambda *of: True, "documents:step"),
        (
            "hoaphuong.documents.pages.receiving.require",
            lambda *of: None,
            "documents:incoming_step",
        ),
        ("hoaphuong.documents.pages.tasks.covers", lambda *of: True, "documents:assignment_step"),
        ("hoaphuong.documents.pages.drafting.shown", lambda **line: None, "documents:file"),
        ("hoaphuong.documents.pages.lists.shown", lambda **line: None, "documents:register"),
        (
            "hoaphuong.signing.pages.batches._batch",
            lambda of, key: signing.batch(key),
            "signing:batch",
        ),
        ("hoaphuong.signing.pages.seals.covers", lambda *of: True, "signing:seal_image"),
    ],
)
def test_the_matrix_sees_a_check_that_is_lost(lost, instead, route, planted, monkeypatch):
    asked = next(one for one in ROUTES if one.name == route)
    monkeypatch.setattr(lost, instead)
    assert leaks(asked, planted) != []


def test_a_route_without_a_place_says_what_it_needs():
    unguarded = Route("a:b", "moi/<key>", ("key",), None)
    assert "guard" in unguarded.needs
    guarded = Route("a:b", "moi/<key>", ("key",), matrix.Access(permission="a.new"))
    assert "PLACES" in guarded.needs
    placed = Route("a:b", "moi", (), matrix.Access(permission="a.new"))
    assert "RIGHTS for a.new" in placed.needs
    assert (
        "API_STEPS"
        in Route("api:x", "api/x", (), matrix.Access(permission="dossiers.view"), ("POST",)).needs
    )


def test_what_is_planted_can_be_seen_by_those_who_may(planted):
    row, clerk = planted.rows["owner"], planted.sessions["clerk"]
    desk = ask(reverse("dossiers:desk", args=[row.dossier]), session=clerk).text
    hidden = {one for one in row.secrets if one not in desk}
    person = identity.person(planted.accounts["owner"].person_id)
    # The personal number is on no page; the rest belongs to the draft and the file's content.
    assert {one.removeprefix("zqowner") for one in hidden} == {
        person.personal_number, "congty", "nhap", "noidung", "vanban", "gopy", "banhanh",
        "congvanden", "nhiemvu", "tepvanban", "tepden", "kemtheo", "bansao", "thongbao",
        *planted_fees.WORDS,
    }  # fmt: skip
    told = ask(reverse("notices:own"), session=planted.sessions["owner"])
    assert "zqownerthongbao" in told.text
    file = reverse("dossiers:desk_file", args=[row.dossier, row.file])
    assert "zqownernoidung" in ask(file, session=clerk).text
    slip = ask(reverse("dossiers:desk_slip", args=[row.dossier]), session=clerk).response
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(slip.content)).pages)
    assert "zqownerten" in text
    draft = reverse("dossiers:draft_form", args=[row.draft])
    assert "zqownernhaptraloi" in ask(draft, session=planted.sessions["owner"]).text


def test_what_is_planted_of_documents_can_be_seen_by_those_who_may(planted):
    row = planted.rows["owner"]
    seen = {
        "documents:document": {"vanban", "gopy", "kemtheo"},
        "documents:edit": {"vanban"},
        "documents:file": {"tepvanban"},
        "documents:drafts": {"vanban"},
        "documents:register": {"banhanh"},
        "documents:arrivals": {"congvanden"},
        "documents:incoming": {"congvanden", "nhiemvu"},
        "documents:incoming_file": {"tepden"},
        "documents:copy_file": {"bansao"},
        "documents:given": {"nhiemvu"},
        "documents:assignment": {"nhiemvu", "congvanden"},
        "signing:batch": {"vanban"},
    }
    for name, words in seen.items():
        route = next(one for one in ROUTES if one.name == name)
        text = ask(route.address(row), session=planted.sessions["head"]).text
        assert {word for word in words if f"zqowner{word}" not in text} == set(), name
    leader = planted.sessions["leader"]
    assert "zqownernhiemvu" in ask(reverse("documents:steering"), session=leader).text
    for name, status, person in (
        ("documents:to_sign", "to_sign", "head"),
        ("documents:to_issue", "signed", "clerk"),
    ):
        signed_at = timezone.now() if status == "signed" else None
        Document.objects.filter(key=row.document).update(status=status, signed_at=signed_at)
        assert "zqownervanban" in ask(reverse(name), session=planted.sessions[person]).text
    check = ask(reverse("documents:check", args=[row.check]))
    assert check.status == 200
    assert "zqownerbanhanh" not in check.text


def test_what_is_planted_of_fees_can_be_seen_by_those_who_may(planted):
    row = planted.rows["owner"]
    seen = [
        ("payments:desk", "clerk", {"ten", "hoan"}),
        ("payments:orders", "case officer", {"ten"}),
        ("payments:refunds", "head", {"hoan"}),
        ("payments:collect", "clerk", {"ten"}),
        ("payments:statements", "accountant above", {"saoke"}),
        ("payments:order", "owner", {"ten"}),
    ]
    for name, person, words in seen:
        route = next(one for one in ROUTES if one.name == name)
        text = ask(route.address(row), session=planted.sessions[person]).text
        assert {word for word in words if f"zqowner{word}" not in text} == set(), name
    public = ask(reverse("payments:order", args=[row.order_token]))
    assert public.status == 200
    assert "zqowner" not in public.text
    assert (
        "saoke" not in ask(reverse("payments:statements"), session=planted.sessions["clerk"]).text
    )


SEARCHES = [
    ("payments:orders", "q"),
    ("payments:orders_csv", "q"),
    ("payments:cash", "so"),
    ("work:inbox", "q"),
    ("documents:drafts", "q"),
    ("documents:register", "q"),
    ("documents:arrivals", "q"),
    ("documents:given", "agency"),
    ("exchange:log", "q"),
    ("dossiers:procedures", "q"),
    ("dossiers:procedures", "sector"),
    ("dossiers:track", "so"),
    ("dossiers:rejects", "source"),
    ("dossiers:mine", "q"),
    ("api:procedures", "q"),
    ("api:mine", "q"),
    ("warehouse:scoreboard", "nam"),
]


@pytest.mark.parametrize(("name", "asked"), SEARCHES)
def test_a_search_finds_nobody_else_s_rows(name, asked, planted):
    route = next(one for one in ROUTES if one.name == name)
    found = []
    for person in ("nobody", "owner", "clerk", "clerk elsewhere", "leader", "steward"):
        hidden = planted.secrets(but=matrix.visible(route, person, "owner"))
        numbers = {
            planted.rows[whose].number
            for whose in ROWS
            if whose not in matrix.visible(route, person, "owner")
        }
        for text in ("bà", "zqowner", "zqanothercitizen", *sorted(numbers)[:1]):
            answer = ask(
                f"{reverse(name)}?{asked}={text}&mine=0&done=1",
                session=planted.sessions.get(person, ""),
            )
            shown = {one for one in hidden | numbers if one in answer.text and one != text}
            found += [(person, text, one) for one in shown]
    assert found == []


def test_lists_count_only_the_rows_that_the_reader_may_see(planted):
    inbox = reverse("work:inbox")
    counts = {}
    for person in ("clerk", "clerk elsewhere", "head above"):
        answer = ask(f"{inbox}?q=zq", session=planted.sessions[person])
        counts[person] = answer.response.context["found"].waiting
    assert counts == {"clerk": 12, "clerk elsewhere": 4, "head above": 16}


def test_a_citizen_s_own_pages_write_no_access_line(planted):
    row, session = planted.rows["owner"], planted.sessions["owner"]
    own = [
        reverse("dossiers:mine"),
        reverse("dossiers:own", args=[row.dossier]),
        reverse("dossiers:own_slip", args=[row.dossier]),
        reverse("dossiers:own_file", args=[row.dossier, row.file]),
        reverse("dossiers:draft_form", args=[row.draft]),
        "/api/dossiers/mine",
        f"/api/dossiers/{row.dossier}",
    ]
    assert [ask(address, session=session).status for address in own] == [200] * len(own)
    assert not AccessLine.objects.exists()


def test_a_step_that_shows_the_page_again_writes_who_looked(planted):
    row = planted.rows["owner"]
    Dossier.objects.filter(key=row.dossier).update(status=4)
    address = reverse("dossiers:step", args=[row.dossier, "refuse"])
    answer = ask(address, session=planted.sessions["head"], method="POST", data={"note": " "})
    assert answer.status == 422
    assert "zqownerten" in answer.text
    line = AccessLine.objects.get()
    assert (line.account, line.record) == (planted.accounts["head"].key, row.dossier)


def test_an_officer_s_own_dossier_is_theirs_on_their_page_and_the_agency_s_at_the_desk(planted):
    account, row = planted.accounts["clerk"], planted.rows["owner"]
    Grant.objects.create(account=account, role="citizen", valid_from=timezone.localdate())
    Dossier.objects.filter(key=row.dossier).update(account_key=account.key)
    own = (reverse("dossiers:own", args=[row.dossier]), f"/api/dossiers/{row.dossier}")
    for address in own:
        assert ask(address, session=planted.sessions["clerk"]).status == 200
    assert not AccessLine.objects.exists()
    desk = reverse("dossiers:desk", args=[row.dossier])
    assert ask(desk, session=planted.sessions["clerk"]).status == 200
    assert AccessLine.objects.count() == 1
