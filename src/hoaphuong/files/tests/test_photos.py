"""Photos are kept upright and say nothing of where, when and with what they were taken."""

import io
import struct
import zlib
from datetime import UTC, datetime

import pillow_heif
import pytest
from django.utils import translation
from PIL import Image
from pypdf import PdfReader

from hoaphuong.files import actions, queries, rules, shelf
from hoaphuong.files.models import StoredFile
from hoaphuong.files.tests.factories import office, pdf, photo, upload

pillow_heif.register_heif_opener()  # the tests write HEIC themselves

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
SECRETS = (b"PhoneMaker", b"Exif", b"GPS")


def together(*named):
    """Uploads of (name, content), or of contents called as phones call them."""
    uploads = [
        upload(one, f"ảnh {number}.jpg") if isinstance(one, bytes) else upload(one[1], one[0])
        for number, one in enumerate(named, 1)
    ]
    return actions.store_together(
        uploads=uploads, by="a" * 32, at=AT, retention="dossier", allowed=rules.KNOWN
    )


def single(content, name="IMG_0001.JPG"):
    return actions.store(
        upload=upload(content, name),
        name=name,
        by="a" * 32,
        at=AT,
        retention="dossier",
        allowed=rules.KNOWN,
    )


def kept(facts):
    with queries.open_file(facts.key) as stream:
        return stream.read()


def shown(facts):
    """The stored picture as a viewer that knows no EXIF shows it."""
    with Image.open(io.BytesIO(kept(facts))) as image:
        image.load()
        return image


def encoded(kind, size=(60, 40), **more):
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, kind, **more)
    return out.getvalue()


def test_a_phone_s_photo_holds_a_place_before_it_is_stored():
    exif = Image.open(io.BytesIO(photo(turned=True))).getexif()
    assert exif[0x0112] == 6
    assert exif.get_ifd(0x8825)[1] == "N"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_single_photo_is_upright_and_without_place_or_device_on_the_disk(home, kind):
    facts = single(photo(kind, turned=True))

    picture, content = shown(facts), kept(facts)
    assert picture.size == (40, 60)
    # Orientation 6: the left of the sensor is the top of the picture.
    top = picture.convert("RGB").getpixel((20, 5))
    assert top[2] > 200 > top[0]
    assert dict(picture.getexif()) == {}
    assert not {"exif", "icc_profile", "xmp", "comment"} & picture.info.keys()
    assert not [secret for secret in SECRETS if secret in content]
    assert shelf.path_of(facts.sha256).stat().st_size == facts.size == len(content)


def test_nothing_of_the_photo_as_it_was_sent_stays_on_the_disk(home):
    single(photo(turned=True))
    files = [path for path in (home / "files").rglob("*") if path.is_file()]
    assert len(files) == 1
    assert b"PhoneMaker" not in files[0].read_bytes()


def test_a_comment_a_text_chunk_and_a_colour_profile_stay_behind(home):
    from PIL.ImageCms import ImageCmsProfile, createProfile
    from PIL.PngImagePlugin import PngInfo

    note = PngInfo()
    note.add_text("Author", "Ngô Thị Bé", zip=False)
    profile = ImageCmsProfile(createProfile("sRGB")).tobytes()
    png = single(encoded("PNG", pnginfo=note, icc_profile=profile))
    jpeg = single(encoded("JPEG", comment="Ngô Thị Bé".encode(), icc_profile=profile))
    for facts in (png, jpeg):
        assert "Bé".encode() not in kept(facts)
        assert profile[:64] not in kept(facts)


def test_a_photo_keeps_its_type_and_heic_becomes_one_that_browsers_show(home):
    found = {kind: single(encoded(kind)) for kind in ("JPEG", "PNG", "WEBP", "HEIF")}
    assert {kind: facts.media_type for kind, facts in found.items()} == {
        "JPEG": rules.JPEG,
        "PNG": rules.PNG,
        "WEBP": rules.WEBP,
        "HEIF": rules.JPEG,
    }
    assert found["HEIF"].name == "IMG_0001.jpg"
    for facts in found.values():
        assert rules.detect(io.BytesIO(kept(facts))) == facts.media_type


def test_a_png_named_pdf_is_a_png(home):
    facts = single(encoded("PNG"), name="Giấy khai sinh.pdf")
    assert (facts.media_type, facts.name) == (rules.PNG, "Giấy khai sinh.png")


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(200),
        encoded("HEIF", (64, 48))[:-200],
    ],
    ids=["only named so", "truncated"],
)
def test_a_heic_that_cannot_be_read_is_refused_with_a_way_out_in_both_languages(home, content):
    with pytest.raises(actions.UnreadableHeic) as refused:
        single(content)
    with translation.override("en"):
        assert "JPEG" in str(refused.value)
        english = str(refused.value)
    with translation.override("vi"):
        assert str(refused.value).startswith("Không đọc được ảnh HEIC")
        assert str(refused.value) != english
    assert not StoredFile.objects.exists()


def test_a_photo_of_sixty_megapixels_is_taken_and_made_bearable(home):
    facts = single(encoded("JPEG", (9_000, 6_660), quality=30))
    assert shown(facts).size == (4_000, 2_960)


def bomb(side):
    """A PNG of a few bytes whose header claims a square of ``side`` pixels."""
    content = bytearray(encoded("PNG"))
    content[16:24] = struct.pack(">II", side, side)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    return bytes(content)


@pytest.mark.parametrize("side", [8_001, 40_000, 2**31 - 1])
def test_a_photo_over_the_limit_of_pixels_is_refused_before_it_is_unpacked(home, side):
    with pytest.raises(actions.TooManyPixels):
        single(bomb(side))
    with pytest.raises(actions.InFile) as refused:
        together(photo(), bomb(side))
    assert isinstance(refused.value.reason, actions.TooManyPixels)
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_truncated_photo_is_refused_alone_and_among_others(home, kind):
    content = photo(kind, (400, 300))[:-100]
    with pytest.raises(actions.BrokenFile):
        single(content)
    with pytest.raises(actions.InFile, match=r"ảnh 2\.jpg") as refused:
        together(photo(), content)
    assert isinstance(refused.value.reason, actions.BrokenFile)
    assert not StoredFile.objects.exists()


def test_photos_become_one_upright_pdf_page_each_without_place_or_device(home):
    first = ("Căn cước.jpg", photo(size=(60, 40), turned=True))
    [facts] = together(first, photo("PNG", (30, 90)), photo("WEBP"))

    assert (facts.media_type, facts.name) == (rules.PDF, "Căn cước.pdf")
    content = kept(facts)
    pages = PdfReader(io.BytesIO(content)).pages
    assert [page.images[0].image.size for page in pages] == [(40, 60), (30, 90), (60, 40)]
    top = pages[0].images[0].image.convert("RGB").getpixel((20, 5))
    assert top[2] > 200 > top[0]
    assert max(map(float, pages[0].mediabox[2:])) == pytest.approx(842, abs=1)
    assert not [secret for secret in SECRETS if secret in content]


def test_photos_beside_a_pdf_are_joined_and_the_pdf_stays_as_it_is(home):
    facts = together(photo(turned=True), ("Đơn.pdf", pdf()), photo("PNG"), ("Đơn.docx", office()))

    assert [one.media_type for one in facts] == [rules.PDF, rules.PDF, rules.DOCX]
    assert [one.name for one in facts] == ["ảnh 1.pdf", "Đơn.pdf", "Đơn.docx"]
    assert len(PdfReader(io.BytesIO(kept(facts[0]))).pages) == 2
    assert kept(facts[1]) == pdf()


def test_one_photo_beside_a_pdf_stays_a_photo(home):
    facts = together(("Đơn.pdf", pdf()), photo(turned=True))
    assert [one.media_type for one in facts] == [rules.PDF, rules.JPEG]
    assert shown(facts[1]).size == (40, 60)


def test_the_refused_one_among_several_is_named_and_none_is_kept(home):
    with pytest.raises(actions.InFile, match=r"Đơn\.pdf: ") as caught:
        together(photo(), ("Đơn.pdf", pdf(password="bi-mat")), photo())
    assert isinstance(caught.value.reason, actions.EncryptedPdf)
    assert not StoredFile.objects.exists()
    assert [p for p in (home / "files").rglob("*") if p.is_file()] == []


def test_no_file_is_an_empty_one(home):
    with pytest.raises(actions.EmptyFile):
        together()
    with pytest.raises(actions.EmptyFile):
        together(b"")


def test_a_page_of_a_joined_pdf_has_at_most_two_thousand_pixels(home):
    [facts] = together(photo(size=(3_000, 1_500)), photo())
    assert PdfReader(io.BytesIO(kept(facts))).pages[0].images[0].image.size == (2_000, 1_000)


def test_a_transparent_picture_is_laid_on_white(home):
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    assert shown(single(out.getvalue())).getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_a_picture_of_any_colours_is_kept(home, mode):
    out = io.BytesIO()
    Image.new(mode, (20, 20)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert shown(single(out.getvalue())).size == (20, 20)
