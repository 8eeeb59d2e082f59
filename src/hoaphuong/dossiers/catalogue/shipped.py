"""The procedures the program brings with it: plain facts from the portal's pages, and six forms."""

import json
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hoaphuong.dossiers.catalogue.records import (
    ChannelTerms,
    DocumentPart,
    Fee,
    ProcedureRecord,
    TimeLimit,
)
from hoaphuong.dossiers.catalogue.wording import is_code

DATA = Path(__file__).resolve().parents[1] / "data"


@dataclass(frozen=True)
class ShippedDocument:
    """One paper of a shipped procedure; `required` asks for it with every application."""

    key: str
    name: str
    name_en: str
    required: bool


@dataclass(frozen=True)
class ShippedProcedure:
    """One shipped procedure; `online_form` means a form and its schema ship with it.

    `limit_note` and `fee_note` say in Vietnamese what the figures leave out, such as a fee that the
    city's People's Council sets.
    """

    code: str
    name: str
    name_en: str
    sector: str
    sector_name: str
    levels: tuple[str, ...]
    decision: str
    channels: tuple[ChannelTerms, ...]
    limit_note: str
    fee_note: str
    documents: tuple[ShippedDocument, ...]
    source: str
    online_form: bool


@cache
def shipped() -> tuple[ShippedProcedure, ...]:
    """Every shipped procedure, by sector and code; raises ValueError for a bad or double code."""
    found: dict[str, ShippedProcedure] = {}
    for path in sorted((DATA / "procedures").glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["procedure"]:
            procedure = _procedure(entry, sector=path.stem)
            if not is_code(procedure.code) or procedure.code in found:
                raise ValueError(f"{path.name}: bad or double code {procedure.code}")
            found[procedure.code] = procedure
    return tuple(found.values())


def record_of(ours: ShippedProcedure) -> ProcedureRecord:
    """A shipped procedure as a record of the poorest kind, which any imported file adds to."""
    notes = {"limit_note": ours.limit_note, "fee_note": ours.fee_note, "url": ours.source}
    return ProcedureRecord(
        code=ours.code,
        name=ours.name,
        sector=ours.sector_name,
        sector_code=None,
        agency="",
        levels=ours.levels,
        decision=ours.decision,
        legal_bases=(),
        applicants=(),
        channels=ours.channels,
        documents=tuple(DocumentPart(paper.name, None, 0) for paper in ours.documents),
        steps_text="",
        requirements_text="",
        result_text="",
        raw={key: text for key, text in notes.items() if text},
        source="shipped",
    )


def shipped_records() -> list[ProcedureRecord]:
    """Every shipped procedure as a record."""
    return [record_of(one) for one in shipped()]


def form_schema(code: str) -> dict[str, Any]:
    """The JSON Schema of a procedure's form; raises LookupError where none ships."""
    if code not in {procedure.code for procedure in shipped() if procedure.online_form}:
        raise LookupError(code)
    return json.loads((DATA / "forms" / f"{code}.json").read_text(encoding="utf-8"))


def _procedure(entry: dict[str, Any], *, sector: str) -> ShippedProcedure:
    return ShippedProcedure(
        code=entry["code"],
        name=entry["name"],
        name_en=entry["name_en"],
        sector=sector,
        sector_name=entry["sector_name"],
        levels=tuple(entry["levels"]),
        decision=entry["decision"],
        channels=tuple(_terms(terms) for terms in entry["channels"]),
        limit_note=entry.get("limit_note", ""),
        fee_note=entry.get("fee_note", ""),
        documents=tuple(
            ShippedDocument(paper["key"], paper["name"], paper["name_en"], paper["required"])
            for paper in entry.get("documents", [])
        ),
        source=entry["source"],
        online_form=entry.get("online_form", False),
    )


def _terms(terms: dict[str, Any]) -> ChannelTerms:
    limit = TimeLimit(terms["limit"], terms["unit"]) if "limit" in terms else None
    return ChannelTerms(
        channel=terms["channel"],
        limit=limit,
        fees=_fees(terms),
        raw_limit="",
        raw_fee="",
        description="",
    )


def _fees(terms: dict[str, Any]) -> tuple[Fee, ...]:
    if "fee_vnd" not in terms:
        return ()
    return (Fee(terms["fee_vnd"], terms["fee_kind"], terms.get("per", ""), ""),)
