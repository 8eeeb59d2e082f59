"""Invented organisations beyond the city: they send documents and answer those they get."""

import base64
from datetime import datetime

from hoaphuong.exchange.axis.checking import Routed
from hoaphuong.exchange.edxml import (
    Attachment,
    Business,
    Document,
    Organ,
    Replacement,
    ResponseFor,
    Status,
    Trace,
    write,
)
from hoaphuong.exchange.edxml.message import REPLACE, UPDATE

SYSTEM = "_partners"
PARTNERS = {
    "000.00.00.G98": "Bộ Trình diễn",
    "000.00.00.H97": "Ủy ban nhân dân tỉnh Trình diễn",
    "000.00.12.H97": "Sở Liên thông tỉnh Trình diễn",
}
# What a partner says in turn: it has the document, its clerk registered it; it agrees.
_ANSWERS = {
    "01": "Đã đến - Phần mềm quản lý văn bản đã nhận",
    "03": "Văn thư đã tiếp nhận, vào sổ",
    "15": "Đồng ý trả lại hoặc cập nhật văn bản",
}


def answers(message: Routed, partner: str, *, at: datetime) -> list[tuple[str, bytes]]:
    """(status code, message) that a partner sends when something reaches it."""
    agreed = ["15"] if message.code in ("13", UPDATE) else []  # asked back, or updated
    codes = [*(["01", "03"] if message.kind == "edoc" else []), *agreed]
    about = ResponseFor(organ=message.sender, document_id=message.about)
    sender = Organ(partner, PARTNERS[partner])
    return [
        (code, write(Status(sender, about, code, at, description=_ANSWERS[code]))) for code in codes
    ]


def letter(
    *, sender: str, to: str, number: str, subject: str, at: datetime, kind: str = "0",
    about: str = "", reason: str = "", file: str = "",
) -> bytes:  # fmt: skip
    """A document of a partner; ``file`` is base64 of its PDF, without it a page with one line.

    ``kind`` is 0 new, 1 recall, 2 update or 3 replace; ``about`` is the former document's id.
    """
    notation = "BTD-VP" if sender.endswith("G98") else "UBND-TD"
    content = (
        base64.b64decode(file, validate=True) if file else one_line_pdf(f"{number}/{notation}")
    )
    replaced = (Replacement(about, (to,)),) if kind == REPLACE else ()
    business = Business(
        kind=kind,
        document_id="" if replaced else about,
        reason=reason,
        document_info=kind == UPDATE,
        replacements=replaced,
    )
    return write(
        Document(
            sender=Organ(sender, PARTNERS[sender], in_charge=PARTNERS[sender]),
            to=(Organ(to),),
            document_id=f"{sender},{at:%Y/%m/%d},{number}/{notation}",
            number=number,
            notation=notation,
            promulgated_on=at.date(),
            place="Trình diễn",
            kind_name="Công văn",
            subject=subject,
            content=subject,
            position="Chánh Văn phòng",
            signer="Trần Minh Họa",
            traces=(Trace(sender, at),),
            business=business,
            attachments=(Attachment(f"{number}-{notation}.pdf", content, content_id="1"),),
        )
    )


def one_line_pdf(text: str) -> bytes:
    """A page with one line of ASCII."""
    drawn = f"BT /F1 14 Tf 72 760 Td ({text.encode('ascii', 'replace').decode()}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n"
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)
