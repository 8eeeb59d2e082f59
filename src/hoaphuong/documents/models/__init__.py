"""Official documents: what an agency issues, what reaches it, and what is to be done about it."""

from hoaphuong.documents.models.changes import Change
from hoaphuong.documents.models.copies import Copy
from hoaphuong.documents.models.incoming import Assignment, Incoming
from hoaphuong.documents.models.outgoing import (
    AFTER_SIGNING,
    WITH_NUMBER,
    Attachment,
    Comment,
    Document,
    DocumentFile,
    Recipient,
    Status,
    Version,
)
from hoaphuong.documents.models.register import RegisterEntry, RegisterHead

__all__ = [
    "AFTER_SIGNING",
    "WITH_NUMBER",
    "Assignment",
    "Attachment",
    "Change",
    "Comment",
    "Copy",
    "Document",
    "DocumentFile",
    "Incoming",
    "Recipient",
    "RegisterEntry",
    "RegisterHead",
    "Status",
    "Version",
]
