"""Attachments in files of their own: issued with their document, each with the agency's seal."""

import re
from io import BytesIO

import pypdfium2 as pdfium
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from hoaphuong.documents import actions, attached, papers, provenance, reactions
from hoaphuong.documents.models import Attachment, Document, DocumentFile, Incoming
from hoaphuong.documents.rules import register_digest
from hoaphuong.documents.signables import ATTACHMENT, SEAL
from hoaphuong.documents.tests.factories import (
    AT,
    agency_of,
    approved,
    attached_to,
    drafted,
    issued,
    person,
    sha256,
    sheet,
    signed,
    signed_bytes,
    stored,
    through,
    with_lines,
)
from hoaphuong.documents.tests.typeset_pages import pages
from hoaphuong.files.models import StoredFile
from hoaphuong.files.queries import file_facts, open_file
from hoaphuong.files.tests.factories import photo
from hoaphuong.identity import queries as identity
from hoaphuong.kernel import journal
from hoaphuong.signing import actions as signing
from hoaphuong.signing import keyring, signer
from hoaphuong.signing import queries as batches
from hoaphuong.signing.models import ArchiveItem, PaperSignature
from hoaphuong.signing.tests import pdf_papers
from hoaphuong.signing.tests.pdf_papers import good

pytestmark = pytest.mark.django_db
FIRST, SECOND, THIRD = "Phụ lục I. Danh mục", "Phụ lục II. Dự toán", "Phụ lục III. Biểu mẫu"


@pytest.fixture(autouse=True)
def staff(demo_city):
    pass


@pytest.fixture
def at_desk(client):
    def become(username):
        client.force_login(identity.demo_account(username))
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


def bytes_of(key: str) -> bytes:
    with open_file(key) as stream:
        return stream.read()


def words(pdf: bytes) -> str:
    """What stands on page 1, in the appearances of fields too."""
    book = pdfium.PdfDocument(pdf)
    book.init_forms()
    book[0].flatten()
    return book[0].get_textpage().get_text_bounded()


def titles(document: Document) -> list[tuple[int, str]]:
    return list(document.attachments.values_list("position", "title"))


def sealed_in_a_batch(documents: list[Document], certificate) -> str:
    """As the clerk's press does it, then one signer until nothing waits; the batch's key."""
    now = timezone.now()
    for one in documents:
        actions.number(key=one.key, by=person("mai"), at=now)
    batch = signing.order_batch(
        kind=SEAL, subjects=[one.key for one in documents], certificate=certificate.key,
        by=person("mai"), second_factor_at=now, at=now,
    )  # fmt: skip
    while signer.sign_next("me"):
        pass
    return batch


def test_attachments_are_added_ordered_and_taken_out_and_the_paper_names_them():
    document = drafted()
    made = [attached_to(document, title) for title in (FIRST, SECOND, THIRD)]
    by = {"by": person("son"), "at": AT}
    actions.move_attachment(key=document.key, attachment=made[2].key, up=True, **by)
    actions.move_attachment(key=document.key, attachment=made[0].key, up=True, **by)
    assert titles(document) == [(1, FIRST), (2, THIRD), (3, SECOND)]
    actions.detach(key=document.key, attachment=made[0].key, **by)
    assert titles(document) == [(1, THIRD), (2, SECOND)]

    text = " ".join(row.text for row in pages(papers.draft_pdf(document))[0].rows)
    assert re.search(rf"Kèm theo: - {THIRD}; - {SECOND}\./\.", text), text
    told = [body for _u, name, _b, body, _a in journal.timeline(document.key)
            if name == "documents.attachments_changed"]  # fmt: skip
    assert [one["attachments"] for one in told] == [1, 2, 3, 3, 2]


def test_each_attachment_gets_the_line_of_the_seal_and_nothing_else_in_its_corner():
    document = drafted()
    attached_to(document, FIRST)
    attached_to(document, SECOND)
    document = through(document)

    assert document.status == "issued"
    for one in document.attachments.all():
        pdf = bytes_of(one.file_key)
        assert pdf.startswith(bytes_of(one.source_key))
        assert re.fullmatch(r"01/QĐ-UBND; 2026-11-24T10:00:00\+07:00", words(pdf).strip()), words(
            pdf
        )
        assert b"/Subtype/Image" not in pdf
        assert one.sealed_sha256 == sha256(pdf)


def test_the_chain_counts_the_attachments_with_their_document():
    document = drafted()
    attached_to(document, FIRST)
    attached_to(document, SECOND)
    document = through(document)
    hashes = [sha256(bytes_of(one.file_key)) for one in document.attachments.all()]
    told = {
        "sha256": document.file_sha256, "number": "01/QĐ-UBND", "agency": document.agency_code,
        "issued_on": document.issued_on,
    }  # fmt: skip
    assert document.entry.digest == register_digest(**told, attachments=hashes)
    assert document.entry.digest != register_digest(**told, attachments=hashes[::-1])
    assert document.entry.digest != register_digest(**told)


@pytest.mark.parametrize("level", ["action", "database"])
def test_a_document_is_not_issued_before_all_its_attachments_are_sealed(level):
    document = drafted()
    attached_to(document)
    document = signed(approved(document))
    numbered = actions.number(key=document.key, by=person("mai"), at=AT)
    file = stored(signed_bytes(numbered, field=papers.SEAL, certify=False))
    if level == "action":
        with pytest.raises(actions.AttachmentsUnsealed):
            actions.seal(key=document.key, file=file, by=person("mai"), at=AT)
    else:
        forced = {"status": "issued", "issued_at": AT, "file_sha256": file.sha256}
        with pytest.raises(DatabaseError, match="attachments sealed"), transaction.atomic():
            Document.objects.filter(pk=document.pk).update(**forced)
    document.refresh_from_db()
    assert document.status == "numbered"


def test_on_the_signers_desk_attachments_cannot_change_any_more():
    document = drafted()
    one = attached_to(document)
    approved(document)
    by = {"by": person("son"), "at": AT}
    with pytest.raises(actions.WrongStatus):
        attached_to(document, SECOND)
    with pytest.raises(actions.WrongStatus):
        actions.detach(key=document.key, attachment=one.key, **by)
    with pytest.raises(actions.WrongStatus):
        actions.move_attachment(key=document.key, attachment=one.key, up=True, **by)
    for statement in (
        "DELETE FROM documents_attachment",
        "UPDATE documents_attachment SET source_key = 'x'",
        "UPDATE documents_attachment SET position = 2",
        "INSERT INTO documents_attachment"
        " (key, position, title, source_key, file_key, sealed_sha256, document_id)"
        " SELECT 'x', 2, 'x', 'x', '', '', document_id FROM documents_attachment",
    ):
        with pytest.raises(DatabaseError, match="drafts only"), transaction.atomic():
            connection.cursor().execute(statement)
    with pytest.raises(DatabaseError), transaction.atomic():
        Attachment.objects.update(sealed_at=AT)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda: photo("JPEG"), "PDF"),
        (lambda: signed_elsewhere(), "đã được ký số"),
        (lambda: small(), "quá nhỏ"),
        (lambda: b"%PDF-1.7\nnothing", "hỏng"),
    ],
)
def test_what_cannot_be_sealed_is_refused_with_the_reason_and_nothing_is_kept(
    at_desk, content, said
):
    document = drafted()
    kept = StoredFile.objects.count()
    upload = SimpleUploadedFile("phu-luc.pdf", content())
    answer = at_desk("son").post(url("attach", document.key), {"title": FIRST, "file": upload})
    assert answer.status_code == 422
    [fault] = re.findall(r'id="file-error">([^<]+)<', answer.content.decode())
    assert said in fault
    assert FIRST in answer.content.decode()
    assert StoredFile.objects.count() == kept
    assert not document.attachments.exists()


def signed_elsewhere() -> bytes:
    from hoaphuong.signing.contracts import Level, ToSign
    from hoaphuong.signing.pdf import sign

    return sign(
        ToSign(sheet(), level=Level.B_B), key=pdf_papers.key("p256"), at=pdf_papers.AT,
        stamps=None, answers=None,
    )  # fmt: skip


def small() -> bytes:
    from hoaphuong.files.tests.factories import pdf

    return pdf()


def test_what_is_too_much_is_refused(monkeypatch):
    document = drafted()
    attached_to(document)
    for name, value, reason in (("MOST_BYTES", 10, "large"), ("MOST_BYTES_TOGETHER", 800, "large"),
                                ("MOST", 1, "many")):  # fmt: skip
        with monkeypatch.context() as patched:
            patched.setattr(attached, name, value)
            with pytest.raises(actions.NotAttachable) as refused:
                attached_to(document)
            assert refused.value.reason == reason


def test_an_officer_adds_moves_and_takes_out_on_the_page_and_another_agency_sees_nothing(at_desk):
    document = drafted()
    son = at_desk("son")
    empty = son.post(url("attach", document.key), {})
    assert empty.status_code == 422
    for field in ("title", "file"):
        assert f'href="#{field}"' in empty.content.decode()
    for title in (FIRST, SECOND):
        upload = SimpleUploadedFile("a.pdf", sheet())
        done = son.post(url("attach", document.key), {"title": title, "file": upload})
        assert done.url == url("document", document.key) + "#attachments"
    one = document.attachments.get(title=SECOND)
    son.post(url("change_attachment", document.key), {"attachment": one.key, "do": "up"})
    assert titles(document) == [(1, SECOND), (2, FIRST)]
    page = son.get(url("document", document.key)).content.decode()
    assert url("file", document.key, one.source_key) in page
    assert son.get(url("file", document.key, one.source_key)).status_code == 200
    for posted, status in (
        ({"attachment": one.key, "do": "eat"}, 404),
        ({"attachment": "x", "do": "up"}, 404),
        ({"attachment": one.key, "do": "remove"}, 302),
    ):
        assert son.post(url("change_attachment", document.key), posted).status_code == status
    assert titles(document) == [(1, FIRST)]

    elsewhere = next(
        a for a in identity.agencies().values()
        if a.code != agency_of("son") and a.kind == "commune" and not a.valid_to
    )  # fmt: skip
    other = drafted(agency=elsewhere.code)
    theirs = attached_to(other)
    assert son.post(url("attach", other.key), {"title": FIRST}).status_code == 404
    assert son.post(url("change_attachment", other.key), {"do": "up"}).status_code == 404
    assert son.get(url("file", other.key, theirs.source_key)).status_code == 404
    assert son.get(url("file", document.key, theirs.source_key)).status_code == 404


def test_attachments_go_along_and_are_shown_where_the_document_arrives(at_desk):
    to = next(
        a for a in identity.agencies().values()
        if a.code != agency_of("son") and a.kind == "city" and not a.valid_to
    )  # fmt: skip
    document = with_lines(drafted(), recipients=(actions.To("city", to.code, to.name),))
    attached_to(document, FIRST)
    document = through(document)
    one = document.attachments.get()

    copy = Incoming.objects.get(document_key=document.key)
    assert copy.attachments == [one.file_key]
    hung = at_desk("hung")
    page = hung.get(url("incoming", copy.key)).content.decode()
    assert url("incoming_file", copy.key, one.file_key) in page
    opened = hung.get(url("incoming_file", copy.key, one.file_key))
    assert b"".join(opened.streaming_content) == bytes_of(one.file_key)
    sent = papers.to_exchange(document, document.recipients.get())
    assert sent.attachments == (document.file_key, one.file_key)


def test_anyone_checks_an_attachment_by_the_code_of_its_document_and_as_a_file(client):
    document = drafted()
    attached_to(document, FIRST)
    document = through(document)
    one = document.attachments.get()
    page = client.get(url("check", document.token)).content.decode()
    assert one.sealed_sha256 in page
    assert FIRST not in page
    known = provenance.known(one.sealed_sha256)
    assert (known.number, known.url, known.status) == (
        "01/QĐ-UBND", url("check", document.token), "",
    )  # fmt: skip
    assert FIRST not in known.title
    assert "1" in known.title
    Document.objects.update(shown_publicly=True)
    assert FIRST in client.get(url("check", document.token)).content.decode()
    assert FIRST in provenance.known(one.sealed_sha256).title
    actions.recall(key=document.key, reason="Sai", by=person("lan"), at=AT)
    assert provenance.known(one.sealed_sha256).status == "recalled"
    assert provenance.known(sha256(bytes_of(one.source_key))) is None


def test_one_press_seals_the_document_and_all_its_attachments(seal_key):
    document = drafted()
    for title in (FIRST, SECOND):
        attached_to(document, title)
    plain = drafted()
    both = [signed(approved(one)) for one in (document, plain)]
    batch = batches.batch(sealed_in_a_batch(both, seal_key))

    assert (batch.papers, batch.signed) == (2, 2)
    document.refresh_from_db()
    assert document.status == "issued"
    made = PaperSignature.objects.filter(kind=ATTACHMENT)
    ours = list(document.attachments.all())
    assert {one.paper for one in made} == {one.key for one in ours}
    assert ArchiveItem.objects.filter(paper__in=[one.key for one in ours]).count() == 2
    for one in ours:
        pdf = bytes_of(one.file_key)
        assert good(pdf)
        assert re.fullmatch(
            r"01/QĐ-UBND; \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00", words(pdf).strip()
        )  # fmt: skip
        assert file_facts(one.file_key).name == f"01-QĐ-UBND ({one.position}) {one.title}.pdf"


def test_when_one_attachment_cannot_be_sealed_nothing_of_the_document_is_issued(
    seal_key, monkeypatch
):
    document = drafted()
    attached_to(document, FIRST)
    bad = attached_to(document, SECOND)
    document = signed(approved(document))
    real = attached._source
    monkeypatch.setattr(
        attached, "_source", lambda one: b"%PDF-broken" if one.key == bad.key else real(one)
    )
    batch = batches.batch(sealed_in_a_batch([document], seal_key))
    document.refresh_from_db()
    assert (batch.failed, document.status) == (1, "numbered")
    assert not PaperSignature.objects.filter(kind=ATTACHMENT).exists()
    assert not document.attachments.exclude(sealed_at=None).exists()


def test_an_attachment_is_never_sealed_alone(seal_key):
    document = drafted()
    one = attached_to(document)
    signed(approved(document))
    now = timezone.now()
    signing.order_batch(
        kind=ATTACHMENT, subjects=[one.key], certificate=seal_key.key, by=person("mai"),
        second_factor_at=now, at=now,
    )  # fmt: skip
    assert signer.sign_next("me")
    one.refresh_from_db()
    assert one.sealed_at is None


def test_a_further_stamp_on_an_attachment_is_its_newest_file(client):
    document = drafted()
    attached_to(document)
    document = through(document)
    one = document.attachments.get()
    newer = stored(bytes_of(one.file_key) + b"%stamp")
    fact = type("Fact", (), {
        "body": {"kind": ATTACHMENT, "file": newer.key}, "subject": one.key, "occurred_at": AT,
    })  # fmt: skip
    reactions.keep_restamped(fact)
    before = document.file_key
    document.refresh_from_db()
    one.refresh_from_db()
    assert (one.file_key, document.file_key) == (newer.key, before)
    assert provenance.known(newer.sha256).number == "01/QĐ-UBND"
    assert DocumentFile.objects.filter(attachment=one).count() == 2


def test_a_document_without_attachments_is_issued_as_before():
    document = issued(signed(approved(drafted())))
    assert document.status == "issued"
    told = {
        "sha256": document.file_sha256, "number": "01/QĐ-UBND", "agency": document.agency_code,
        "issued_on": document.issued_on,
    }  # fmt: skip
    assert document.entry.digest == register_digest(**told)
    assert BytesIO(papers.content_of(document)).read(5) == b"%PDF-"
