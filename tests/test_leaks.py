"""Deny by default, proven: every route of the house for every kind of person, row by row."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from hoaphuong.dossiers.models import Dossier, DossierFile
from hoaphuong.dossiers.pages.desk import STEPS as DESK_STEPS
from hoaphuong.identity import queries as identity
from hoaphuong.identity.models import Grant
from hoaphuong.kernel.models import AccessLine, JournalEntry
from hoaphuong.work.models import WorkItem
from tests import leak_matrix as matrix
from tests import leak_tables as tables
from tests.leak_asking import Answer, ask, methods_of, undone
from tests.leak_matrix import Route
from tests.leak_tables import ROWS
from tests.planted import Planted, ink, paper

pytestmark = pytest.mark.django_db
ROUTES = matrix.routes()
# A form that asks again says 422, and a limit of the sign-in library 429: nothing was shown.
ANSWERS = {"open": {200, 302, 422, 429}, "403": {403}, "404": {404}}


def posted(route: Route, planted: Planted, whose: str) -> Any:
    """A body that the route accepts, so that a right person's request changes something."""
    upload = SimpleUploadedFile("a.pdf", paper("giay to"), "application/pdf")
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


def prepare(route: Route, planted: Planted, whose: str, person: str) -> None:
    """Bring the row to where the step may be taken, so that only the right decides."""
    row = planted.rows[whose]
    holds_it = route.name == "work:give_back" and person in planted.accounts
    assignee = planted.accounts[person].key if holds_it else ""
    WorkItem.objects.filter(key=row.item).update(assignee_key=assignee)
    status = route.status
    if status is None:
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
    )


def faults_of(route: Route, planted: Planted, person: str, whose: str, method: str) -> list[str]:
    """What is wrong with one cell of the matrix; empty when all is as declared."""
    wanted = matrix.expected(route, person, whose, method)
    found = []
    with undone():
        data = None
        if method == "POST":
            prepare(route, planted, whose, person)
            if route.name == "work:give_back" and person in planted.accounts:
                own = WorkItem.objects.filter(key=planted.rows[whose].item)
                own.update(assignee_key=planted.accounts[person].key)
            data = posted(route, planted, whose)
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
    return [f"{method} {route} as {person} on the row of {whose}: {one}" for one in found]


def _changes(route: Route) -> bool:
    return route.of_a_row and not route.name.startswith("dossiers:draft") or bool(route.step)


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
    row = planted.rows[whose]
    of_app = {"exchange": row.message, "signing": row.agency}
    record = of_app.get(route.name.partition(":")[0], row.dossier)
    if route.of_a_row and line.record != record:
        found.append("the access line names another record")
    if not line.purpose or line.count < 1:
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
    assert {step.verb: step.permission for step in DESK_STEPS if step.verb != "ask"} == {
        verb: right for verb, (right, _status) in tables.STEPS.items() if verb != "ask"
    }


@pytest.mark.one_database
@pytest.mark.parametrize("part", sorted({route.part for route in ROUTES}))
def test_nobody_gets_more_of_a_route_than_is_declared(part, planted):
    routes = [one for one in ROUTES if one.part == part and not one.needs]
    assert [fault for route in routes for fault in leaks(route, planted)] == []


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
        ("hoaphuong.work.queries._open_for", lambda held: WorkItem.objects.all(), "work:take"),
        ("hoaphuong.dossiers.pages.desk.covers", lambda *of: True, "dossiers:step"),
        ("hoaphuong.dossiers.pages.desk.shown", lambda **line: None, "dossiers:desk_slip"),
        ("hoaphuong.kernel.access.holds", lambda *of: True, "dossiers:rejects"),
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
        person.personal_number, "congty", "nhap", "noidung",
    }  # fmt: skip
    file = reverse("dossiers:desk_file", args=[row.dossier, row.file])
    assert "zqownernoidung" in ask(file, session=clerk).text
    slip = ask(reverse("dossiers:desk_slip", args=[row.dossier]), session=clerk).response
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(slip.content)).pages)
    assert "zqownerten" in text
    draft = reverse("dossiers:draft_form", args=[row.draft])
    assert "zqownernhaptraloi" in ask(draft, session=planted.sessions["owner"]).text


SEARCHES = [
    ("work:inbox", "q"),
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
    assert counts == {"clerk": 3, "clerk elsewhere": 1, "head above": 4}


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
