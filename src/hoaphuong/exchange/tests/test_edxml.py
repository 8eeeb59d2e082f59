"""edXML: what we write is read again, what others write is read, what means nothing is refused."""

import base64
import io
import re
import string
import zipfile
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from hoaphuong.exchange.edxml import (
    Attachment,
    Business,
    Document,
    Malformed,
    Organ,
    Receiver,
    Replacement,
    ResponseFor,
    Staff,
    Status,
    Trace,
    read,
    write,
)
from hoaphuong.exchange.edxml.message import STATUS_CODES, VIETNAM, weak

AT = datetime(2026, 11, 24, 9, 30, 15, tzinfo=VIETNAM)
FULL = Document(
    sender=Organ("000.00.00.H97", "UBND tỉnh Trình diễn", "UBND", "1 Đường Mẫu", "a@b.vn", "1"),
    to=(Organ("000.00.00.H24", "UBND TP"), Organ("000.00.02.H24")),
    document_id="000.00.00.H97,2026/11/20,12/UBND-TD",
    number="12",
    notation="UBND-TD",
    promulgated_on=date(2026, 11, 20),
    place="Trình diễn",
    kind_name="Công văn",
    subject="V/v mẫu & thử <1>",
    content="Nội dung",
    competence="TL. CHỦ TỊCH",
    position="Chánh Văn phòng",
    signer="Trần Minh Họa",
    due_on=date(2026, 12, 1),
    priority="1",
    sphere="Nội bộ",
    typist="VT",
    copies=2,
    pages=3,
    direction=True,
    appendixes=("Phụ lục",),
    answers=(ResponseFor("000.00.00.H24", "000.00.00.H24,2026/10/01,9/UBND", "9/UBND"),),
    steering="1",
    to_places=("Các sở",),
    traces=(Trace("000.00.00.H97", AT),),
    business=Business(
        "3", "", "Sai số", True, True, True, (Receiver("000.00.02.H24", "1"),),
        (Replacement("000.00.00.H97,2026/11/01,11/UBND-TD", ("000.00.00.H24",)),),
        Staff("Văn thư", "Trần Mẫu", "c@d.vn", "0900000000"),
    ),
    attachments=(Attachment("a.pdf", b"%PDF-1.4 mot", "application/zip", "Văn bản", "1"),
                 Attachment("b.docx", b"PK\x05\x06" + bytes(18), "application/zip", "", "2")),
)  # fmt: skip
STATUS = Status(
    sender=Organ("000.00.00.H24", "UBND TP"),
    about=ResponseFor("000.00.00.H97", FULL.document_id, "12/UBND-TD", date(2026, 11, 20)),
    code="03",
    at=AT,
    description="Đã vào sổ",
    staff=Staff("Văn thư", "Lê Mẫu"),
)


def test_what_we_write_reads_as_what_we_meant():
    assert read(write(FULL)) == FULL
    assert read(write(STATUS)) == STATUS


def test_the_same_message_gives_the_same_bytes():
    assert write(FULL) == write(FULL)


_TEXT = st.text(
    alphabet=st.characters(
        exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters="\ufffe\uffff"
    ),
    min_size=1,
    max_size=60,
).filter(lambda text: text == text.strip())
_CODE = st.text(alphabet=string.ascii_uppercase + string.digits + ".", min_size=1, max_size=35)
_DAYS = st.dates(min_value=date(1000, 1, 1))


@limits(max_examples=60)
@given(
    subject=_TEXT, notation=_TEXT, number=_TEXT, day=_DAYS, due=st.none() | _DAYS,
    to=st.lists(_CODE, min_size=1, max_size=4), content=st.binary(min_size=1, max_size=500),
    names=st.lists(_TEXT.filter(lambda t: not {"/", "\\"} & set(t) and t not in (".", "..")
                                and ":" not in t), max_size=3),
    copies=st.none() | st.integers(0, 999), business=st.sampled_from("012"),
)  # fmt: skip
def test_any_document_comes_back_as_it_went(
    subject, notation, number, day, due, to, content, names, copies, business
):
    document = replace(
        FULL, subject=subject, notation=notation, number=number, promulgated_on=day, due_on=due,
        to=tuple(Organ(code) for code in to), copies=copies, business=Business(business, "X,1,2"),
        attachments=tuple(
            Attachment(name, content, "application/zip", "", str(at))
            for at, name in enumerate(names)
        ),
    )  # fmt: skip
    assert read(write(document)) == document


@limits(max_examples=40)
@given(
    code=st.sampled_from(STATUS_CODES), about=_CODE, description=_TEXT,
    second=st.integers(0, 10**10),
)  # fmt: skip
def test_any_status_comes_back_as_it_went(code, about, description, second):
    status = replace(
        STATUS, code=code, at=datetime.fromtimestamp(second, VIETNAM), description=description,
        about=ResponseFor(about, "a,b,c"),
    )  # fmt: skip
    assert read(write(status)) == status


@limits(max_examples=150)
@given(cut=st.integers(0, 6_000), put=st.binary(max_size=6))
def test_whatever_is_damaged_is_read_or_refused_and_nothing_else(cut, put):
    raw = write(FULL)
    with suppress(Malformed):
        assert isinstance(read(raw[:cut] + put + raw[cut + len(put) :]), Document)


def _reason(raw: bytes) -> tuple[str, str]:
    with pytest.raises(Malformed) as caught:
        read(raw)
    return caught.value.reason, caught.value.path.rpartition("/")[2]


def _without(raw: bytes, element: str) -> bytes:
    name = f"(?:edXML:)?{element}"
    changed = re.sub(rf"<{name}[ >].*?</{name}>".encode(), b"", raw, count=1, flags=re.DOTALL)
    assert changed != raw
    return changed


@pytest.mark.parametrize(
    "element",
    ["edXMLEnvelope", "edXMLHeader", "MessageHeader", "From", "DocumentId", "Code", "CodeNotation",
     "PromulgationInfo", "PromulgationDate", "Subject", "BussinessDocType",
     "ContentTransferEncoded", "OrganId"],
)  # fmt: skip
def test_a_document_without_what_it_needs_says_what_is_missing(element):
    plain = replace(FULL, answers=(), attachments=FULL.attachments[:1])
    assert _reason(_without(write(plain), element)) == ("missing", element)


@pytest.mark.parametrize("element", ["From", "ResponseFor", "Timestamp", "DocumentId", "OrganId"])
def test_a_status_without_what_it_needs_says_what_is_missing(element):
    assert _reason(_without(write(STATUS), element)) == ("missing", element)


def test_a_document_to_nobody_is_refused():
    assert _reason(write(replace(FULL, to=()))) == ("missing", "To")


@pytest.mark.parametrize(
    ("business", "meant"),
    [
        (Business("0", "X,1,2"), ()),
        (Business("2", "X,1,2"), ("X,1,2",)),
        (Business("3", replacements=(Replacement("X,1,2"),)), ("X,1,2",)),
        (Business("3", replacements=(Replacement("X,1,2", ("H1", "H24")),)), ("X,1,2",)),
        (Business("3", replacements=(Replacement("X,1,2", ("H1",)),)), ()),
        (Business("3", "X,1,2", replacements=(Replacement("X,1,2"), Replacement("Y"))),
         ("X,1,2", "Y")),
    ],
)  # fmt: skip
def test_what_a_message_is_about_at_one_recipient(business, meant):
    assert business.about("H24") == meant


def test_more_replaced_documents_than_can_be_handled_are_refused():
    many = tuple(Replacement(f"X,1,{number}") for number in range(101))
    reason, _ = _reason(write(replace(FULL, business=Business("3", replacements=many))))
    assert reason == "too_many"
    assert read(write(replace(FULL, business=Business("3", replacements=many[:100]))))


def test_a_recall_that_names_no_document_is_refused():
    assert _reason(write(replace(FULL, business=Business("1"))))[0] == "missing"


def _swap(raw: bytes, old: str, new: str) -> bytes:
    assert old.encode() in raw
    return raw.replace(old.encode(), new.encode(), 1)


SWAPS = [
    ("<edXML:Subject>", "<edXML:Subject>" + "x" * 600, "too_long", "Subject"),
    ("<edXML:Place>", "<edXML:Place>" + "x" * 160, "too_long", "Place"),
    ("2026/11/20</edXML:PromulgationDate>", "2026/13/20</edXML:PromulgationDate>", "day",
     "PromulgationDate"),
    ("2026/11/20</edXML:PromulgationDate>", "hôm qua</edXML:PromulgationDate>", "day",
     "PromulgationDate"),
    ("2026/11/24 09:30:15", "2026/11/24 29:30:15", "moment", "Timestamp"),
    (">3</edXML:BussinessDocType>", ">9</edXML:BussinessDocType>", "business", "BussinessDocType"),
    ("<edXML:Direction>true", "<edXML:Direction>có", "flag", "Direction"),
    ("cid:1<", "cid:2<", "cid", "ContentId"),
    ("cid:1<", "cid:9<", "cid", "Reference[9]"),
    (">UEsD", ">#EsD", "base64", "ContentTransferEncoded"),
    ("<AttachmentName>a.pdf", "<AttachmentName>../a.pdf", "path", "AttachmentName"),
    ("<AttachmentName>a.pdf", "<AttachmentName>" + "a" * 201, "too_long", "AttachmentName"),
    ("<edXML:Subject>", "<edXML:Subject>x</edXML:Subject><edXML:Subject>", "repeated", "Subject"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "reason", "element"), SWAPS)
def test_a_wrong_value_is_refused_with_its_place(old, new, reason, element):
    raw = write(replace(FULL, answers=()))
    assert _reason(_swap(raw, old, new)) == (reason, element)


def test_what_is_not_an_honest_edxml_file_is_refused():
    raw = write(FULL)
    assert _reason(b"")[0] == "not_xml"
    assert _reason(b"garbage")[0] == "not_xml"
    assert _reason(raw[: len(raw) // 2])[0] == "not_xml"
    assert _reason(b"<a/>")[0] == "not_edxml"
    assert _reason(raw.replace(b"QCVN_102_2016", b"OTHER"))[0] == "namespace"
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]>'
    assert _reason(raw.replace(b"<edXML ", bomb + b"<edXML ", 1))[0] == "doctype"
    assert _reason(raw.decode().encode("utf-16"))[0] == "encoding"
    assert _reason(b"\xff" + raw)[0] == "encoding"
    assert _reason(write(replace(STATUS, code="99")))[0] == "status_code"
    assert _reason(b"<edXML>" + b"<a>" * 30_000)[0] == "too_large"
    assert _reason(b"<edXML>" + b"<a>" * 200 + b"</a>" * 200 + b"</edXML>")[0] == "too_large"


def test_a_message_that_only_speaks_of_declarations_is_read():
    raw = write(replace(FULL, subject="Về việc <!DOCTYPE> trong tệp XML"))
    spoken = raw.replace(b"&lt;!DOCTYPE&gt;", b"<![CDATA[<!DOCTYPE>]]>")
    assert spoken != raw
    assert read(spoken).subject == "Về việc <!DOCTYPE> trong tệp XML"


def _carrying(raw: bytes, kind: str = "application/zip") -> bytes:
    text = base64.b64encode(raw).decode()
    whole = write(replace(FULL, attachments=FULL.attachments[:1])).decode()
    whole = re.sub(r"(Encoded xmlns[^>]*>)[^<]*", rf"\g<1>{text}", whole)
    return whole.replace("application/zip", kind).encode()


def _zip(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def test_a_file_that_travels_without_a_zip_is_read():
    document = read(_carrying(b"%PDF-1.4 plain", "application/pdf"))
    assert document.attachments[0].content == b"%PDF-1.4 plain"


def test_an_office_document_is_not_taken_apart():
    docx = _zip(("[Content_Types].xml", b"<a/>"), ("word/document.xml", b"<b/>"))
    for kind in ("application/zip", "application/msword"):
        assert read(_carrying(docx, kind)).attachments[0].content == docx
    assert read(_carrying(_zip(("a.docx", docx)))).attachments[0].content == docx


def test_line_breaks_in_base64_do_no_harm():
    raw = write(FULL).decode()
    broken = re.sub(r"(UEsD[\w+/]{20})", r"\1\r\n   ", raw)
    assert broken != raw
    assert read(broken.encode()).attachments == FULL.attachments


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (_zip(("a.pdf", b"1"), ("b.pdf", b"2")), "zip"),
        (_zip(("../../a.pdf", b"1")), "path"),
        (_zip(("/etc/a.pdf", b"1")), "path"),
        (_zip(("a.pdf", bytes(15_000_000))), "bomb"),
        (_zip(("a.pdf", bytes(21_000_000))), "too_large"),
        (_zip(("a.pdf", b"")), "empty"),
        (b"", "empty"),
        (b"PK\x03\x04 no archive", "zip"),
    ],
    ids=["two", "up", "root", "bomb", "large", "empty member", "empty", "broken"],
)
def test_a_zip_that_hides_something_is_refused(raw, reason):
    assert _reason(_carrying(raw))[0] == reason


def test_what_other_programs_do_is_understood():
    raw = write(FULL).decode()
    english = raw.replace("Bussiness", "Business")
    assert read(english.encode()) == FULL
    bare = re.sub(r"(</?)edXML:", r"\1", raw)
    assert read(bare.encode()) == FULL
    other_prefix = raw.replace("edXML:", "e:").replace("xmlns:edXML=", "xmlns:e=")
    assert read(other_prefix.encode()) == FULL
    days_first = raw.replace("2026/11/20</edXML:Promul", "20/11/2026</edXML:Promul")
    assert read(days_first.encode()) == FULL
    undeclared = raw.replace("<edXML:Reference>", '<edXML:Reference xlink:href="">')
    assert read(undeclared.encode()) == FULL
    assert read(b"\xef\xbb\xbf" + raw.encode()) == FULL


# Read by hand from the published samples: (code, from, about.organ, day, moment).
STATUSES = {
    "status.edxml": (
        "01",
        "H41",
        "G22",
        date(2018, 9, 28),
        datetime(2018, 9, 28, 17, 25, 11, tzinfo=VIETNAM),
    ),
    "status_inbox__01.edxml": ("01", "H41", "G22", date(2015, 9, 30), None),
    "status_assignment_04.edxml": ("04", "H41", "G22", date(2015, 9, 30), None),
    "status_processing_05.edxml": ("05", "H41", "G22", date(2015, 9, 30), None),
    "status_finish_06.edxml": ("06", "H41", "G22", date(2015, 9, 30), None),
    "status_cancellation_13.edxml": ("13", "G22", "H41", date(2015, 9, 30), None),
    "status_change-acceptance_15.edxml": ("15", "H41", "G22", date(2015, 9, 30), None),
}


@pytest.mark.parametrize("name", sorted(STATUSES))
def test_a_published_status_is_read(shared_data, name):
    code, sender, organ, day, at = STATUSES[name]
    status = read((shared_data / "edxml" / name).read_bytes())
    assert isinstance(status, Status)
    assert (status.code, status.sender.code) == (code, f"000.00.00.{sender}")
    assert status.about.organ == f"000.00.00.{organ}"
    assert status.about.document_id == "000.00.00.G22,2015/09/30,7816/VPCP-TTĐT"
    assert (status.about.code, status.about.promulgated_on) == ("7816/VPCP-TTĐT", day)
    assert status.at == (at or datetime(2015, 9, 20, 11, 8, 36, tzinfo=VIETNAM))
    assert status.staff.mobile == "84912000001"


def test_a_published_update_is_read_with_its_file_and_weak_signature(shared_data):
    document = read((shared_data / "edxml" / "edoc_update.edxml").read_bytes())
    assert isinstance(document, Document)
    assert [organ.code[-3:] for organ in document.to] == ["H41", "H14", "G17"]
    assert document.document_id == "000.00.00.G22,2015/09/30,7816/VPCP-TTĐT"
    assert (document.number, document.notation) == ("7816", "VPCP-TTĐT")
    assert document.promulgated_on == date(2018, 9, 28)
    assert document.subject == "V/v kết nối, liên thông phần mềm quản lý văn bản"
    assert (document.competence, document.copies, document.pages) == ("TL. BO TRUONG", 2, 22)
    assert document.direction is False
    assert len(document.to_places) == 2
    business = document.business
    assert (business.kind, business.document_id[-14:]) == ("2", "7806/VPCP-TTĐT")
    assert [(one.organ[-3:], one.kind) for one in business.receivers] == [
        ("H41", "0"),
        ("H14", "1"),
    ]
    assert (business.document_info, business.document_receiver, business.paper) == (
        True,
        True,
        False,
    )
    [attachment] = document.attachments
    assert (attachment.name, len(attachment.content)) == ("1896_QD-TTg_m_294779.doc", 388_347)
    assert weak(document.signature)


def test_a_published_template_is_refused_until_it_has_a_file(shared_data):
    raw = (shared_data / "edxml" / "edoc.edxml").read_bytes()
    assert _reason(raw) == ("base64", "ContentTransferEncoded")
    filled = raw.replace(b"${__StringFromFile(test.txt,,,)}", base64.b64encode(b"%PDF-1.4"))
    document = read(filled)
    assert (document.sender.code, document.to[0].code) == ("002.00.20.H13", "000.00.15.H51")
    assert (document.number, document.notation) == ("12234555512", "PRO-TEST-CASE1")
    assert document.answers == ()
    assert document.document_id == "9fbfbad2-f1f8-4256-a2eb-50fb1061cddb"
    assert document.attachments[0].content == b"%PDF-1.4"
    assert weak(document.signature)


def test_our_shape_is_that_of_the_published_update(shared_data):
    """The same elements in the same namespaces and order, signature aside."""
    raw = (shared_data / "edxml" / "edoc_update.edxml").read_text(encoding="utf-8")
    theirs = re.sub(r"<Signature>.*</Signature>", "", raw, flags=re.DOTALL)
    ours = write(read(raw.encode())).decode()
    tags = re.compile(r"</?[\w:]+|\sxmlns[\w:]*=\"[^\"]+\"|<\?xml[^>]+>")
    assert tags.findall(ours) == tags.findall(theirs)
