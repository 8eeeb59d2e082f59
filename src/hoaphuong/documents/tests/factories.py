"""Documents at any point of their way, through the app's own actions; keys are made here."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from io import BytesIO
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.files.uploadedfile import SimpleUploadedFile

from hoaphuong.documents import actions, attached, papers
from hoaphuong.documents.models import Attachment, Document
from hoaphuong.files import actions as shelf
from hoaphuong.files.contracts import StoredFileFacts
from hoaphuong.identity import queries as identity
from hoaphuong.signing.contracts import Level, ToSign
from hoaphuong.signing.providers.software import SoftwareKey

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
BODY = (
    "Điều 1. Ban hành kế hoạch kèm theo Quyết định này.\nĐiều 2. Quyết định có hiệu lực từ ngày ký."
)


def person(username: str) -> str:
    """The account key of a persona."""
    account = identity.demo_account(username)
    assert account is not None
    return account.key


def agency_of(username: str) -> str:
    account = identity.demo_account(username)
    assert account is not None
    return account.agency_id


@cache
def key() -> SoftwareKey:
    """A self-signed P-256 key, good from 2020 to 2040."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Người ký thử nghiệm")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .sign(private, hashes.SHA256())
    )
    return SoftwareKey(private, certificate.public_bytes(serialization.Encoding.DER), ())


def drafted(**more: Any) -> Document:
    """A decision by the ward, drafted by Sơn for Lan's signature."""
    fields = {
        "agency": agency_of("son"),
        "kind": "QĐ",
        "subject_line": "Ban hành kế hoạch chuyển đổi số",
        "content": {"body": BODY, "position": "Chánh Văn phòng", "archive": "VT"},
        "signer": person("lan"),
        "drafter": person("son"),
    } | more
    return actions.draft(new=actions.NewDocument(**fields), at=AT)


def with_lines(
    document: Document,
    *,
    recipients: tuple[actions.To, ...] = (),
    tasks: tuple[actions.Task, ...] = (),
) -> Document:
    """The draft's next version, with recipients and tasks."""
    return actions.revise(
        key=document.key,
        version=document.version,
        subject_line=document.subject_line,
        content=document.content,
        signer=document.signer_key,
        urgency=document.urgency,
        recipients=recipients,
        tasks=tasks,
        by=document.drafter_key,
        at=AT,
    )


def approved(document: Document) -> Document:
    actions.submit(key=document.key, by=person("son"), at=AT)
    return actions.approve(key=document.key, by=person("lan"), at=AT)


def stored(content: bytes) -> StoredFileFacts:
    return shelf.keep(
        content=content, name="van-ban.pdf", media_type="application/pdf", by="signer", at=AT,
        retention="document",
    )  # fmt: skip


def signed_bytes(document: Document, *, field: str, certify: bool) -> bytes:
    """The newest file with one more real signature in a reserved place."""
    from hoaphuong.signing.pdf import sign

    paper = ToSign(
        content=papers.content_of(document), field=field, certify=certify, level=Level.B_B
    )
    return sign(paper, key=key(), at=AT, stamps=None, answers=None)


def signed(document: Document) -> Document:
    content = signed_bytes(document, field=papers.SIGNATURE, certify=True)
    return actions.sign(key=document.key, file=stored(content), by=document.signer_key, at=AT)


def sheet(*, pages: int = 1) -> bytes:
    """A PDF of empty pages in A4."""
    from pypdf import PdfWriter

    writer, out = PdfWriter(), BytesIO()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    writer.write(out)
    return out.getvalue()


def attached_to(document: Document, title: str = "Phụ lục I. Danh mục nhiệm vụ") -> Attachment:
    """One more PDF in a file of its own."""
    upload = SimpleUploadedFile("phu-luc.pdf", sheet())
    return actions.attach(
        key=document.key, title=title, upload=upload, by=document.drafter_key, at=AT
    )


def sealed_attachments(document: Document, *, at: datetime = AT) -> None:
    """What is signed beside a document's own seal."""
    from hoaphuong.signing.pdf import sign

    for one in attached.to_seal(document):
        paper = replace(one.to_sign, level=Level.B_B)
        content = sign(paper, key=key(), at=at, stamps=None, answers=None)
        actions.seal_attachment(key=one.subject, file=stored(content), at=at)


def issued(document: Document, *, at: datetime = AT) -> Document:
    """Numbered and sealed by Mai, with all attachments."""
    numbered = actions.number(key=document.key, by=person("mai"), at=at)
    sealed_attachments(numbered, at=at)
    content = signed_bytes(numbered, field=papers.SEAL, certify=False)
    return actions.seal(key=document.key, file=stored(content), by=person("mai"), at=at)


def through(document: Document, *, at: datetime = AT) -> Document:
    """From draft to issued."""
    return issued(signed(approved(document)), at=at)


def tomorrow(days: int = 7) -> date:
    return (AT + timedelta(days=days)).date()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
