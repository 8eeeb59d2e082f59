"""Invented documents of the demonstration city, each really signed, numbered and sealed."""

import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from hoaphuong.documents import actions, queries
from hoaphuong.documents.models import Document, Incoming
from hoaphuong.documents.signables import PERSON, SEAL
from hoaphuong.files import actions as shelf
from hoaphuong.identity import queries as identity
from hoaphuong.kernel.demo import Report
from hoaphuong.signing import actions as signing
from hoaphuong.signing import queries as certificates
from hoaphuong.signing.signer import sign_while

ORDER = 40
LAW = "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025"
WHAT = "Văn bản hư cấu"
DRAFTS: tuple[tuple[str, str, str, str], ...] = (
    # kind, subject, body, how far it is
    (
        "QĐ", "Kiện toàn Tổ công nghệ số cộng đồng",
        "Điều 1. Kiện toàn Tổ công nghệ số cộng đồng gồm 09 thành viên.\n"
        "Điều 2. Tổ có nhiệm vụ hướng dẫn người dân nộp hồ sơ trực tuyến, thanh toán trực tuyến.\n"
        "Điều 3. Quyết định này có hiệu lực kể từ ngày ký.", "issued",
    ),
    (
        "KH", "Tuyên truyền dịch vụ công trực tuyến",
        "I. Mục đích, yêu cầu\n1. Nâng tỷ lệ hồ sơ nộp trực tuyến.\n2. Phân công rõ người, rõ việc."
        "\nII. Tổ chức thực hiện\nVăn phòng chủ trì, báo cáo kết quả hằng tháng.", "issued",
    ),
    (
        "TB", "Lịch tiếp công dân tháng 12",
        "Ủy ban nhân dân thông báo lịch tiếp công dân vào sáng thứ Năm hằng tuần tại trụ sở.",
        "issued",
    ),
    (
        "BC", "Kết quả giải quyết hồ sơ trực tuyến tháng 11",
        "I. Kết quả\nTrong tháng đã tiếp nhận và giải quyết hồ sơ đúng hạn.\nII. Kiến nghị\nKhông.",
        "to_sign",
    ),
    (
        "CV", "Đề nghị phối hợp rà soát dữ liệu dân cư",
        "Để bảo đảm dữ liệu đúng, đủ, sạch, sống, đề nghị quý cơ quan phối hợp rà soát trước ngày "
        "cuối tháng.", "to_sign",
    ),
    (
        "TTr", "Phê duyệt dự toán kinh phí chuyển đổi số",
        "I. Sự cần thiết\nHạ tầng số cần được duy trì.\nII. Nội dung\nKính trình phê duyệt.",
        "review",
    ),
    ("QĐ", "Ban hành Quy chế làm việc", "Điều 1. Ban hành kèm theo Quy chế làm việc.", "draft"),
)  # fmt: skip


def load(*, scale: str, report: Report) -> None:
    """Write the documents once; what a first, interrupted load left is gone on with."""
    cast = _Cast()
    report(WHAT, 0, 3)
    if not Document.objects.filter(dossier="").exists():
        cast.begin()
    report(WHAT, 1, 3)
    cast.sign(PERSON, cast.signed_by)
    report(WHAT, 2, 3)
    cast.sign(SEAL, cast.sealed_by)
    if not Incoming.objects.filter(source="paper").exists():
        cast.paper_arrives()
    report(WHAT, 3, 3)


class _Cast:
    """Who drafts, signs and seals: the personas of the ward and of the city's own office."""

    def __init__(self) -> None:
        names = ("mai", "son", "lan", "thu", "khanh", "hung")
        people = {name: identity.demo_account(name) for name in names}
        self.key = {name: account.key for name, account in people.items() if account}
        self.at = {name: account.agency_id for name, account in people.items() if account}
        self.now = timezone.now()

    def begin(self) -> None:
        """Drafts at every point of their way up to the signer's desk."""
        for kind, subject, body, far in DRAFTS:
            document = self._drafted(kind, subject, body, agency=self.at["mai"], signer="lan")
            self._further(document, far)
        directive = self._directive()
        self._attach(directive)
        self._further(directive, "issued")

    def _drafted(self, kind: str, subject: str, body: str, *, agency: str, signer: str) -> Document:
        whom = [["TM.", "Ủy ban nhân dân"]]
        content: dict[str, Any] = {
            "body": body,
            "for_whom": whom if kind in ("QĐ", "KH", "TTr", "BC") else [],
            "position": "Chủ tịch" if signer == "hung" else "Chánh Văn phòng",
            "grounds": [LAW] if kind == "QĐ" else [],
            "addressees": ["Ủy ban nhân dân thành phố Hải Phòng"] if kind in ("TTr", "CV") else [],
            "unit": "VP" if kind == "CV" else "",
            "archive": "VT, VP",
        }
        drafter = self.key["son"] if signer == "lan" else self.key["thu"]
        new = actions.NewDocument(
            agency=agency,
            kind=kind,
            subject_line=subject,
            content=content,
            signer=self.key[signer],
            drafter=drafter,
        )
        document = actions.draft(new=new, at=self.now)
        above = identity.agency(self.at["hung"])
        to = actions.To("city", above.code, above.name, "report")
        recipients = [to] if agency != above.code else []
        return self._revised(document, recipients, ())

    def _revised(
        self, document: Document, to: Sequence[actions.To], tasks: Sequence[actions.Task]
    ) -> Document:
        return actions.revise(
            key=document.key,
            version=document.version,
            subject_line=document.subject_line,
            content=document.content,
            signer=document.signer_key,
            urgency="",
            public=True,
            recipients=to,
            tasks=tasks,
            by=document.drafter_key,
            at=self.now,
        )

    def _directive(self) -> Document:
        """A decision of the city that gives tasks to departments and to the ward."""
        document = self._drafted(
            "QĐ", "Giao nhiệm vụ chuyển đổi số quý IV",
            "Điều 1. Giao các cơ quan, đơn vị thực hiện nhiệm vụ tại Phụ lục kèm theo.\n"
            "Điều 2. Thủ trưởng các cơ quan chịu trách nhiệm thi hành Quyết định này.",
            agency=self.at["hung"], signer="hung",
        )  # fmt: skip
        offices = [a for a in identity.agencies().values() if a.kind == "department"]
        offices = [a for a in offices if not a.valid_to][:4]
        offices.append(identity.agency(self.at["mai"]))
        day = timezone.localdate(self.now)
        tasks = [
            actions.Task(
                agency=office.code,
                what="Báo cáo tỷ lệ hồ sơ trực tuyến và văn bản ký số",
                due_on=day + timedelta(days=2 + 3 * n),
            )
            for n, office in enumerate(offices)
        ]
        to = [actions.To("city", office.code, office.name) for office in offices]
        to.append(actions.To("axis", "000.00.00.G98", "Bộ Trình diễn", "know"))
        return self._revised(document, to, tasks)

    def _attach(self, document: Document) -> None:
        """The directive's list of tasks, in a file of its own."""
        title = "Phụ lục. Danh mục nhiệm vụ chuyển đổi số quý IV"
        rows = [
            f"{n} | {identity.agency(task.agency_code).name} | {task.what} | {task.due_on:%d/%m/%Y}"
            for n, task in enumerate(document.assignments.order_by("due_on"), 1)
        ]
        body = "\n".join(["STT | Cơ quan | Nhiệm vụ | Thời hạn", *rows])
        upload = ContentFile(annex_pages(document, title, body), "phu-luc.pdf")
        actions.attach(
            key=document.key, title=title, upload=upload, by=document.drafter_key, at=self.now
        )

    def _further(self, document: Document, far: str) -> None:
        if far == "draft":
            return
        own = document.signer_key == self.key["lan"]
        reviewer = self.key["lan"] if own else self.key["khanh"]
        actions.submit(key=document.key, by=document.drafter_key, at=self.now)
        if far == "review":
            return
        actions.approve(key=document.key, by=reviewer, at=self.now)

    def signed_by(self) -> dict[str, list[str]]:
        """Documents that the demonstration signs at once, by signer; two wait for a visitor."""
        left = {subject for _kind, subject, _body, far in DRAFTS if far == "to_sign"}
        found: dict[str, list[str]] = {}
        for name in ("lan", "hung"):
            waiting = [d for d in queries.to_sign(self.key[name]) if not d.dossier]
            found[name] = [d.key for d in waiting if d.subject_line not in left]
        return found

    def sealed_by(self) -> dict[str, list[str]]:
        """Signed documents get their numbers; Mai seals the ward's, Thu the city's."""
        found: dict[str, list[str]] = {}
        for document in queries.to_issue([self.at["mai"], self.at["hung"]]):
            name = "mai" if document.agency_code == self.at["mai"] else "thu"
            actions.number(key=document.key, by=self.key[name], at=timezone.now())
            found.setdefault(name, []).append(document.key)
        return found

    def sign(self, kind: str, chosen: Any) -> None:
        """Order the batches as the persona would, and sign them here and now."""
        for name, subjects in chosen().items():
            if not subjects:
                continue
            now = timezone.now()
            certificate = (
                certificates.certificate_of_agency(self.at[name], at=now)
                if kind == SEAL
                else certificates.certificate_of_account(self.key[name], at=now)
            )
            if certificate is None:
                continue
            signing.order_batch(
                kind=kind,
                subjects=subjects,
                certificate=certificate.key,
                by=self.key[name],
                second_factor_at=now,
                at=now,
            )
        sign_while(slot=0, alive=lambda: True, linger_s=0)

    def paper_arrives(self) -> None:
        """Two papers from an invented ministry, one of them with a task that is late by now."""
        for days, name, subject in (
            (12, "thu", "Báo cáo tình hình ký số văn bản điện tử"),
            (2, "mai", "Tập huấn kỹ năng số cho cán bộ cấp xã"),
        ):
            self._paper(self.now - timedelta(days=days), name, subject, late=days > 7)

    def _paper(self, at: datetime, name: str, subject: str, *, late: bool) -> None:
        from hoaphuong.documents import typesetting as ts

        day = timezone.localdate(at)
        paper = ts.Paper(
            kind=ts.Kind.LETTER,
            agency="Bộ Trình diễn",
            notation="BTD-CĐS",
            number="318",
            date=day,
            place="Hà Nội",
            title=subject,
            body=f"Bộ Trình diễn (cơ quan hư cấu) đề nghị quý cơ quan {subject.lower()}.",
            signer=ts.Signer(name="Nguyễn Văn Hư Cấu", position="Bộ trưởng"),
            addressees=(identity.agency(self.at[name]).name,),
        )
        facts = shelf.keep(
            content=ts.typeset(paper, at=day).pdf,
            name="cong-van-den.pdf",
            media_type="application/pdf",
            by=self.key[name],
            at=at,
            retention="document",
        )
        arrival = actions.Arrival(
            agency=self.at[name], source="paper", from_code="", from_name="Bộ Trình diễn",
            number="318", notation="BTD-CĐS", issued_on=day, kind="CV", subject_line=subject,
            urgency="", file_key=facts.key, to_read=True,
        )  # fmt: skip
        incoming = actions.receive(arrival=arrival, by=self.key[name], at=at)
        actions.register(key=incoming.key, by=self.key[name], at=at)
        if late:
            actions.assign(
                key=incoming.key,
                what="Tổng hợp, tham mưu văn bản trả lời",
                due_on=day + timedelta(days=5),
                by=self.key[name],
                at=at,
            )


def annex_pages(document: Document, title: str, body: str) -> bytes:
    """An annex as typesetting sets it, without the document before it."""
    from dataclasses import replace

    from pypdf import PdfReader, PdfWriter

    from hoaphuong.documents import papers
    from hoaphuong.documents import typesetting as ts

    day, plain = timezone.localdate(document.created_at), papers.paper_of(document)
    whole = ts.typeset(replace(plain, annexes=(ts.Annex(title, body),)), at=day)
    writer, out = PdfWriter(), io.BytesIO()
    for page in PdfReader(io.BytesIO(whole.pdf)).pages[ts.typeset(plain, at=day).pages :]:
        writer.add_page(page)
    writer.write(out)
    return out.getvalue()
