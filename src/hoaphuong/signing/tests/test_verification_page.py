"""Anyone checks a file by page and API; nothing is kept, and nothing hostile reaches the server."""

import subprocess
import sys
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hoaphuong.signing import checking
from hoaphuong.signing.contracts import Provenance
from hoaphuong.signing.tests.verify_makers import (
    Authority,
    edited,
    filled,
    paper,
    signed,
    with_evidence,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture(scope="module")
def content(authority):
    """A certified paper whose number was filled in afterwards; evidence as fresh as can be."""
    made = filled(signed(paper("so", "ngay"), authority.signer, authority, certify=True), so="15")
    return with_evidence(made, ocsps=[authority.ocsp(datetime.now(UTC).replace(microsecond=0))])


@pytest.fixture
def trusted(home, authority):
    """The city trusts the invented root."""
    (home / "trust").mkdir()
    (home / "trust" / "root.der").write_bytes(authority.root.der)
    checking.limiter.cache_clear()
    yield
    checking.limiter.cache_clear()


@pytest.fixture(scope="module", autouse=True)
def one_aside():
    yield
    checking.aside().close()


def upload(content, name="a.pdf"):
    return SimpleUploadedFile(name, content)


def page(client, *files, language="en"):
    client.cookies.load({"lang": language})
    return client.post("/kiem-tra", {"tep": list(files)})


def test_the_page_is_for_anyone_and_stands_in_the_menu(city, client):
    assert client.get("/kiem-tra").status_code == 200
    assert "/kiem-tra" in client.get("/thu-tuc").content.decode()


def test_a_citizen_reads_who_signed_and_what_was_filled_in_after(city, client, trusted, content):
    said = page(client, upload(content), language="vi").content.decode()
    assert "Văn bản xác thực" in said
    assert "Nguyễn Giả Định" in said
    assert "Số và ngày ban hành được điền sau khi ký — người ký cho phép" in said
    assert "Chi tiết kỹ thuật" in said
    assert "B-B" in said


def test_each_file_has_its_own_verdict(city, client, trusted, content):
    said = page(
        client, upload(content), upload(edited(content), "b.pdf"), upload(paper(), "c.pdf"),
        upload(b"nothing", "d.pdf"),
    ).content.decode()  # fmt: skip
    for words in (
        "The document is authentic", "Not to be trusted", "No digital signature",
        "The file cannot be read",
    ):  # fmt: skip
        assert said.count(words) >= 1, words


def test_a_name_that_is_markup_stays_text(city, client, content):
    said = page(client, upload(content, "<script>alert(1)</script>.pdf")).content.decode()
    assert "<script>alert(1)" not in said


def test_nothing_chosen_or_too_much_is_said_on_the_page(city, client, settings, content):
    assert client.post("/kiem-tra", {}).status_code == 400
    many = [upload(b"x", f"{n}.pdf") for n in range(checking.MOST_FILES + 1)]
    assert page(client, *many).status_code == 400
    settings.UPLOAD_MAX_BYTES = 100
    assert "The file is too large." in page(client, upload(content)).content.decode()


def test_too_many_files_in_a_minute_have_to_wait(city, client, settings, trusted):
    settings.VERIFYING_PER_MINUTE = 2
    checking.limiter.cache_clear()
    assert page(client, upload(b"x"), upload(b"y")).status_code == 200
    told = page(client, upload(b"z"))
    assert (told.status_code, int(told["Retry-After"]) > 0) == (429, True)
    assert client.post("/api/verification", {"files": [upload(b"z")]}).status_code == 429


def test_the_api_says_what_the_page_says(city, client, trusted, content):
    told = client.post(
        "/api/verification", {"files": [upload(content), upload(edited(content), "b.pdf")]}
    )
    first, second = told.json()
    assert told.status_code == 200
    assert list(first) == ["file", "verdict", "reason", "signatures"]
    assert (first["file"], first["verdict"]) == ("a.pdf", "valid")
    assert list(first["signatures"][0])[:5] == [
        "signer", "intact", "trusted", "level", "changed_after",
    ]  # fmt: skip
    assert {"what": "filled:so", "permitted": True} in first["signatures"][0]["changes"]
    assert (second["verdict"], second["reason"]) == ("invalid", "forbidden_change")


def test_the_api_refuses_what_is_no_list_of_files(city, client):
    assert client.post("/api/verification", {}).status_code == 422
    assert client.post("/api/verification", {"files": "text"}).status_code == 422
    many = [upload(b"x", f"{n}") for n in range(checking.MOST_FILES + 1)]
    assert client.post("/api/verification", {"files": many}).status_code == 422


def test_a_form_from_another_site_is_refused(city, content):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/kiem-tra", {"tep": upload(content)}).status_code == 403


def test_a_file_of_the_register_says_so_and_whether_it_still_counts(
    city, client, trusted, content, monkeypatch
):
    known = Provenance("Quyết định X", "15/QĐ-UBND", "UBND Y", date(2026, 3, 2), "/x", "recalled")
    register = SimpleNamespace(known=lambda sha256: known if len(sha256) == 64 else None)
    monkeypatch.setattr(checking, "modules", lambda name: [register])
    said = page(client, upload(content)).content.decode()
    assert "15/QĐ-UBND" in said
    assert "This document has been recalled" in said


def test_nothing_of_a_file_is_kept(city, client, trusted, home, content):
    page(client, upload(content))
    kept = [p for p in home.rglob("*") if p.is_file()]
    assert all(content[:200] not in p.read_bytes() for p in kept)
    assert {p.parent.name for p in kept} <= {"run", "trust"}


HOSTILE = {
    "nested": b"%PDF-1.7\n1 0 obj\n" + b"[" * 50_000 + b"\nstartxref\n9\n%%EOF",
    "cut": b"%PDF-1.4\n%%EOF",
    "zip": b"PK\x03\x04" + b"\xff" * 100,
    "entities": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    "bomb": b"<!DOCTYPE a [<!ENTITY b 'cc'><!ENTITY d '&b;&b;&b;&b;'>]><a>&d;&d;&d;</a>",
    "external": b"<!DOCTYPE a [<!ENTITY b SYSTEM '%s'>]><a>&b;</a>" % (b"file:" + b"///etc/passwd"),
    "elsewhere": b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/a.dtd'><a/>",
    "nothing": b"",
    "zeros": bytes(10_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_get_an_answer_by_page_and_api(city, client, name):
    checking.limiter.cache_clear()
    assert page(client, upload(HOSTILE[name])).status_code == 200
    told = client.post("/api/verification", {"files": [upload(HOSTILE[name])]})
    assert told.json()[0]["verdict"] in ("unreadable", "unsigned")


def test_an_idle_web_process_has_no_library_of_signatures():
    loads = (
        "import sys, django\n"
        "django.setup()\n"
        "import hoaphuong.web.wsgi, hoaphuong.web.urls, hoaphuong.signing.pages.verifying\n"
        "import hoaphuong.signing.api\n"
        "print([m for m in ('pyhanko', 'signxml', 'asn1crypto') if m in sys.modules])\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", loads], capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.stdout.strip() == "[]", ran.stderr[-2000:]
