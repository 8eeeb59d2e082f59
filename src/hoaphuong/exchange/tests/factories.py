"""A document to send."""

from datetime import UTC, date, datetime

from django.core.files.base import ContentFile

from hoaphuong.exchange import actions
from hoaphuong.exchange.axis.partners import one_line_pdf
from hoaphuong.exchange.contracts import OutgoingDocument
from hoaphuong.exchange.tests.axis_at_work import CITY, MINISTRY
from hoaphuong.files import actions as files

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def stored_pdf(line: str = "Mot van ban") -> str:
    return files.store(
        upload=ContentFile(one_line_pdf(line), "cong-van.pdf"), name="cong-van.pdf", by="officer",
        at=AT, retention="10", allowed=frozenset({"application/pdf"}), as_is=True,
    ).key  # fmt: skip


def queued(*, partner: str = MINISTRY, number: str = "15", agency: str = CITY, **more) -> str:
    document = OutgoingDocument(
        partner=partner, partner_name="Bộ Trình diễn", number=number, notation="UBND-VX",
        issued_on=date(2026, 11, 24), subject="V/v thử gửi liên thông",
        attachments=(stored_pdf(),), kind_name="Công văn", signer="Lê Minh Họa", **more,
    )  # fmt: skip
    return actions.send_document(document=document, agency=agency, by="officer", at=AT)
