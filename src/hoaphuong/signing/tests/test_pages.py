"""A person's own signature, an agency's seals, and a batch on its way, as pages."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from hoaphuong.identity import queries as identity
from hoaphuong.signing import actions, queries
from hoaphuong.signing.actions.items import claim, fail, let_wait
from hoaphuong.signing.images import is_transparent
from hoaphuong.signing.models import ArchiveItem
from hoaphuong.signing.tests.factories import YEAR, key_and_certificate
from hoaphuong.signing.tests.test_images import picture
from tests.second_factor import passed_session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_city")]


UNDO = "/co-quan/chu-ky/hinh-anh/hoan-tac"


def of(username: str) -> Client:
    """A persona's browser, with a second factor passed."""
    client, account = Client(), identity.demo_account(username)
    client.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session.update(passed_session(account))
    session.save()
    return client


def key_of(username: str) -> str:
    return identity.demo_account(username).key


def held_by(**holder):
    now = timezone.now()
    _, der = key_and_certificate(begins=now - YEAR, ends=now + YEAR)
    return actions.record_certificate(
        provider="demo", reference="x", certificate=der, by="t", at=now, **holder
    )


def ordered(*papers: str, by: str = "lan") -> str:
    now = timezone.now()
    held = held_by(account=key_of(by))
    return actions.order_batch(
        kind="documents.person",
        subjects=papers,
        certificate=held.key,
        by=key_of(by),
        second_factor_at=now,
        at=now,
    )


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_one_sees_one_s_own_certificates_with_their_state():
    held_by(account=key_of("lan"))
    old = held_by(account=key_of("lan"))
    actions.withdraw_certificate(key=old.key, reason="superseded", by="t", at=timezone.now())
    said = text(of("lan").get("/co-quan/chu-ky"))
    assert "Nguyễn Văn Thử" in said
    assert "Còn hiệu lực" in said
    assert "Đã thu hồi" in said
    assert "Tên đầy đủ trong chứng thư CN=Nguyễn Văn Thử" in said
    assert said.count("CN=") == 2 + 2  # in the details, and the issuer's: nowhere else
    assert "Nguyễn Văn Thử" not in text(of("hung").get("/co-quan/chu-ky"))


def test_an_uploaded_picture_is_shown_made_transparent_and_can_be_undone():
    lan = of("lan")
    upload = SimpleUploadedFile("ky.jpg", picture(), "image/jpeg")
    page = lan.post("/co-quan/chu-ky/hinh-anh", {"image": upload}, follow=True)
    assert "/co-quan/chu-ky/hinh-anh?" in page.content.decode()
    sent = lan.get("/co-quan/chu-ky/hinh-anh")
    assert sent["Content-Type"] == "image/png"
    assert is_transparent(b"".join(sent.streaming_content))
    first = queries.image_row(account=key_of("lan"))
    assert UNDO not in lan.get("/co-quan/chu-ky").content.decode()  # nothing to go back to
    upload = SimpleUploadedFile("ky.jpg", picture(), "image/jpeg")
    page = lan.post("/co-quan/chu-ky/hinh-anh", {"image": upload}, follow=True)
    assert UNDO in page.content.decode()
    lan.post("/co-quan/chu-ky/hinh-anh/hoan-tac")
    assert queries.image_row(account=key_of("lan")) == first
    lan.post("/co-quan/chu-ky/hinh-anh/hoan-tac")
    assert lan.get("/co-quan/chu-ky/hinh-anh").status_code == 302


def test_a_picture_that_does_not_do_is_refused_beside_its_field():
    upload = SimpleUploadedFile("ky.jpg", b"%PDF-1.7", "image/jpeg")
    for data in ({"image": upload}, {}):
        answer = of("lan").post("/co-quan/chu-ky/hinh-anh", data)
        assert answer.status_code == 422
        assert 'id="image-error"' in answer.content.decode()


def test_a_clerk_is_in_charge_of_the_agency_s_own_seal_only():
    mai, ward = of("mai"), identity.demo_account("mai").agency_id
    held_by(agency=ward)
    assert "Nguyễn Văn Thử" in text(mai.get("/co-quan/con-dau"))
    address = f"/co-quan/con-dau/{ward}/hinh-anh"
    upload = SimpleUploadedFile("dau.png", picture(kind="PNG"), "image/png")
    assert mai.post(address, {"image": upload}).status_code == 302
    assert mai.get(address)["Content-Type"] == "image/png"
    page = mai.get("/co-quan/con-dau").content.decode()
    assert f"{address}/hoan-tac" not in page
    upload = SimpleUploadedFile("dau.png", picture(kind="PNG"), "image/png")
    page = mai.post(address, {"image": upload}, follow=True).content.decode()
    assert f"{address}/hoan-tac" in page
    mai.post(f"{address}/hoan-tac")
    mai.post(f"{address}/hoan-tac")
    assert queries.image_row(agency=ward) is None
    other = "/co-quan/con-dau/000.00.00.H24/hinh-anh"
    upload = SimpleUploadedFile("dau.png", picture(kind="PNG"), "image/png")
    assert mai.post(other, {"image": upload}).status_code == 404
    assert queries.image_row(agency="000.00.00.H24") is None


def test_a_batch_tells_how_far_it_is_and_asks_again_by_itself_until_it_is_finished():
    key, lan = ordered("a", "b", "c"), of("lan")
    page = lan.get(f"/co-quan/ky/{key}").content.decode()
    assert f'hx-get="/co-quan/ky/{key}/tien-do"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    fail(claimed=claim(by="s", at=timezone.now()), reason="paper_unreadable", at=timezone.now())
    part = lan.get(f"/co-quan/ky/{key}/tien-do")
    assert "Đã xong 1 trên 3 văn bản" in text(part)
    assert "HX-Refresh" not in part
    actions.withdraw(key=key, by=key_of("lan"), at=timezone.now())
    part = lan.get(f"/co-quan/ky/{key}/tien-do")
    assert part["HX-Refresh"] == "true"
    assert "hx-get" not in part.content.decode()
    page = text(lan.get(f"/co-quan/ky/{key}"))
    assert "tệp hỏng hoặc không đúng loại" in page


def test_what_the_outside_does_is_said_and_what_failed_is_tried_again_from_the_page():
    key, lan, now = ordered("a", "b"), of("lan"), timezone.now()
    fail(claimed=claim(by="s", at=now), reason="moved_on", at=now)
    let_wait(claimed=claim(by="s", at=now), fault="time_stamp_failed", at=now)
    page = text(lan.get(f"/co-quan/ky/{key}"))
    assert "Dịch vụ cấp dấu thời gian không trả lời đúng" in page
    lan.post(f"/co-quan/ky/{key}/lam-lai")
    batch = queries.batch(key)
    assert (batch.waiting, batch.failed, batch.fault) == (2, 0, "")
    lan.post(f"/co-quan/ky/{key}/rut")
    assert queries.batch(key).withdrawn == 2


def test_nobody_else_follows_a_batch_and_trying_again_needs_the_second_factor():
    key, hung = ordered("a"), of("hung")
    for address in ("", "/tien-do"):
        assert hung.get(f"/co-quan/ky/{key}{address}").status_code == 404
    for address in ("/lam-lai", "/rut"):
        assert hung.post(f"/co-quan/ky/{key}{address}").status_code == 404
    lan = of("lan")
    session = lan.session
    session.clear()
    session.save()
    lan.force_login(
        identity.demo_account("lan"), "allauth.account.auth_backends.AuthenticationBackend"
    )
    now = timezone.now()
    fail(claimed=claim(by="s", at=now), reason="moved_on", at=now)
    answer = lan.post(f"/co-quan/ky/{key}/lam-lai")
    assert answer.status_code == 302
    assert queries.batch(key).failed == 1


@pytest.mark.parametrize("count", [2, 30])
def test_the_pages_ask_a_fixed_number_of_questions(count, django_assert_max_num_queries):
    now = timezone.now()
    key, lan = ordered(*[f"paper{n}" for n in range(count)]), of("lan")
    while (claimed := claim(by="s", at=now)) is not None:
        fail(claimed=claimed, reason="moved_on", at=now)
        now += timedelta(seconds=1)
    for _ in range(count - 1):
        held_by(account=key_of("lan"))
    lan.get("/co-quan/chu-ky")
    with django_assert_max_num_queries(14):
        lan.get("/co-quan/chu-ky")
    with django_assert_max_num_queries(14):
        lan.get(f"/co-quan/ky/{key}")


def test_the_administrator_sees_what_the_archive_could_not_renew_and_tries_it_at_once():
    now = timezone.now()
    soon, over = now + timedelta(days=20), now - timedelta(days=1)
    for paper, ends in (("a", soon), ("b", over), ("c", now + YEAR)):
        ArchiveItem.objects.create(
            paper=paper, kind="documents.seal", file_key=paper, stamp_ends_at=ends,
            due_at=ends - timedelta(days=90), attempts=3, reason="time_stamp_failed",
            waits_until=now + timedelta(minutes=5),
        )  # fmt: skip
    tri = of("tri")
    said = text(tri.get("/co-quan/luu-tru-chu-ky"))
    assert "Có văn bản không được gia hạn kịp thời" in said
    assert "Dịch vụ cấp dấu thời gian không trả lời đúng." in said
    assert "đã thử 3 lần" in said
    assert "Sắp hết hạn" in said
    tri.post("/co-quan/luu-tru-chu-ky/thu-lai")
    waits = dict(ArchiveItem.objects.values_list("paper", "waits_until"))
    assert waits["a"] is None
    assert waits["b"] is not None
    for other in ("lan", "mai", "hung"):
        assert of(other).get("/co-quan/luu-tru-chu-ky").status_code == 403
