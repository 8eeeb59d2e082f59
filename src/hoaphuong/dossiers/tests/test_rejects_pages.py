"""Rejected rows in the browser: found, corrected, and files brought in."""

from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from hoaphuong.dossiers import actions
from hoaphuong.dossiers.models import Procedure, ProcedureReject
from hoaphuong.identity import queries as identity

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
ROWS = "ma_thu_tuc,ten_thu_tuc,linh_vuc\n,Thủ tục bịa <b>,Lĩnh vực bịa\n1.000001,,Lĩnh vực bịa\n"


@pytest.fixture
def steward(client, demo_city):
    client.force_login(identity.demo_account("du"))
    return client


@pytest.fixture
def rejects(steward, tmp_path):
    path = tmp_path / "danh-sach.csv"
    path.write_text(ROWS, encoding="utf-8")
    actions.import_procedures(path=path, at=AT, by="a")
    return list(ProcedureReject.objects.order_by("line"))


def page(answer):
    return answer.content.decode()


@pytest.mark.parametrize("username", ["phuong", "mai", "hung"])
def test_only_who_manages_procedures_may_open_them(client, demo_city, username):
    client.force_login(identity.demo_account(username))
    assert client.get(reverse("dossiers:rejects")).status_code == 403
    assert client.get(reverse("dossiers:reject", args=["a"])).status_code == 403
    assert client.post(reverse("dossiers:import")).status_code == 403


def test_without_rejects_the_list_says_so(steward):
    answer = steward.get(reverse("dossiers:rejects"))
    assert answer.status_code == 200
    assert 'class="empty"' in page(answer)


def test_the_list_is_filtered_by_reason_and_file(steward, rejects):
    url = reverse("dossiers:rejects")
    both, one = page(steward.get(url)), page(steward.get(url, {"reason": "name_missing"}))
    assert all(row.key in both for row in rejects)
    assert rejects[0].key not in one
    assert rejects[1].key in one
    assert rejects[0].key in page(steward.get(url, {"source": rejects[0].source}))
    assert 'class="empty"' in page(steward.get(url, {"source": "other", "page": "99999"}))


def test_what_was_published_is_shown_as_text(steward, rejects):
    shown = page(steward.get(reverse("dossiers:reject", args=[rejects[0].key])))
    assert "linh_vuc" in shown
    assert "Thủ tục bịa &lt;b&gt;" in shown
    assert "Thủ tục bịa <b>" not in shown


def test_a_wrong_code_stands_beside_its_error_and_a_right_one_is_stored(steward, rejects):
    url = reverse("dossiers:reject", args=[rejects[0].key])
    wrong = steward.post(url, {"code": "1.99", "name": "Tên đã sửa"})
    assert wrong.status_code == 422
    assert 'value="1.99"' in page(wrong)
    assert "Tên đã sửa" in page(wrong)
    assert 'id="id_code_error"' in page(wrong)

    assert steward.post(url, {"code": "1.000042", "name": "Tên đã sửa"}).status_code == 302
    assert Procedure.objects.get(code="1.000042").name == "Tên đã sửa"
    again = steward.post(url, {"code": "1.000043", "name": "x"}, follow=True)
    assert again.redirect_chain
    assert not Procedure.objects.filter(code="1.000043").exists()
    done = page(steward.get(reverse("dossiers:rejects"), {"done": "1"}))
    assert "1.000042" not in done
    assert "danh-sach.csv" in done


def test_a_code_of_another_procedure_is_refused_by_its_name(steward, rejects):
    answer = steward.post(
        reverse("dossiers:reject", args=[rejects[0].key]), {"code": "1.001193", "name": "Khác"}
    )
    assert answer.status_code == 422
    assert Procedure.objects.get(code="1.001193").name in page(answer)


def upload(client, content, **more):
    file = SimpleUploadedFile("tai-len.csv", content)
    return client.post(reverse("dossiers:import"), {"file": file, **more})


def test_a_file_is_imported_from_the_browser(steward):
    answer = upload(steward, ROWS.encode() + b"1.000077,Bia,Bia\n")
    assert answer.status_code == 302
    assert Procedure.objects.filter(code="1.000077").exists()
    assert ProcedureReject.objects.count() == 2


def test_two_files_of_one_name_wait_side_by_side_and_each_closes_its_own(steward):
    url = reverse("dossiers:rejects")
    head = b"ma_thu_tuc,ten_thu_tuc\n"
    upload(steward, head + ",Thủ tục của sở một\n".encode())
    upload(steward, head + ",Thủ tục của sở hai\n".encode())
    waiting = page(steward.get(url))
    assert "Thủ tục của sở một" in waiting
    assert "Thủ tục của sở hai" in waiting
    assert "tai-len.csv (2)" in waiting

    upload(steward, head + "1.000077,Thủ tục của sở một\n".encode())
    waiting, done = page(steward.get(url)), page(steward.get(url, {"done": "1"}))
    assert "Thủ tục của sở một" not in waiting
    assert "Thủ tục của sở hai" in waiting
    assert "Thủ tục của sở một" in done


def test_a_trial_from_the_browser_stores_nothing(steward):
    assert (
        upload(steward, b"ma_thu_tuc,ten_thu_tuc\n1.000077,Bia\n", dry_run="1").status_code == 302
    )
    assert not Procedure.objects.filter(code="1.000077").exists()


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"\x1f\x8b\x00", "không có cột".encode()])
def test_a_file_that_is_no_list_is_refused_in_words(steward, content):
    answer = upload(steward, content)
    assert answer.status_code == 422
    assert 'id="file-error"' in page(answer)


def test_a_file_over_the_limit_is_refused(steward, settings):
    settings.UPLOAD_MAX_BYTES = 10
    assert upload(steward, ROWS.encode()).status_code == 422
    assert not ProcedureReject.objects.exists()
