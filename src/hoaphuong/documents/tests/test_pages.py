"""The pages of official documents, as each person sees them."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from hoaphuong.documents import actions
from hoaphuong.documents.models import Assignment, Document, Incoming
from hoaphuong.documents.tests.factories import (
    agency_of,
    approved,
    drafted,
    person,
    signed,
    through,
    with_lines,
)
from hoaphuong.files.queries import file_facts, open_file
from hoaphuong.identity import queries as identity

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def staff(demo_city):
    pass


@pytest.fixture
def at_desk(client):
    """A browser signed in as a persona."""

    def become(username):
        client.force_login(identity.demo_account(username))
        return client

    return become


def url(name, *args):
    return reverse(f"documents:{name}", args=args)


def test_an_officer_begins_writes_and_sends_a_draft_on(at_desk):
    son = at_desk("son")
    begun = son.post(url("begin"), {"kind": "QĐ", "agency": agency_of("son")})
    document = Document.objects.get()
    assert begun.url == url("edit", document.key)

    page = son.get(begun.url).content.decode()
    assert "Trích yếu nội dung" in page
    assert document.signer_key == person("lan")  # the agency's own signer, not the city's leader
    posted = {
        "version": "1", "subject_line": "Ban hành kế hoạch", "signer": person("lan"),
        "position": "Chánh Văn phòng", "body": "Điều 1. Ban hành.\nĐiều 2. Hiệu lực.",
        "grounds": "Luật Tổ chức chính quyền địa phương", "to-0-name": "Như Điều 2",
        "for-TM.": "Ủy ban nhân dân",
    }  # fmt: skip
    assert son.post(begun.url, posted).url == url("document", document.key)
    stale = son.post(begun.url, posted)
    assert stale.status_code == 422
    assert "phiên bản khác" in stale.content.decode()

    preview = son.get(url("preview", document.key))
    assert preview.content.startswith(b"%PDF")
    sent = son.post(url("step", document.key, "gui-duyet"))
    assert sent.url == url("document", document.key)
    document.refresh_from_db()
    assert document.status == "review"
    refused = son.post(url("step", document.key, "duyet"))
    assert refused.status_code == 403

    lan = at_desk("lan")
    lan.post(url("comment", document.key), {"text": "Rất tốt"})
    lan.post(url("step", document.key, "duyet"))
    document.refresh_from_db()
    assert document.status == "to_sign"
    assert "Rất tốt" in lan.get(url("document", document.key)).content.decode()


def test_a_draft_with_faults_says_where_and_loses_nothing(at_desk):
    document = drafted()
    son = at_desk("son")
    answer = son.post(
        url("edit", document.key),
        {
            "version": "1", "subject_line": "", "body": "Điều 1. Một.", "signer": "x",
            "task-0-agency": "Không có", "task-0-what": "", "task-0-due_on": "2020-01-01",
        },
    )  # fmt: skip
    page = answer.content.decode()
    assert answer.status_code == 422
    for field in ("subject_line", "signer", "task-0-agency", "task-0-what", "task-0-due_on"):
        assert f'href="#{field}"' in page
    assert "Điều 1. Một." in page
    document.refresh_from_db()
    assert document.version == 1


def test_another_agencys_officer_sees_nothing_of_a_document(at_desk, client):
    elsewhere = next(
        a for a in identity.agencies().values()
        if a.code != agency_of("son") and a.kind == "commune" and not a.valid_to
    )  # fmt: skip
    document = drafted(agency=elsewhere.code)
    son = at_desk("son")
    for name in ("document", "edit", "preview"):
        assert son.get(url(name, document.key)).status_code == 404
    assert son.post(url("step", document.key, "gui-duyet")).status_code == 404


def test_incoming_paper_is_kept_bit_by_bit_registered_and_given_to_an_officer(at_desk):
    mai = at_desk("mai")
    scan = b"\x89PNG\r\n\x1a\n"
    bad = mai.post(url("scan"), {"agency": agency_of("mai"), "from_name": "", "subject_line": "x"})
    assert bad.status_code == 422
    from hoaphuong.files.tests.factories import photo

    scan = photo("JPEG", turned=True)
    taken = mai.post(
        url("scan"),
        {
            "agency": agency_of("mai"), "from_name": "Bộ Nội vụ", "number": "12",
            "notation": "BNV-CCVC", "issued_on": "2026-11-20", "kind": "CV",
            "subject_line": "Về việc báo cáo biên chế",
            "file": SimpleUploadedFile("cong-van.jpg", scan),
        },
    )  # fmt: skip
    incoming = Incoming.objects.get()
    assert taken.url == url("incoming", incoming.key)
    with open_file(incoming.file_key) as kept:
        assert kept.read() == scan
    assert file_facts(incoming.file_key).retention == "document"
    assert (incoming.number, incoming.text_state) == (1, "waiting")

    lan = at_desk("lan")
    soon = (timezone.localdate() + timedelta(days=3)).isoformat()
    lan.post(
        url("incoming_step", incoming.key, "giao-viec"),
        {"what": "Tổng hợp số liệu", "due_on": soon, "assignee": person("son")},
    )
    task = Assignment.objects.get()
    son = at_desk("son")
    assert "Tổng hợp số liệu" in son.get(url("assignment", task.key)).content.decode()
    son.post(url("assignment_step", task.key, "bao-cao"), {"text": "Đã tổng hợp"})
    task.refresh_from_db()
    assert task.status == "reported"
    lan = at_desk("lan")
    lan.post(url("assignment_step", task.key, "chap-nhan"))
    task.refresh_from_db()
    assert task.status == "done"
    found = mai.get(url("arrivals"), {"q": "bao cao bien che"}).content.decode()
    assert "BNV-CCVC" in found


def test_lists_show_what_is_on_its_way_and_what_was_issued(at_desk):
    way, out = drafted(subject_line="Đang soạn"), through(drafted(subject_line="Đã ban hành"))
    son = at_desk("son")
    drafts = son.get(url("drafts")).content.decode()
    register = son.get(url("register")).content.decode()
    assert way.subject_line in drafts
    assert out.subject_line not in drafts
    assert out.subject_line in register
    csv = son.get(url("register"), {"format": "csv"}).content.decode("utf-8-sig")
    assert "01/QĐ-UBND" in csv


def test_anyone_checks_a_paper_by_code_and_by_number(client):
    document = through(drafted(subject_line="Chuyện nội bộ"))

    by_code = client.get(url("check", document.token)).content.decode()
    assert "01/QĐ-UBND" in by_code
    assert "Chuyện nội bộ" not in by_code
    by_number = client.get(
        url("check_number"), {"number": "01/QĐ-UBND", "day": document.issued_on.isoformat()}
    )
    assert document.file_sha256 in by_number.content.decode()
    assert client.get(url("check", "0" * 32)).status_code == 404
    faulty = client.get(url("check_number"), {"number": "15", "day": "hôm qua"})
    assert faulty.status_code == 422


def test_a_recalled_paper_says_so_to_everyone(client):
    document = through(drafted())
    actions.recall(key=document.key, reason="Sai", by=person("lan"), at=timezone.now())
    assert "thu hồi" in client.get(url("check", document.token)).content.decode()


def test_a_draft_is_no_paper_to_check(client):
    document = signed(approved(drafted()))
    assert client.get(url("check", document.token)).status_code == 404


def test_the_published_chain_can_be_read_by_anyone(client):
    document = through(drafted())
    day = document.entry.day
    assert client.get(url("chain", day.isoformat())).status_code == 404
    actions.publish_head(day=day, stamp=None, at=timezone.now())
    heads = client.get(url("heads")).content.decode()
    chain = client.get(url("chain", day.isoformat())).content.decode()
    assert document.entry.hash in heads
    assert document.entry.digest in chain


def test_a_leader_sees_which_tasks_are_late(at_desk):
    to = next(a for a in identity.agencies().values() if a.kind == "department" and not a.valid_to)
    due = timezone.localdate() + timedelta(days=1)
    task = actions.Task(agency=to.code, what="Báo cáo tiến độ", due_on=due)
    document = through(with_lines(drafted(), tasks=(task,)))
    document.assignments.update(due_on=timezone.localdate() - timedelta(days=2))
    page = at_desk("hung").get(url("steering"), {"late": "1"}).content.decode()
    assert "Báo cáo tiến độ" in page
    assert to.name in page
    assert at_desk("son").get(url("steering")).status_code == 403


@pytest.mark.parametrize(("how", "field"), [("thay-the", "replaces"), ("dinh-chinh", "corrects")])
def test_an_issued_document_is_replaced_or_corrected_by_a_new_one(at_desk, how, field):
    old = through(drafted())
    son = at_desk("son")
    begun = son.post(url("follow", old.key, how))
    new = Document.objects.exclude(pk=old.pk).get()
    assert begun.url == url("edit", new.key)
    assert getattr(new, field) == old
    refused = son.post(url("follow", new.key, how))
    assert refused.url == url("document", new.key)
    assert Document.objects.count() == 2


def test_each_error_is_read_out_with_its_field(at_desk):
    """What is wrong is what the field is described by, so that a screen reader says it."""
    document, arrived = drafted(), {"agency": agency_of("mai"), "number": "a/b", "due_on": "x"}
    pages = [
        at_desk("son").post(url("edit", document.key), {"version": "1"}),
        at_desk("mai").post(url("scan"), arrived),
        at_desk("mai").get(url("check_number"), {"number": "15", "day": "hôm qua"}),
        at_desk("lan").post(url("step", approved(drafted()).key, "tra-lai")),
    ]
    for page in pages:
        text = page.content.decode()
        errors = re.findall(r'class="error" id="([\w-]+)-error"', text)
        assert errors
        for name in errors:
            [field] = re.findall(rf'<(?:input|select|textarea)[^>]* id="{name}"[^>]*>', text)
            assert 'aria-invalid="true"' in field, name
            assert f"{name}-error" in field, name


def test_an_issued_document_goes_to_further_recipients_once(at_desk):
    to = next(a for a in identity.agencies().values() if a.kind == "department" and not a.valid_to)
    document = through(drafted())
    mai = at_desk("mai")
    page = mai.get(url("document", document.key)).content.decode()
    assert url("send", document.key) in page
    wrong = mai.post(url("send", document.key), {"to-0-name": "Không có"})
    assert wrong.status_code == 422
    assert 'value="Không có"' in wrong.content.decode()
    for _ in range(2):
        answer = mai.post(url("send", document.key), {"to-0-name": to.name, "to-0-purpose": "know"})
        assert answer.url == url("document", document.key)
    copy = Incoming.objects.get()
    assert (copy.agency_code, copy.document_key) == (to.code, document.key)
    assert document.recipients.get().purpose == "know"

    assert at_desk("son").post(url("send", document.key), {}).status_code == 403
    actions.recall(key=document.key, reason="Sai", by=person("lan"), at=timezone.now())
    mai = at_desk("mai")
    assert url("send", document.key) not in mai.get(url("document", document.key)).content.decode()
    other = next(a for a in identity.agencies().values() if a.kind == "city")
    mai.post(url("send", document.key), {"to-0-name": other.name})
    assert Incoming.objects.count() == 1


def test_recalling_is_the_last_and_quiet_thing_on_an_issued_document(at_desk):
    document = through(drafted())
    page = at_desk("lan").get(url("document", document.key)).content.decode()
    panel = page[page.index('id="steps-title"') :]
    panel = panel[: panel.index("</section>")]
    order = [panel.index(url("follow", document.key, "thay-the")), panel.index("thu-hoi")]
    assert order == sorted(order)
    assert '<details class="quiet"><summary>' in panel[: panel.index("thu-hoi")]
