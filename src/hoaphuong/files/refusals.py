"""Why an upload was not taken; ``str()`` of each is said to the person in their language."""

from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hoaphuong.files import rules

TYPE_NAMES: dict[str, Any] = {
    rules.PDF: _("PDF"),
    rules.JPEG: _("JPEG photo"),
    rules.PNG: _("PNG image"),
    rules.WEBP: _("WEBP image"),
    rules.HEIC: _("HEIC photo"),
    rules.DOCX: _("Word document (.docx)"),
    rules.XLSX: _("Excel workbook (.xlsx)"),
    rules.TIFF: _("TIFF scan"),
    rules.ZIP: _("compressed archive"),
    rules.XML: _("XML file"),
    rules.HTML: _("web page"),
    rules.SVG: _("SVG drawing"),
    rules.OLD_OFFICE: _("old Office document (.doc, .xls) or one locked by a password"),
    rules.PROGRAM: _("program"),
    rules.OTHER: _("file of an unknown type"),
}


class FileRefused(Exception):
    """An upload was refused; nothing of it is kept."""

    message: Any = _("This file could not be accepted.")

    def __str__(self) -> str:
        return str(self.message)


class EmptyFile(FileRefused):
    message = _("This file is empty. Choose it again, or save it anew before you send it.")


class TooLarge(FileRefused):
    """``limit`` in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit

    def __str__(self) -> str:
        return gettext("This file is larger than %(limit)s MB, the most that can be sent.") % {
            "limit": self.limit // 1_048_576
        }


class TypeNotAllowed(FileRefused):
    """``found`` is the media type told by the content, ``allowed`` those the place takes."""

    def __init__(self, found: str, allowed: frozenset[str]) -> None:
        super().__init__(found)
        self.found = found
        self.allowed = allowed

    def __str__(self) -> str:
        accepted = [str(name) for kind, name in TYPE_NAMES.items() if kind in self.allowed]
        found = str(TYPE_NAMES.get(self.found, TYPE_NAMES[rules.OTHER]))
        return gettext(
            "The content of this file is: %(found)s. What can be sent here: %(accepted)s."
        ) % {"found": found, "accepted": ", ".join(accepted)}


class BrokenFile(FileRefused):
    message = _("This file is damaged and cannot be opened. Save or scan it again.")


class UnreadableHeic(BrokenFile):
    message = _(
        "This HEIC photo cannot be read here. Save it as JPEG on the phone, or take a new photo"
        " with the camera set to “Most compatible”, and send that."
    )


class EncryptedPdf(FileRefused):
    message = _("This PDF is locked by a password. Remove the password and send it again.")


class ScriptInPdf(FileRefused):
    message = _(
        "This PDF contains a script or starts a program. Print it to a new PDF and send that."
    )


class TooManyPixels(FileRefused):
    """``limit`` in pixels."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit

    def __str__(self) -> str:
        return gettext(
            "This picture has more than %(limit)s million pixels. Take it at a lower resolution."
        ) % {"limit": self.limit // 1_000_000}


class MacroInDocument(FileRefused):
    message = _("This document contains macros. Save it without macros, or as a PDF.")


class InFile(FileRefused):
    """One of several files was refused: which one, and why."""

    def __init__(self, name: str, reason: FileRefused) -> None:
        super().__init__(name)
        self.name = name
        self.reason = reason

    def __str__(self) -> str:
        return str(format_lazy("{name}: {reason}", name=self.name, reason=str(self.reason)))
