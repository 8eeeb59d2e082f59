"""What is printed on a paper of each kind once it is signed, numbered and sealed."""

from datetime import UTC, datetime
from io import BytesIO

import pypdfium2 as pdfium
import pytest

from hoaphuong.documents import papers
from hoaphuong.documents.kinds import KINDS
from hoaphuong.documents.tests.check_codes import codes
from hoaphuong.documents.tests.factories import BODY, approved, drafted, issued, signed, through
from hoaphuong.documents.tests.typeset_pages import Page, pages
from hoaphuong.signing.pdf import empty_texts

pytestmark = pytest.mark.django_db

MEETING = {
    "starts": "08 giờ 00, ngày 05 tháng 3 năm 2026", "place": "Phòng họp số 2",
    "chair": "Bà Trần Thị Hải Yến", "purpose": "Hội nghị sơ kết", "present": [],
    "secretary": "Phạm Văn Đông", "ends": "11 giờ 30",
}  # fmt: skip


@pytest.fixture(autouse=True)
def staff(demo_city):
    pass


def draft_of(kind: str, **more: object):
    content = {"body": BODY, "position": "Chánh Văn phòng", "archive": "VT"}
    if kind in ("GM", "BB"):
        content["meeting"] = MEETING
    return drafted(kind=kind, content=content | more)


def printed(pdf: bytes) -> list[Page]:
    """The pages with what stands in their fields, as a printer gets them."""
    document = pdfium.PdfDocument(pdf)
    document.init_forms()
    for sheet in document:
        assert sheet.flatten() in (1, 2)  # flattened, or nothing to flatten
        sheet.gen_content()
    flat = BytesIO()
    document.save(flat)
    return pages(flat.getvalue())


def line(page: Page, start: str) -> str:
    """All that stands on the baseline of the row that begins with ``start``, from left to right."""
    y = page.row(start).y
    signs = [sign for row in page.rows for sign in row.signs if abs(sign.y - y) < 0.6]
    return "".join(sign.text for sign in sorted(signs, key=lambda sign: sign.x))


def squeezed(text: str) -> str:
    return text.replace(" ", "")


@pytest.mark.parametrize("kind", list(KINDS))
def test_number_and_day_stand_where_the_annex_wants_them(kind):
    document = through(draft_of(kind))

    top = squeezed(line(printed(papers.content_of(document))[0], "Số:"))
    number = f"Số:01/{document.notation}"
    day = "" if kind == "BB" else "NgôQuyền,ngày24tháng11năm2026"
    assert top == number + day


def test_the_number_and_day_are_repeated_where_an_annex_names_its_document():
    document = approved(draft_of("QĐ", annexes=[{"title": "Danh mục", "body": "Một"}]))
    document = issued(signed(document), at=datetime(2027, 2, 3, tzinfo=UTC))

    first, annex = printed(papers.content_of(document))
    assert squeezed(line(first, "Số:")).endswith("ngày03tháng02năm2027")
    told = squeezed(line(annex, "(Kèm theo"))
    assert told.startswith("(KèmtheoQuyếtđịnhsố01/QĐ-UBNDngày03tháng02năm2027")


@pytest.mark.parametrize(("kind", "people"), [("CV", ["chu-ky"]), ("BB", ["chu-ky", "chu-ky-2"])])
def test_only_places_that_will_be_used_are_kept_free(kind, people):
    from hoaphuong.signing.pdf import fields
    from hoaphuong.signing.pdf.paper import open_paper

    final = papers.content_of(approved(draft_of(kind)))
    every = list(fields.fields(open_paper(final)))
    assert sorted(f.name for f in every if f.kind == fields.SIGNATURE) == [*people, "dau"]


def test_a_filled_file_has_no_empty_place_of_text():
    document = signed(approved(draft_of("QĐ", annexes=[{"title": "Danh mục", "body": "Một"}])))
    assert empty_texts(papers.content_of(document)) == [
        "so", "ngay", "thang", "nam", "so-2", "ngay-2", "thang-2", "nam-2",
    ]  # fmt: skip
    assert empty_texts(papers.content_of(issued(document))) == []


def test_the_code_on_an_issued_paper_leads_to_its_own_page(settings, client):
    settings.PUBLIC_ADDRESS = "https://vanban.example.vn"
    document = through(draft_of("TB"))

    address = f"https://vanban.example.vn/kt/{document.token}"
    assert papers.check_address(document) == address
    assert len(codes(papers.content_of(document), address)) == 1
    assert client.get(address.removeprefix(settings.PUBLIC_ADDRESS)).status_code == 200


def test_a_draft_carries_no_code():
    document = draft_of("TB")
    assert codes(papers.draft_pdf(document), papers.check_address(document)) == []
