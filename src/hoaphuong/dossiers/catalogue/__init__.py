"""Reads published files of administrative procedures into records; touches no database."""

from hoaphuong.dossiers.catalogue.merging import richer
from hoaphuong.dossiers.catalogue.readers import read
from hoaphuong.dossiers.catalogue.records import (
    ChannelTerms,
    DocumentPart,
    Fee,
    ProcedureRecord,
    Reject,
    TimeLimit,
    content_hash,
    from_plain,
    to_plain,
)
from hoaphuong.dossiers.catalogue.rows import corrected_row, record_or_reject
from hoaphuong.dossiers.catalogue.shipped import (
    ShippedProcedure,
    form_schema,
    record_of,
    shipped,
    shipped_records,
)
from hoaphuong.dossiers.catalogue.sources import Bounds, UnreadableSource
from hoaphuong.dossiers.catalogue.terms import channel_terms, fees, time_limits

__all__ = [
    "Bounds",
    "ChannelTerms",
    "DocumentPart",
    "Fee",
    "ProcedureRecord",
    "Reject",
    "ShippedProcedure",
    "TimeLimit",
    "UnreadableSource",
    "channel_terms",
    "content_hash",
    "corrected_row",
    "fees",
    "form_schema",
    "from_plain",
    "read",
    "record_of",
    "record_or_reject",
    "richer",
    "shipped",
    "shipped_records",
    "time_limits",
    "to_plain",
]
