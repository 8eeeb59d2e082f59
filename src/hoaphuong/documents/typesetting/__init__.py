"""Official documents on paper: Decree 30/2020/NĐ-CP, Annex I; knows no database."""

from hoaphuong.documents.typesetting.faults import Fault, PaperRefused
from hoaphuong.documents.typesetting.paper import (
    Annex,
    Capacity,
    Kind,
    Meeting,
    Paper,
    Regulation,
    Scope,
    Secrecy,
    Signer,
    Urgency,
)
from hoaphuong.documents.typesetting.setting import Typeset, typeset

__all__ = [
    "Annex",
    "Capacity",
    "Fault",
    "Kind",
    "Meeting",
    "Paper",
    "PaperRefused",
    "Regulation",
    "Scope",
    "Secrecy",
    "Signer",
    "Typeset",
    "Urgency",
    "typeset",
]
