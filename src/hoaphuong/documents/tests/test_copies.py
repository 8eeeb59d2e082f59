"""Electronic copies: the forms the law knows, their number, the agency's line, and what checks."""

import io
import re

import pypdfium2 as pdfium
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader

from hoaphuong.documents import actions, copying, provenance, reactions
from hoaphuong.documents.models import Copy, Document, Incoming
from hoaphuong.documents.signables import COPY
from hoaphuong.documents.tests.factories import (
    AT,
    agency_of,
    drafted,
    person,
    sha256,
    sheet,
    stored,
    through,
    with_lines,
)
from hoaphuong.files import actions as shelf
from hoaphuong.files.queries import open_file
from hoaphuong.identity import queries as identity
from hoaphuong.signing import actions as signing
from hoaphuong.signing import keyring, signer
from hoaphuong.signing import queries as batches
from hoaphuong.signing.tests import pdf_papers
from hoaphuong.signing.tests.pdf_papers import good
from tests.second_factor import passed_session

pytestmark = pytest.mark.django_db
WARD = "Ủy ban nhân dân phường Ngô Quyền"
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00"


@pytest.fixture(autouse=True)
def staff(demo_city):
    pass


@pytest.fixture
def at_desk(client):
    """A browser of a persona that has passed the second factor."""

    def become(username, *, factor=True):
        account = identity.demo_account(username)
        client.force_login(account)
        if factor:
            session = client.session
            session.update(passed_session(account))
            session.save()
        return client

    return become


@pytest.fixture
def seal_key(monkeypatch):
    """The ward's certificate, its key, a time-stamp authority and answers, all in memory."""
    key, authority = pdf_papers.key("p256"), pdf_papers.authority()
    monkeypatch.setattr(keyring, "key_of", lambda held, reference: key)
    monkeypatch.setattr(keyring, "stamps", lambda: authority)
    monkeypatch.setattr(keyring, "answers", lambda: authority)
    return signing.record_certificate(
        provider="tests", reference="ward", certificate=key.certificate, by="t",
        at=timezone.now(), agency=agency_of("mai"),
    )  # fmt: skip


def url(name, *args):
    return reverse(f"documents:{name}", args=args)


def arrived(content=None, *, media_type="application/pdf", source="paper", register=True):
    file = shelf.keep(
        content=content or sheet(pages=4), name="den.pdf", media_type=media_type, by="t", at=AT,
        retention="document",
    )  # fmt: skip
    arrival = actions.Arrival(
        agency=agency_of("mai"), source=source, from_code="", from_name="Bộ Trình diễn",
        number="318", notation="BTD-CĐS", issued_on=AT.date(), kind="CV", subject_line="Về việc",
        urgency="", file_key=file.key,
    )  # fmt: skip
    incoming = actions.receive(arrival=arrival, by="t", at=AT)
    return actions.register(key=incoming.key, by="t", at=AT) if register else incoming


def copied(paper, form="SY", pages=""):
    which = "document" if isinstance(paper, Document) else "incoming"
    return actions.make_copy(
        **{which: paper.key}, form=form, pages=pages, by=person("mai"), at=timezone.now()
    )


def sealed(copy, certificate):
    now = timezone.now()
    signing.order_batch(
        kind=COPY, subjects=[copy.key], certificate=certificate.key, by=person("mai"),
        second_factor_at=now, at=now,
    )  # fmt: skip
    while signer.sign_next("me"):
        pass
    copy.refresh_from_db()
    return copy


def bytes_of(key: str) -> bytes:
    with open_file(key) as stream:
        return stream.read()


def words(pdf: bytes) -> str:
    """What stands on page 1, fields included, in one line."""
    book = pdfium.PdfDocument(pdf)
    book.init_forms()
    book[0].flatten()
    return " ".join(book[0].get_textpage().get_text_bounded().split())


def test_a_digitised_paper_stays_bit_by_bit_under_the_agencys_line(seal_key):
    incoming = arrived()
    copy = sealed(copied(incoming), seal_key)
    pdf = bytes_of(copy.file_key)
    assert pdf.startswith(bytes_of(incoming.file_key))
    assert re.fullmatch(rf"SAO Y 01/SY-UBND; {WARD}; {MOMENT}", words(pdf)), words(pdf)
    assert b"/Subtype/Image" not in pdf
    assert good(pdf)
    assert copy.sealed_sha256 == sha256(pdf)


def test_copies_of_all_forms_share_one_series_of_their_year(seal_key):
    incoming = arrived()
    made = [copied(incoming, form) for form in ("SY", "SL", "TrS", "SY")]
    assert [copying.called(one) for one in made] == [
        "01/SY-UBND", "02/SL-UBND", "03/TrS-UBND", "04/SY-UBND",
    ]  # fmt: skip


def test_a_picture_becomes_a_page_of_its_size():
    picture, out = Image.new("RGB", (1654, 2339), "white"), io.BytesIO()
    picture.save(out, "JPEG", dpi=(200, 200))
    copy = copied(arrived(out.getvalue(), media_type="image/jpeg"))
    [page] = PdfReader(io.BytesIO(bytes_of(copy.source_key))).pages
    assert float(page.mediabox.width) == pytest.approx(595, abs=1)
    assert float(page.mediabox.height) == pytest.approx(842, abs=1)


@pytest.mark.parametrize("form", ["SY", "SL"])
def test_what_is_electronic_is_copied_in_part_only(form):
    document = through(drafted())
    with pytest.raises(actions.NotCopyable):
        copied(document, form)
    with pytest.raises(actions.NotCopyable):
        copied(arrived(source="axis"), form)
    copy = copied(document, "TrS")
    with pytest.raises(IntegrityError), transaction.atomic():
        Copy.objects.filter(pk=copy.pk).update(form=form)
    assert Copy.objects.count() == 1


def test_an_extract_has_the_chosen_pages_as_they_are_seen_and_only_its_own_signature(seal_key):
    body = "\n".join(f"Điều {n}. " + "Nội dung của điều này. " * 30 for n in range(1, 20))
    document = drafted(content={"body": body, "position": "Chánh Văn phòng", "archive": "VT"})
    document = through(document)
    there = len(PdfReader(io.BytesIO(bytes_of(document.file_key))).pages)
    assert there > 3
    copy = sealed(copied(document, "TrS", f"{there}"), seal_key)
    pdf = bytes_of(copy.file_key)
    read = PdfReader(io.BytesIO(pdf))
    assert len(read.pages) == 2
    assert list(read.get_fields()) == ["dau-co-quan", "Timestamp1"]
    assert re.search(rf"TRÍCH SAO 01/TrS-UBND; {WARD}; {MOMENT}", words(pdf))
    assert "01 24 11 2026" in words(pdf)  # number and day, which stood in fields
    assert "Nơi nhận" in read.pages[1].extract_text()
    assert good(pdf)


@pytest.mark.parametrize("pages", ["0", "5", "2-1", "a", "1,,2", "3-9", "1-2-3"])
def test_pages_that_are_not_there_are_refused(pages):
    with pytest.raises(actions.NotCopyable) as refused:
        copied(arrived(), "TrS", pages)
    assert refused.value.reason == "pages"
    assert not Copy.objects.exists()


def test_only_what_is_held_is_copied():
    document = through(drafted())
    actions.recall(key=document.key, reason="Sai", by=person("lan"), at=AT)
    for paper in (document, drafted(), arrived(register=False)):
        with pytest.raises(actions.WrongStatus):
            copied(paper, "TrS")
    with pytest.raises(actions.NotCopyable):
        copied(arrived(b"%PDF-1.7 broken"))
    assert not Copy.objects.exists()


def test_a_clerk_makes_a_copy_on_the_page_and_only_the_agency_opens_it(at_desk, seal_key):
    incoming = arrived()
    address = url("copy_incoming", incoming.key)
    assert at_desk("mai", factor=False).get(address).status_code == 302
    assert at_desk("son").get(address).status_code == 403
    mai = at_desk("mai")
    assert "Sao lục" in mai.get(address).content.decode()
    wrong = mai.post(address, {"form": "TrS", "pages": "9"})
    assert wrong.status_code == 422
    assert 'id="pages-error"' in wrong.content.decode()
    done = mai.post(address, {"form": "SY"})
    copy = Copy.objects.get()
    assert done.url.startswith("/co-quan/ky/")
    page = mai.get(url("incoming", incoming.key)).content.decode()
    assert "01/SY-UBND" in page
    assert url("copy_file", copy.key) not in page
    assert mai.get(url("copy_file", copy.key)).status_code == 404
    while signer.sign_next("me"):
        pass
    copy.refresh_from_db()
    assert batches.batch(done.url.rsplit("/", 1)[1]).signed == 1
    assert url("copy_file", copy.key) in mai.get(url("incoming", incoming.key)).content.decode()
    opened = mai.get(url("copy_file", copy.key))
    assert b"".join(opened.streaming_content) == bytes_of(copy.file_key)
    assert at_desk("son").get(url("copy_file", copy.key)).status_code == 200
    Copy.objects.update(agency_code=agency_of("hung"))
    assert at_desk("son").get(url("copy_file", copy.key)).status_code == 404

    issued = through(drafted())
    page = at_desk("mai").get(url("document", issued.key)).content.decode()
    assert url("copy", issued.key) in page
    form = at_desk("mai").get(url("copy", issued.key)).content.decode()
    assert "Sao lục" not in form


def test_another_agencys_paper_is_not_there_to_be_copied(at_desk):
    elsewhere = next(
        a for a in identity.agencies().values()
        if a.code != agency_of("mai") and a.kind == "commune" and not a.valid_to
    )  # fmt: skip
    other = drafted(agency=elsewhere.code)
    assert at_desk("mai").get(url("copy", other.key)).status_code == 404
    assert at_desk("mai").post(url("copy", other.key), {"form": "TrS"}).status_code == 404


def test_anyone_checks_a_copy_by_number_and_as_a_file(client, seal_key):
    to = next(a for a in identity.agencies().values() if a.kind == "city")
    document = through(with_lines(drafted(), recipients=(actions.To("city", to.code, to.name),)))
    copy = copied(document, "TrS")
    day = copy.made_on.isoformat()
    asked = {"number": "01/TrS-UBND", "day": day}
    assert "01/TrS-UBND" in client.get(url("check_number"), asked).content.decode()
    assert "notice-success" not in client.get(url("check_number"), asked).content.decode()
    copy = sealed(copy, seal_key)
    page = client.get(url("check_number"), asked).content.decode()
    assert "notice-success" in page
    for said in (copy.sealed_sha256, "01/QĐ-UBND", WARD, "TRÍCH SAO"):
        assert said in page
    assert document.subject_line not in page
    known = provenance.known(copy.sealed_sha256)
    assert (known.number, known.agency, known.status) == ("01/TrS-UBND", WARD, "")
    assert client.get(known.url).status_code == 200
    for wrong in ({"number": "02/TrS-UBND"}, {"number": "01/SY-UBND"}, {"day": "2020-01-01"}):
        assert "notice-success" not in client.get(
            url("check_number"), asked | wrong
        ).content.decode()  # fmt: skip

    newer = stored(bytes_of(copy.file_key) + b"%stamp")
    fact = type("Fact", (), {
        "body": {"kind": COPY, "file": newer.key}, "subject": copy.key, "occurred_at": AT,
    })  # fmt: skip
    reactions.keep_restamped(fact)
    copy.refresh_from_db()
    assert copy.file_key == newer.key
    for hash in (newer.sha256, copy.sealed_sha256):
        assert provenance.known(hash).number == "01/TrS-UBND"

    actions.recall(key=document.key, reason="Sai", by=person("lan"), at=AT)
    assert provenance.known(copy.sealed_sha256).status == "recalled"
    assert "notice-warning" in client.get(url("check_number"), asked).content.decode()
    assert Incoming.objects.get().recall == "asked"
