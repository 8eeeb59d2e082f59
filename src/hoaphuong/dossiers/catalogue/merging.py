"""Merges what several files say about one procedure, the same in whatever order they come."""

from dataclasses import asdict, is_dataclass, replace
from typing import Any

from hoaphuong.dossiers.catalogue.records import (
    MERGED,
    RANK,
    ChannelTerms,
    ProcedureRecord,
    canonical,
)


def richer(a: ProcedureRecord, b: ProcedureRecord) -> ProcedureRecord:
    """Both records in one: each field from the richer file that states it.

    Commutative, associative and idempotent, because each field is the greatest of a total order:
    stated before silent, terms with a time limit before terms without, then the kind of file,
    then the longer text, then the text itself.
    Raises ValueError for two different codes.
    """
    if a.code != b.code:
        raise ValueError(f"two codes: {a.code} and {b.code}")
    fields: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for name in MERGED:
        value, origin = max((_said(a, name), _said(b, name)), key=_weight)
        fields[name] = value
        if origin:
            origins[name] = origin
    raw: dict[str, str] = {}
    for name in sorted(a.raw.keys() | b.raw.keys()):
        value, origin = max((_kept(a, name), _kept(b, name)), key=_weight)
        raw[name] = value
        origins[f"raw.{name}"] = origin
    source = max(a.source, b.source, key=RANK.__getitem__)
    return replace(a, **fields, raw=raw, source=source, origins=origins)


def _said(record: ProcedureRecord, name: str) -> tuple[Any, str]:
    value = getattr(record, name)
    return value, (record.origins.get(name, record.source) if value else "")


def _kept(record: ProcedureRecord, name: str) -> tuple[str, str]:
    if name not in record.raw:
        return "", ""
    return record.raw[name], record.origins.get(f"raw.{name}", record.source)


def _weight(said: tuple[Any, str]) -> tuple[bool, bool, int, int, str]:
    value, origin = said
    spelled = canonical(_plain(value))
    return (bool(value), _timed(value), RANK.get(origin, 0), len(spelled), spelled)


def _timed(value: Any) -> bool:
    """Whether these are terms with a time limit: without one no dossier has a due date."""
    terms = value if isinstance(value, tuple) else ()
    return any(isinstance(one, ChannelTerms) and one.limit for one in terms)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [asdict(item) if is_dataclass(item) else item for item in value]  # type: ignore[arg-type]
    return value
