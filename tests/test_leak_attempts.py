"""Ways around the doors: other keys, methods, spellings, headers, forged forms, old sessions."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hoaphuong.documents.models import Assignment, Document
from hoaphuong.dossiers.models import Dossier
from hoaphuong.identity import queries as identity
from hoaphuong.identity.models import Grant, Representation
from hoaphuong.work.models import WorkItem
from tests import leak_matrix as matrix
from tests import leak_tables as tables
from tests.leak_asking import LIKE_NONE, ask, methods_of, undone
from tests.leak_tables import PEOPLE

pytestmark = pytest.mark.django_db
ROUTES = matrix.routes()


def test_a_file_opens_under_its_own_dossier_only(planted):
    mine, other = planted.rows["owner"], planted.rows["another citizen"]
    beside = planted.rows["parent"]
    tried = [
        ("dossiers:own_file", mine, "owner"),
        ("dossiers:desk_file", mine, "clerk"),
        ("dossiers:desk_file", other, "clerk elsewhere"),
    ]
    keys = {
        row_key
        for row in planted.rows.values()
        for row_key in (row.file, row.draft_file, row.dossier, row.token, row.item)
    } | {LIKE_NONE, "1", mine.number.replace(".", "-")}
    for name, row, person in tried:
        opened = {
            key
            for key in keys
            if ask(reverse(name, args=[row.dossier, key]), session=planted.sessions[person]).status
            != 404
        }
        assert opened == {row.file}, (name, person)
    for row in (other, beside):
        address = reverse("dossiers:own_file", args=[row.dossier, row.file])
        assert ask(address, session=planted.sessions["owner"]).status == 404


def test_a_token_or_number_of_one_kind_opens_nothing_of_another(planted):
    row = planted.rows["owner"]
    pk = str(Dossier.objects.get(key=row.dossier).pk)
    for key in (row.token, row.item, row.draft, row.file, pk):
        for name, person in (("dossiers:own", "owner"), ("dossiers:desk", "clerk")):
            address = reverse(name, args=[key])
            assert ask(address, session=planted.sessions[person]).status == 404
        assert ask(f"/api/dossiers/{key}", session=planted.sessions["clerk"]).status == 404
    for key in (row.dossier, row.item, row.draft, row.file, pk, row.token[:-1], row.token + "A"):
        assert ask(reverse("dossiers:track_token", args=[key])).status == 404
    assert ask(reverse("dossiers:track_token", args=[row.token])).status == 200


def test_an_unsent_draft_and_its_papers_are_for_nobody_but_its_owner(planted):
    draft = planted.rows["parent"].draft
    for name in ("draft", "draft_form", "draft_papers", "draft_review", "draft_discard"):
        for person in PEOPLE:
            if person != "parent":
                for method in ("GET", "POST"):
                    answer = ask(
                        reverse(f"dossiers:{name}", args=[draft]),
                        session=planted.sessions.get(person, ""),
                        method=method,
                    )
                    assert answer.status in {302, 403, 404, 405}
                    assert not answer.writes
                    assert "zqparent" not in answer.text
    mine = planted.rows["owner"]
    # Somebody else's paper cannot be taken off from one's own draft either.
    answer = ask(
        reverse("dossiers:draft_papers", args=[mine.draft]),
        session=planted.sessions["owner"],
        method="POST",
        data={"remove": planted.rows["parent"].draft_file},
    )
    assert answer.status == 302
    kept = ask(reverse("dossiers:draft_papers", args=[draft]), session=planted.sessions["parent"])
    assert "zqparentnhap" in kept.text


TRICKS = [
    "{0}/", "{0}//", "/{0}", "{0}.json", "{0}%20", "{0};a=b", "{0}/../", "{0}%2f", "/./{0}",
    "{0}?_method=GET&format=json&next={0}", "/static/..{0}", "/%2e{0}", "{0}#a",
]  # fmt: skip
REWRITES = {
    "HTTP_X_ORIGINAL_URL": "/", "HTTP_X_REWRITE_URL": "/", "HTTP_X_FORWARDED_FOR": "127.0.0.1",
    "HTTP_X_HTTP_METHOD_OVERRIDE": "GET", "HTTP_REMOTE_USER": "zqclerk",
    "HTTP_AUTHORIZATION": "Basic enFjbGVyazo=", "HTTP_HX_REQUEST": "true",
    "HTTP_X_REQUESTED_WITH": "XMLHttpRequest", "HTTP_ACCEPT": "application/json",
}  # fmt: skip


@pytest.mark.slow_on_postgresql
def test_no_other_method_spelling_or_header_opens_a_row(planted):
    shown = []
    for route in ROUTES:
        if not route.of_a_row or route.access.public or not route.stands_for_others:
            continue
        address = route.address(planted.rows["owner"])
        right = route.rights(row_is_own=False)[1]
        owned = not right or tables.RIGHTS[right][1] == "owner"
        person = "another citizen" if owned else "head elsewhere"
        session = planted.sessions[person]
        answers = [ask(address, session=session, method=one) for one in ("HEAD", "OPTIONS")]
        answers += [ask(address, session=one, **REWRITES) for one in (session, "")]
        answers += [ask(trick.format(address), session=session) for trick in TRICKS]
        hidden = planted.secrets(but={person})
        for answer in answers:
            if answer.status in {200, 204, 206, 500}:
                shown.append((str(route), answer.response.request["PATH_INFO"], answer.status))
            shown += [(str(route), one) for one in hidden if one in answer.text]
    assert shown == []


@pytest.mark.slow_on_postgresql
def test_every_unsafe_method_needs_the_token_that_only_our_pages_have(planted):
    done = []
    for route in ROUTES:
        if not route.stands_for_others:
            continue
        address = route.address(planted.rows["owner"])
        cookies = f"sessionid={planted.sessions['head']}; csrftoken={'b' * 32}"
        forged = {"HTTP_X_CSRFTOKEN": "a" * 32, "HTTP_COOKIE": cookies}
        tried: list[tuple[str, str, dict[str, str]]] = [
            *(("owner", method, {}) for method in ("PUT", "PATCH", "DELETE")),
            *((person, "POST", {}) for person in ("owner", "head", "steward")),
            ("head", "POST", forged),
        ]
        for person, method, headers in tried:
            session = planted.sessions.get(person, "")
            answer = ask(address, session=session, method=method, strict=True, **headers)
            refused = {401, 403, 404, 405} if route.in_api else {403}
            if route.in_api and route.access.public:
                # Without a session there is nothing to forge: it must only write nothing.
                refused = refused | {200, 303, 422}
            if answer.status not in refused or answer.writes:
                done.append((str(route), person, method, answer.status, answer.writes))
    assert done == []


def test_with_the_token_the_api_takes_the_step_and_with_a_foreign_origin_it_does_not(planted):
    row = planted.rows["owner"]
    Dossier.objects.filter(key=row.dossier).update(status=1)
    client = Client(enforce_csrf_checks=True)
    client.cookies["sessionid"] = planted.sessions["clerk"]
    client.get(reverse("dossiers:desk", args=[row.dossier]))
    token = client.cookies["csrftoken"].value
    address = f"/api/dossiers/{row.dossier}/reception"

    def post(**headers: str) -> HttpResponse:
        return client.post(address, "{}", content_type="application/json", **headers)

    assert post(HTTP_X_CSRFTOKEN=token, HTTP_ORIGIN="https://elsewhere.example").status_code == 403
    assert post(HTTP_X_CSRFTOKEN=token).status_code == 200


def test_who_signs_out_in_the_middle_is_nobody_at_the_next_request(planted):
    client = Client()
    client.cookies["sessionid"] = session = planted.sessions["owner"]
    address = reverse("dossiers:own", args=[planted.rows["owner"].dossier])
    assert client.get(address).status_code == 200
    assert client.post(reverse("account_logout")).status_code == 302
    for again in (client, Client()):
        again.cookies["sessionid"] = session  # a copy of the cookie that was kept aside
        assert again.get(address).status_code == 302
        assert again.get("/api/dossiers/mine").status_code == 401


@pytest.mark.parametrize("person", ["clerk", "case officer", "head"])
def test_a_right_that_ends_in_the_middle_is_gone_at_the_next_request(person, planted):
    address = reverse("dossiers:desk", args=[planted.rows["owner"].dossier])
    session = planted.sessions[person]
    assert ask(address, session=session).status == 200
    yesterday = timezone.localdate() - timedelta(days=1)
    Grant.objects.filter(account=planted.accounts[person]).update(valid_to=yesterday)
    assert ask(address, session=session).status == 403


def test_an_account_that_is_closed_in_the_middle_is_nobody_at_the_next_request(planted):
    account, session = planted.accounts["clerk"], planted.sessions["clerk"]
    account.is_active = False
    account.save()
    address = reverse("dossiers:desk", args=[planted.rows["owner"].dossier])
    assert ask(address, session=session).status == 302
    assert ask("/api/dossiers/mine", session=session).status == 401


def test_outside_the_demonstration_nobody_can_become_a_persona(planted, settings):
    account = planted.accounts["clerk"]
    type(account).objects.filter(pk=account.pk).update(is_demo=True)
    for session in ("", *planted.sessions.values()):
        for method in ("GET", "POST"):
            assert ask("/nhan-vat", session=session, method=method).status in {404, 405}
            answer = ask(f"/nhan-vat/{account.username}", session=session, method=method)
            assert answer.status in {404, 405}
            assert "sessionid" not in answer.response.cookies
    assert account.username not in ask("/").text
    settings.DEMO = True
    assert ask(f"/nhan-vat/{account.username}", method="POST").status == 302
    real = planted.accounts["head"].username
    assert ask(f"/nhan-vat/{real}", method="POST").status == 404


def test_what_is_shown_to_one_person_is_kept_by_no_cache(planted):
    kept = []
    for route in ROUTES:
        if route.access.public or "GET" not in methods_of(route):
            continue
        for person in ("owner", "clerk", "leader", "steward"):
            with undone():
                answer = ask(route.address(planted.rows["owner"]), session=planted.sessions[person])
            if answer.status == 200 and "no-store" not in answer.response.get("Cache-Control", ""):
                kept.append((str(route), person))
    assert kept == []


def test_another_agency_s_work_is_like_none(planted):
    for verb, person in (("nhan", "clerk"), ("giao", "head")):
        answers = [
            ask(f"/co-quan/viec/{key}/{verb}", session=planted.sessions[person], method="POST")
            for key in (planted.rows["another citizen"].item, LIKE_NONE)
        ]
        assert [one.status for one in answers] == [404, 404]
        assert not any(one.writes for one in answers)


def test_work_is_given_to_nobody_outside_its_agency(planted):
    address = reverse("work:assign", args=[planted.rows["owner"].item])
    for person in ("clerk elsewhere", "owner", "former clerk", "steward"):
        answer = ask(
            address,
            session=planted.sessions["head"],
            method="POST",
            data={"assignee": planted.accounts[person].key},
        )
        assert (answer.status, answer.writes) == (403, ())


def test_nobody_begins_or_takes_in_a_document_for_another_agency(planted):
    upload = {"from_name": "Bộ Trình diễn", "subject_line": "Việc"}
    for name, data in (("documents:begin", {"kind": "QĐ"}), ("documents:scan", upload)):
        for agency, opened in (("here", True), ("elsewhere", False)):
            with undone():
                answer = ask(
                    reverse(name),
                    session=planted.sessions["clerk"],
                    method="POST",
                    data=data | {"agency": planted.agencies[agency]},
                )
            assert (answer.status != 403) == opened, (name, agency)
            assert opened or not answer.writes


def test_a_file_of_a_document_opens_under_its_own_document_only(planted):
    row, other = planted.rows["owner"], planted.rows["parent"]
    files = {
        one for each in planted.rows.values() for one in (each.document_file, each.incoming_file)
    } | {row.file, LIKE_NONE}
    for name, key, own in (
        ("documents:file", row.document, row.document_file),
        ("documents:incoming_file", row.incoming, row.incoming_file),
    ):
        opened = {
            file
            for file in files
            if ask(reverse(name, args=[key, file]), session=planted.sessions["head"]).status != 404
        }
        assert opened == {own}, name
    comment = Document.objects.get(key=other.document).comments.get()
    answer = ask(
        reverse("documents:comment", args=[row.document]),
        session=planted.sessions["head"],
        method="POST",
        data={"resolve": str(comment.pk)},
    )
    comment.refresh_from_db()
    assert (answer.status, comment.resolved_at) == (302, None)


def test_a_task_is_reported_by_who_has_it_and_settled_by_who_gave_it(planted):
    row, here = planted.rows["another citizen"], planted.agencies["here"]
    tasks = Assignment.objects.filter(key=row.assignment)
    tasks.update(agency_code=here)  # given by the agency elsewhere to the one here
    told = {"report": "Đã làm", "reported_at": timezone.now(), "reported_by": "t", "days_late": 0}
    allowed = {
        "bao-cao": {"clerk", "case officer", "case officer without the case", "head", "head above"},
        "chap-nhan": {"head elsewhere", "head above", "leader"},
        "giao-lai": {"head elsewhere", "head above", "leader"},
        "thoi": {"head elsewhere", "head above", "leader"},
    }
    later = (timezone.localdate() + timedelta(days=3)).isoformat()
    for verb, wanted in allowed.items():
        passed = set()
        for person in PEOPLE:
            with undone():
                if verb in ("chap-nhan", "giao-lai"):
                    tasks.update(status="reported", **told)
                    WorkItem.objects.filter(subject=row.assignment).delete()
                answer = ask(
                    reverse("documents:assignment_step", args=[row.assignment, verb]),
                    session=planted.sessions.get(person, ""),
                    method="POST",
                    data={"text": "Đã làm", "due_on": later},
                )
            if answer.writes:
                passed.add(person)
        assert passed == wanted, verb
    # Who has the task reads which paper asks for it, and does not open that paper.
    session = planted.sessions["case officer"]
    page = ask(reverse("documents:assignment", args=[row.assignment]), session=session)
    assert page.status == 200
    assert row.incoming not in page.text
    assert ask(reverse("documents:incoming", args=[row.incoming]), session=session).status == 404


def filed(planted, session: str, **chosen: str) -> str:
    """Choose for whom one applies, in the draft of the director; where the page goes on to."""
    address = reverse("dossiers:draft", args=[planted.rows["director"].draft])
    place = identity.agency(planted.agencies["here"]).division
    answer = ask(address, session=session, method="POST", data={"commune": place, **chosen})
    assert answer.status in {302, 422}
    return str(answer.response.get("Location", ""))


@pytest.fixture
def complete(monkeypatch):
    """Every form counts as filled in."""
    monkeypatch.setattr("hoaphuong.dossiers.pages.applying.forms.errors", lambda *of: {})


def test_an_organisation_chosen_and_then_left_is_not_applied_for(planted, complete):
    session = planted.sessions["director"]
    [company] = identity.organisations_of(planted.accounts["director"].person_id)
    assert filed(planted, session, kind="self", organisation=company.key)
    review = reverse("dossiers:draft_review", args=[planted.rows["director"].draft])
    assert ask(review, session=session, method="POST").status == 302
    sent = Dossier.objects.get(account_key=planted.accounts["director"].key, status=1)
    assert (sent.applicant_kind, sent.organisation_id) == ("self", None)


def test_who_no_longer_represents_an_organisation_does_not_apply_for_it(planted, complete):
    session = planted.sessions["director"]
    [company] = identity.organisations_of(planted.accounts["director"].person_id)
    assert filed(planted, session, kind="organisation", organisation=company.key)
    Representation.objects.all().delete()
    draft = planted.rows["director"].draft
    for method in ("GET", "POST"):
        answer = ask(reverse("dossiers:draft_review", args=[draft]), session=session, method=method)
        assert answer.response.url == reverse("dossiers:draft", args=[draft])
        assert not answer.writes
    assert not filed(planted, session, kind="organisation", organisation=company.key)


def test_nobody_applies_for_an_organisation_of_others(planted):
    [company] = identity.organisations_of(planted.accounts["director"].person_id)
    draft = planted.rows["owner"].draft
    answer = ask(
        reverse("dossiers:draft", args=[draft]),
        session=planted.sessions["owner"],
        method="POST",
        data={"kind": "organisation", "organisation": company.key, "commune": "x"},
    )
    assert answer.status == 422
    assert "zqdirector" not in answer.text
    assert not answer.writes
