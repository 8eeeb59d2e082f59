"""The two signatures of an official document: the person's and the agency's seal."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from hoaphuong.documents import actions, attached, copying, papers
from hoaphuong.documents.models import Attachment, Copy, Document, Status
from hoaphuong.documents.rules import full_number
from hoaphuong.files.contracts import StoredFileFacts
from hoaphuong.signing import queries as signing
from hoaphuong.signing.contracts import Level, Look, ToSign
from hoaphuong.signing.signables import NotSignable, Signable

PERSON, SEAL = "documents.person", "documents.seal"
ATTACHMENT, COPY = attached.KIND, "documents.copy"
REASONS = {
    "moved_on": _("The document is not waiting for this signature any more."),
    "other_signer": _("Somebody else was named to sign."),
    "other_agency": _("The seal is another agency's."),
    "with_its_document": _("An attachment is sealed together with its document."),
}


def _waiting(subject: str, status: str) -> Document:
    found = Document.objects.filter(key=subject, status=status).first()
    if found is None:
        raise NotSignable("moved_on")
    return found


def person(subject: str, *, account: str, certificate: Any) -> ToSign:
    """The pages as they were approved, for the certifying signature: only filling may follow."""
    document = _waiting(subject, Status.TO_SIGN)
    if document.signer_key != account:
        raise NotSignable("other_signer")
    return ToSign(
        content=papers.content_of(document),
        field=papers.SIGNATURE,
        look=Look(image=signing.image_of(certificate.key)),
        certify=True,
        level=Level.B_LT,
    )


def seal(subject: str, *, account: str, certificate: Any) -> ToSign:
    """The numbered file, for the agency's seal: evidence for the archive is added with it."""
    document = _waiting(subject, Status.NUMBERED)
    if document.agency_code != certificate.agency:
        raise NotSignable("other_agency")
    return ToSign(
        content=papers.content_of(document),
        field=papers.SEAL,
        look=Look(image=signing.image_of(certificate.key)),
        level=Level.B_LTA,
        beside=attached.to_seal(document),
    )


def with_its_document(subject: str, *, account: str, certificate: Any) -> ToSign:
    """An attachment is sealed with its document and never alone."""
    raise NotSignable("with_its_document")


def person_signed(subject: str, *, content: bytes, file: StoredFileFacts, by: str, at: Any) -> None:
    actions.sign(key=subject, file=file, by=by, at=at)


def sealed(subject: str, *, content: bytes, file: StoredFileFacts, by: str, at: Any) -> None:
    actions.seal(key=subject, file=file, by=by, at=at)


def attachment_sealed(
    subject: str, *, content: bytes, file: StoredFileFacts, by: str, at: Any
) -> None:
    actions.seal_attachment(key=subject, file=file, at=at)


def copy_to_seal(subject: str, *, account: str, certificate: Any) -> ToSign:
    """A copy that has its number, for the agency's signature."""
    made = Copy.objects.select_related("document", "incoming").filter(key=subject).first()
    if made is None or made.sealed_at is not None:
        raise NotSignable("moved_on")
    if made.agency_code != certificate.agency:
        raise NotSignable("other_agency")
    return copying.to_seal(made)


def copy_sealed(subject: str, *, content: bytes, file: StoredFileFacts, by: str, at: Any) -> None:
    actions.seal_copy(key=subject, file=file, at=at)


def copies_named(subjects: Iterable[str]) -> dict[str, str]:
    return {row.key: copying.called(row) for row in Copy.objects.filter(key__in=list(subjects))}


def copy_name(subject: str) -> str:
    return copying.called(Copy.objects.get(key=subject)).replace("/", "-")


def named(subjects: Iterable[str]) -> dict[str, str]:
    """What a batch's list calls each document."""
    rows = Document.objects.filter(key__in=list(subjects))
    return {row.key: f"{full_number(row.number, row.notation)} {row.subject_line}" for row in rows}


def file_name(subject: str) -> str:
    """What everyone who gets the file sees: its number and notation, as far as it has them."""
    document = Document.objects.get(key=subject)
    number = full_number(document.number, document.notation) if document.number else ""
    return (number or document.notation).replace("/", "-")


def attachment_name(subject: str) -> str:
    """What who gets an attachment sees: the document's number, which one it is, its title."""
    one = Attachment.objects.select_related("document").get(key=subject)
    return f"{file_name(one.document.key)} ({one.position}) {one.title}"


SIGNABLES = [
    Signable(
        kind=PERSON,
        label=_("Signature of the competent person"),
        permission="signing.sign",
        to_sign=person,
        signed=person_signed,
        named=named,
        file_name=file_name,
        view="documents:document",
        desk="documents:to_sign",
        reasons=REASONS,
    ),
    Signable(
        kind=SEAL,
        label=_("Seal of the agency"),
        permission="signing.seal",
        to_sign=seal,
        signed=sealed,
        seal=True,
        named=named,
        file_name=file_name,
        view="documents:document",
        desk="documents:to_issue",
        reasons=REASONS,
    ),
    Signable(
        kind=ATTACHMENT,
        label=_("Seal of the agency on an attachment"),
        permission="signing.seal",
        to_sign=with_its_document,
        signed=attachment_sealed,
        seal=True,
        file_name=attachment_name,
        reasons=REASONS,
    ),
    Signable(
        kind=COPY,
        label=_("Signature of the agency on a copy"),
        permission="signing.seal",
        to_sign=copy_to_seal,
        signed=copy_sealed,
        seal=True,
        named=copies_named,
        file_name=copy_name,
        reasons=REASONS,
    ),
]
