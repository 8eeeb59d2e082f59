"""A city in which every row holds strings that occur nowhere else; nobody in it is real."""

import io
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from PIL import Image
from pypdf import PdfWriter
from stdnum.vn import mst

from hoaphuong.documents import actions as papers
from hoaphuong.documents.actions.files import keep
from hoaphuong.documents.actions.register import enter
from hoaphuong.documents.models import Document, Incoming
from hoaphuong.dossiers import actions as dossiers
from hoaphuong.dossiers.models import ProcedureReject
from hoaphuong.exchange import actions as exchange
from hoaphuong.exchange.contracts import OutgoingDocument
from hoaphuong.files import actions as files
from hoaphuong.files.rules import PDF
from hoaphuong.forms import actions as drafts
from hoaphuong.identity import actions as identity
from hoaphuong.identity import queries as agencies
from hoaphuong.identity.models import Account, Grant
from hoaphuong.kernel.models import OutgoingCall
from hoaphuong.kernel.values import Ref
from hoaphuong.notices import actions as notices
from hoaphuong.notices.contracts import Named
from hoaphuong.notices.models import Notice
from hoaphuong.signing import actions as signing
from hoaphuong.signing.models import BatchItem, Certificate, Prepared
from hoaphuong.signing.tests.factories import YEAR, key_and_certificate
from hoaphuong.work import actions as work
from hoaphuong.work.models import WorkItem
from tests import planted_fees
from tests.leak_tables import PEOPLE, PLACES, ROWS, SIGNERS
from tests.second_factor import passed_session

CODE = PLACES["thu-tuc/"]["code"]
SINCE = date(2025, 7, 1)
ISSUED_AT = datetime(2025, 7, 1, 3, tzinfo=UTC)
SOON = timedelta(days=7)
A4 = (595, 842)


@dataclass(frozen=True)
class Row:
    """One person's dossier, draft and papers: keys for addresses, and what must not be seen.

    The documents, tasks and batches of their agency that speak of them belong to the row:
    ``document`` is on its way, ``document_file`` its file, ``check`` the token of an issued one.
    """

    dossier: str
    number: str
    token: str
    file: str
    item: str
    draft: str
    draft_file: str
    message: str
    batch: str
    prepared: str
    agency: str
    document: str
    document_file: str
    attachment: str
    issued: str
    check: str
    incoming: str
    incoming_file: str
    copy: str
    assignment: str
    order: str
    order_token: str
    refund: str
    day: str
    difference: str
    line: str
    notice: str
    call: str
    secrets: frozenset[str]


@dataclass
class Planted:
    """Accounts by kind of person, sessions, the two agencies, and rows by whose they are."""

    accounts: dict[str, Account] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    agencies: dict[str, str] = field(default_factory=dict)
    certificates: dict[str, str] = field(default_factory=dict)

    def secrets(self, *, but: set[str]) -> set[str]:
        """What a reader who may see the rows of some must not find."""
        return {one for whose, row in self.rows.items() if whose not in but for one in row.secrets}


def paper(title: str, *, size: tuple[int, int] = (200, 200)) -> bytes:
    """A PDF with a readable title."""
    writer = PdfWriter()
    writer.add_blank_page(*size)
    writer.add_metadata({"/Title": title})
    out = io.BytesIO()
    writer.write(out)
    assert title.encode() in out.getvalue()
    return out.getvalue()


def ink() -> bytes:
    """A picture of a seal."""
    drawn = Image.new("RGBA", (100, 60), (0, 0, 0, 0))
    drawn.paste((0, 0, 0, 255), (20, 20, 80, 40))
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue()


def session_of(account: Account, *, second_factor: bool = True) -> str:
    """A session as signing in leaves it, with a second factor or without."""
    store = SessionStore()
    if second_factor:
        store.update(passed_session(account))
    store[SESSION_KEY] = str(account.pk)
    store[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    store[HASH_SESSION_KEY] = account.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def plant() -> Planted:
    """Everyone of the matrix, and a row with secrets for each owner."""
    found = Planted()
    known = agencies.agencies().values()
    wards = [one for one in known if one.kind == "commune" and not one.valid_to]
    city = next(one.code for one in known if one.kind == "city")
    found.agencies = {"here": wards[0].code, "elsewhere": wards[1].code}
    at = timezone.now()
    for number, (person, kind) in enumerate(PEOPLE.items()):
        if person == "nobody":
            continue
        agency = {**found.agencies, "above": city, "city": city}.get(kind.place)
        account = _account(number, person, agency=agency, at=at)
        if kind.role:
            held_for = agency if kind.place in ("here", "elsewhere", "above") else None
            identity.grant_role(
                account=account.pk, role=kind.role, agency=held_for, valid_from=SINCE, by="t", at=at
            )
        found.accounts[person] = account
        found.sessions[person] = session_of(account)
    _end_the_former_clerk_s_grant(found.accounts["former clerk"], found.agencies["here"], at)
    for agency in found.agencies.values():
        signing.keep_image(content=ink(), agency=agency, by="t", at=at)
        planted_fees.seal(agency, at)
    for number, whose in enumerate(ROWS):
        found.rows[whose] = _row(found, whose, number, at=at)
    papers.publish_head(day=SINCE, stamp=None, at=at)
    ProcedureReject.objects.create(
        key="reject", source="csv:a.csv", line=1, reason_code="code_missing", reason="r", raw="{}"
    )
    return found


def _account(number: int, person: str, *, agency: str | None, at: datetime) -> Account:
    mark = _mark(person)
    is_citizen = PEOPLE[person].role == "citizen"
    facts = identity.record_person(
        full_name=f"Bà {mark}ten" if is_citizen else f"Cán bộ số {number}",
        personal_number=f"031188{number:02}{hash_of(person):04}",
        birth_date=date(1988, 5, 12),
        sex="F",
        phone=f"09{number:02}{hash_of(person):04}77",
        address=f"{mark}diachi, Hải Phòng",
        by="t",
        at=at,
    )
    return identity.create_account(
        username=mark, display_name=facts.full_name, person=facts.id, agency=agency, by="t", at=at
    )


def hash_of(person: str) -> int:
    """Four digits of a person's, always the same."""
    return 1_000 + sum(ord(letter) * place for place, letter in enumerate(person, 1)) % 9_000


def _mark(person: str) -> str:
    return "zq" + person.replace(" ", "")


def _end_the_former_clerk_s_grant(account: Account, agency: str, at: datetime) -> None:
    identity.grant_role(
        account=account.pk, role="clerk", agency=agency, valid_from=SINCE, by="t", at=at
    )
    Grant.objects.filter(account=account).update(valid_to=at.date() - timedelta(days=2))


def _row(found: Planted, whose: str, number: int, *, at: datetime) -> Row:
    account, mark = found.accounts[whose], _mark(whose)
    officer = "case officer" if ROWS[whose] == "here" else "case officer elsewhere"
    agency = found.agencies[ROWS[whose]]
    company = None
    if whose == "director":
        company = identity.record_organisation(
            tax_code=_tax_code(), name=f"Công ty {mark}congty", kind="enterprise", by="t", at=at
        )
        identity.appoint_representative(person=account.person_id, organisation=company.id)
    sent, kept = (_stored(f"{mark}{which}", account, at) for which in ("giayto", "nhap"))
    dossier = dossiers.submit(
        procedure=CODE,
        agency=agency,
        division=agencies.agency(agency).division,
        channel="online",
        applicant_kind={"parent": "child", "director": "organisation"}.get(whose, "self"),
        applicant=account.person_id,
        organisation=company.id if company else None,
        applicant_name=company.name if company else account.display_name,
        form={"child_name": f"{mark}traloi"},
        files={"Giấy chứng sinh": [sent]},
        by=account.key,
        at=at,
    )
    dossiers.receive(key=dossier.key, by=found.accounts[officer].key, at=at, note=f"{mark}loinhan")
    item = WorkItem.objects.get(subject=dossier.key)
    work.assign(key=item.key, assignee=found.accounts[officer].key, by="t", at=at)
    draft = drafts.save_draft(
        account=account.key, form=CODE, data={"answers": {"child_name": f"{mark}nhaptraloi"}}, at=at
    )
    drafts.attach_file(key=draft.key, account=account.key, part="birth_proof", file=kept, at=at)
    person = agencies.person(account.person_id)
    words = (
        "ten", "diachi", "congty", "traloi", "giayto", "loinhan", "nhap", "noidung",
        "vanban", "gopy", "banhanh", "congvanden", "nhiemvu", "tepvanban", "tepden", "kemtheo",
        "bansao", "thongbao", *planted_fees.WORDS,
    )  # fmt: skip
    secrets = {mark + word for word in words} | {person.personal_number, person.phone}
    message = _message(mark, agency, sent, at)
    return Row(
        dossier=dossier.key,
        number=dossier.number,
        token=dossier.token,
        file=sent,
        item=item.key,
        draft=draft.key,
        draft_file=kept,
        message=message,
        call=OutgoingCall.objects.get(subject=message).key,
        notice=_notice(mark, account, dossier.key, at),
        agency=agency,
        secrets=frozenset(secrets),
        **_documents(found, whose, number, at),
        **planted_fees.order(account, agency, mark, number, sent, at),
    )


def _message(mark: str, agency: str, file: str, at: datetime) -> str:
    """A document of the agency that could not be sent to another."""
    document = OutgoingDocument(
        partner="000.00.00.G98",
        partner_name="Bộ Trình diễn",
        number="1",
        notation="UBND-VX",
        issued_on=SINCE,
        subject=f"{mark}loinhan",
        attachments=(file,),
    )
    key = exchange.send_document(document=document, agency=agency, by="t", at=at)
    OutgoingCall.objects.filter(subject=key).update(state=OutgoingCall.State.DEAD)
    return key


def _notice(mark: str, account: Account, dossier: str, at: datetime) -> str:
    """What the owner was told and has not read yet."""
    facts = {"number": f"{mark}thongbao", "procedure": Named("P"), "agency": Named("A")}
    with transaction.atomic():
        notices.tell(
            kind="dossiers.papers_needed", account=account.key, about=Ref(dossier), facts=facts,
            once=dossier, at=at,
        )  # fmt: skip
    return Notice.objects.get(once=dossier).key


def _documents(found: Planted, whose: str, number: int, at: datetime) -> dict[str, str]:
    """A draft, an issued document, an arrival with a task, and a batch that could not sign."""
    mark, agency = _mark(whose), found.agencies[ROWS[whose]]
    signer = found.accounts[SIGNERS[whose]].key
    draft = _drafted(found, whose, subject=f"{mark}vanban", at=at)
    papers.comment(key=draft.key, text=f"{mark}gopy", by=signer, at=at)
    attachment = papers.attach(
        key=draft.key,
        title=f"{mark}kemtheo",
        upload=SimpleUploadedFile("a.pdf", paper("phu luc", size=A4)),
        by=signer,
        at=at,
    )
    keep(draft, paper(f"{mark}tepvanban", size=A4), state="final", by=signer, at=at)
    draft.save()
    before = _drafted(found, whose, subject=f"{mark}banhanh", at=ISSUED_AT)
    issued = _issued(before, number + 1)
    arrival = papers.Arrival(
        agency=agency,
        source="paper",
        from_code="",
        from_name="Bộ Trình diễn",
        number=str(number + 1),
        notation="BTD-VP",
        issued_on=SINCE,
        kind="CV",
        subject_line=f"{mark}congvanden",
        urgency="",
        file_key=_stored(f"{mark}tepden", found.accounts[whose], at),
    )
    incoming = papers.receive(arrival=arrival, by="t", at=at)
    papers.register(key=incoming.key, by="t", at=at)
    due = timezone.localdate(at) + SOON
    task = papers.assign(key=incoming.key, what=f"{mark}nhiemvu", due_on=due, by=signer, at=at)
    return {
        "document": draft.key,
        "document_file": draft.file_key,
        "attachment": attachment.key,
        "issued": issued.key,
        "check": issued.token,
        "incoming": incoming.key,
        "incoming_file": incoming.file_key,
        "copy": _copy(incoming, mark, at),
        "assignment": task.key,
        **_batch(found, SIGNERS[whose], [draft.key, issued.key], at),
    }


def _copy(incoming: Incoming, mark: str, at: datetime) -> str:
    """A copy of the arrival, as if the agency had signed it."""
    made = papers.make_copy(incoming=incoming.key, form="SY", by="t", at=at)
    file = files.keep(
        content=paper(f"{mark}bansao"), name="sao.pdf", media_type="application/pdf", by="t",
        at=at, retention="document",
    )  # fmt: skip
    papers.seal_copy(key=made.key, file=file, at=at)
    return made.key


def _drafted(found: Planted, whose: str, *, subject: str, at: datetime) -> Document:
    new = papers.NewDocument(
        agency=found.agencies[ROWS[whose]],
        kind="QĐ",
        subject_line=subject,
        content={
            "body": "Điều 1. Giao.\nĐiều 2. Hiệu lực.",
            "position": "Chủ tịch",
            "archive": "VT",
        },
        signer=found.accounts[SIGNERS[whose]].key,
        drafter=found.accounts[SIGNERS[whose]].key,
    )
    return papers.draft(new=new, at=at)


def _issued(document: Document, number: int) -> Document:
    """As if it had been signed, numbered and sealed; signing so many files would be slow."""
    keep(document, paper(document.subject_line), state="sealed", by="t", at=ISSUED_AT)
    document.status, document.issued_at, document.signed_at = "issued", ISSUED_AT, ISSUED_AT
    document.series, document.number, document.issued_on = document.key, number, SINCE
    document.file_sha256 = document.files.get().sha256
    document.save()
    enter(document, at=ISSUED_AT)
    work.close_item(kind="documents.document", subject=document.key, at=ISSUED_AT)
    return document


def _batch(found: Planted, signer: str, subjects: list[str], at: datetime) -> dict[str, str]:
    """One document failed and one waits; another is made ready for the signer's token."""
    account = found.accounts[signer].key
    if signer not in found.certificates:
        certificate = key_and_certificate(begins=at - YEAR, ends=at + YEAR)[1]
        found.certificates[signer] = signing.record_certificate(
            provider="demo",
            reference=account,
            certificate=certificate,
            account=account,
            by="t",
            at=at,
        ).key
    batch = signing.order_batch(
        kind="documents.person",
        subjects=subjects,
        certificate=found.certificates[signer],
        by=account,
        second_factor_at=at,
        at=at,
    )
    failed = BatchItem.objects.filter(batch__key=batch, subject=subjects[0])
    failed.update(state="failed", reason="moved_on", ended_at=at)
    prepared = Prepared.objects.create(
        kind="documents.person",
        subject=subjects[0],
        certificate=Certificate.objects.get(key=found.certificates[signer]),
        account_key=account,
        level="B-LT",
        before_sha256="0" * 64,
        file_key="0" * 32,
        digest="0" * 64,
        prepared_at=at,
        expires_at=at + SOON,
        second_factor_at=at,
    )
    return {"batch": batch, "prepared": prepared.key}


def _tax_code() -> str:
    """Invented, with a right check digit."""
    stem = "020123456"
    return stem + str(mst.calc_check_digit(stem))


def _stored(name: str, account: Account, at: datetime) -> str:
    upload = SimpleUploadedFile(f"{name}.pdf", paper(f"{_mark_of(name)}noidung", size=A4))
    return files.store(
        upload=upload,
        name=upload.name or "",
        by=account.key,
        at=at,
        retention="dossier",
        allowed=frozenset({PDF}),
    ).key


def _mark_of(name: str) -> str:
    return name.removesuffix("giayto").removesuffix("nhap").removesuffix("tepden")
