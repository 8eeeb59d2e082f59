"""Uploads made for tests; nothing in them is of a real person."""

import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from hoaphuong.files import rules


def upload(content: bytes, name: str = "tệp.bin") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def pdf(*, password: str = "", script: str = "", launch: bool = False) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    action = {}
    if script:
        action = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject(script)}
    if launch:
        action = {"/S": NameObject("/Launch"), "/F": TextStringObject("a.exe")}
    if action:
        found = DictionaryObject({NameObject(key): value for key, value in action.items()})
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(found)
    if password:
        writer.encrypt(password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pdf_with_script_in_its_trailer() -> bytes:
    """The catalogue written straight into the trailer, where no object number finds it."""
    action = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
    catalogue = b"/Root << /Type /Catalog /Pages 2 0 R /OpenAction " + action + b" >>"
    return pdf().replace(b"/Root 3 0 R", catalogue)


def photo(kind: str = "JPEG", size: tuple[int, int] = (60, 40), *, turned: bool = False) -> bytes:
    """A red picture with a blue left half; ``turned`` adds EXIF orientation 6 and a GPS place."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    if turned:
        exif[0x0112] = 6
        exif[0x010F] = "PhoneMaker"
        exif[0x8825] = {1: "N", 2: (20.0, 51.0, 0.0)}
    out = io.BytesIO()
    image.save(out, kind, exif=exif.tobytes(), quality=95)
    return out.getvalue()


def office(kind: str = rules.DOCX, *, macro: bool = False, extra: bytes = b"") -> bytes:
    out = io.BytesIO()
    main = "word/document.xml" if kind == rules.DOCX else "xl/workbook.xml"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", f'<Types><Override ContentType="{kind}"/></Types>')
        package.writestr(main, "<document/>")
        if macro:
            package.writestr("word/vbaProject.bin", b"macro")
        if extra:
            package.writestr("word/media/zeros.bin", extra)
    return out.getvalue()
