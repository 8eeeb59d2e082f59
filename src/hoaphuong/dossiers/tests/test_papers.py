"""Papers that come with a form, from phones whose browsers call them anything."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from hoaphuong.dossiers.pages.papers import MOST_PER_PART, stored_uploads
from hoaphuong.files import queries as files
from hoaphuong.files.tests.factories import pdf, photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(rf):
    """Sends (name, content, what the browser calls it) as one part of a form."""

    def send(*uploads):
        request = rf.post("/", {"cccd": [SimpleUploadedFile(*one) for one in uploads]})
        stored, faults = stored_uploads(request, ["cccd", "ban-ve"], by="a" * 32)
        return list(files.facts(stored.get("cccd", [])).values()), faults

    return send


@pytest.mark.parametrize("called", ["image/jpeg", "application/octet-stream", "application/pdf"])
def test_photos_are_told_by_their_content_whatever_the_browser_calls_them(sent, called):
    facts, faults = sent(("mt.jpg", photo(turned=True), called), ("ms.bin", photo("PNG"), called))
    assert faults == {}
    assert [(one.media_type, one.name) for one in facts] == [("application/pdf", "mt.pdf")]


def test_two_pdfs_called_photos_by_the_browser_stay_two_pdfs(sent):
    facts, faults = sent(("a.pdf", pdf(), "image/jpeg"), ("b.pdf", pdf(), "image/jpeg"))
    assert (len(facts), faults) == (2, {})


def test_a_single_photo_loses_its_place(sent):
    [facts], faults = sent(("mt.jpg", photo(turned=True), "image/jpeg"))
    assert faults == {}
    with files.open_file(facts.key) as stream:
        content = stream.read()
    assert b"PhoneMaker" not in content
    with Image.open(io.BytesIO(content)) as image:
        assert (image.size, dict(image.getexif())) == ((40, 60), {})


def test_a_refused_file_is_named_beside_its_part_and_the_others_are_not_kept(sent):
    facts, faults = sent(
        ("mt.jpg", photo(), "image/jpeg"), ("sổ.pdf", pdf(password="bi-mat"), "application/pdf")
    )
    assert facts == []
    assert faults["cccd"].startswith("sổ.pdf: ")


def test_a_part_takes_ten_files_at_a_time(sent):
    facts, faults = sent(*[("a.pdf", pdf(), "application/pdf")] * (MOST_PER_PART + 1))
    assert facts == []
    assert "10" in faults["cccd"]
