"""Kinds of official document and their abbreviations: Decree 30/2020/NĐ-CP, Annex III, table 1."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Kind:
    """``directive`` ones may give tasks to agencies; ``letter`` is the công văn, without a name."""

    code: str
    name: str  # as it is printed
    label: Any
    directive: bool = False
    letter: bool = False


KINDS = {
    kind.code: kind
    for kind in (
        Kind("QĐ", "QUYẾT ĐỊNH", _("Decision"), directive=True),
        Kind("CV", "", _("Official letter"), directive=True, letter=True),
        Kind("TB", "THÔNG BÁO", _("Notice"), directive=True),
        Kind("BC", "BÁO CÁO", _("Report")),
        Kind("KH", "KẾ HOẠCH", _("Plan"), directive=True),
        Kind("TTr", "TỜ TRÌNH", _("Submission")),
        Kind("GM", "GIẤY MỜI", _("Invitation")),
        Kind("BB", "BIÊN BẢN", _("Minutes")),
        Kind("CĐ", "CÔNG ĐIỆN", _("Official telegram"), directive=True),
    )
}
URGENCIES = {
    "": _("Ordinary"),
    "KHẨN": _("Urgent"),
    "THƯỢNG KHẨN": _("Very urgent"),
    "HỎA TỐC": _("Most urgent"),
}
PREFIXES = {
    "": _("In one's own office"),
    "TM.": _("On behalf of the collective (TM.)"),
    "Q.": _("Acting head (Q.)"),
    "KT.": _("Deputy for the head (KT.)"),
    "TL.": _("By order (TL.)"),
    "TUQ.": _("By authorisation (TUQ.)"),
}
