"""The shape of a raw table: one per event, its columns read off the contract's own type hints."""

import json
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from hoaphuong.kernel.discovery import modules
from hoaphuong.kernel.values import Money

INSTANT = pa.timestamp("us", tz="UTC")
ENVELOPE = pa.schema(
    [
        pa.field("event_uuid", pa.string(), nullable=False),
        pa.field("journal_batch", pa.int64(), nullable=False),
        pa.field("journal_position", pa.int32(), nullable=False),
        pa.field("by", pa.string(), nullable=False),
        pa.field("occurred_at", INSTANT, nullable=False),
        pa.field("recorded_at", INSTANT, nullable=False),
    ]
)
# What no contract of today describes is kept as it came, so that nothing sealed is ever lost.
REFUSED = "raw_kernel__refused"
REFUSED_SCHEMA = pa.schema(
    [
        *ENVELOPE,
        pa.field("name", pa.string(), nullable=False),
        pa.field("body", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
    ]
)
PLAIN: dict[type, pa.DataType] = {
    str: pa.string(),
    bool: pa.bool_(),
    int: pa.int64(),
    date: pa.date32(),
    datetime: INSTANT,
    Decimal: pa.decimal128(18, 2),
}
AMOUNT = pa.decimal128(18, 2)

# One event as the drain reads it: uuid, batch, position, by, occurred_at, recorded_at, body.
Entry = tuple[Any, int, int, str, Any, Any, str]


class NoColumn(TypeError):
    """A contract field of a kind that events may not carry."""


@cache
def contracts() -> dict[str, type]:
    """Every event class of the house by its name, such as ``dossiers.dossier_decided``."""
    found: dict[str, type] = {}
    for module in modules("contracts"):
        for thing in vars(module).values():
            own = getattr(thing, "__module__", "").split(".")[:3] == module.__name__.split(".")
            if own and is_event(thing):
                assert thing.name not in found, f"{thing.name} is declared twice"
                found[thing.name] = thing
    return found


def is_event(thing: Any) -> bool:
    """An event is a dataclass that names itself; an answer to another app does not."""
    name = getattr(thing, "name", None)
    return isinstance(thing, type) and is_dataclass(thing) and isinstance(name, str)


def table_name(event: str) -> str:
    """``dossiers.dossier_decided`` is kept in ``raw_dossiers__dossier_decided``."""
    app, _, fact = event.partition(".")
    return f"raw_{app}__{fact}"


def _kind(hint: Any) -> tuple[type, bool]:
    """The bare type of a hint, and whether it may be absent."""
    if get_origin(hint) in (UnionType, Union):
        kinds = [part for part in get_args(hint) if part is not NoneType]
        if len(kinds) == 1 and len(get_args(hint)) == 2:
            return kinds[0], True
    return hint, False


def contract_kinds(contract: type) -> dict[str, tuple[type, bool]]:
    """Field → (kind, may be null); a field with a default is newer than some stored events."""
    hints = get_type_hints(contract)
    found = {}
    for field in fields(contract):
        kind, optional = _kind(hints[field.name])
        bare = next((plain for plain in (Money, *PLAIN) if _is(kind, plain)), None)
        if bare is None:
            raise NoColumn(f"{contract.__name__}.{field.name}: {kind} has no column.")
        has_default = not (_missing(field.default) and _missing(field.default_factory))
        found[field.name] = (bare, optional or has_default)
    return found


def _missing(default: Any) -> bool:
    return type(default).__name__ == "_MISSING_TYPE"


def _is(kind: Any, plain: type) -> bool:
    # bool is an int and datetime a date to Python; their columns are not.
    if kind in (bool, datetime):
        return kind is plain
    return isinstance(kind, type) and issubclass(kind, plain)


@cache
def schema(contract: type) -> pa.Schema:
    """The columns of a contract's raw table; Money takes two, an amount and its currency."""
    columns = list(ENVELOPE)
    taken = set(ENVELOPE.names)
    for name, (kind, optional) in contract_kinds(contract).items():
        if kind is Money:
            new = [
                pa.field(f"{name}_amount", AMOUNT, nullable=optional),
                pa.field(f"{name}_currency", pa.string(), nullable=optional),
            ]
        else:
            new = [pa.field(name, PLAIN[kind], nullable=optional)]
        for column in new:
            if column.name in taken:
                raise NoColumn(f"{contract.__name__}: the column {column.name} is taken.")
            taken.add(column.name)
            columns.append(column)
    return pa.schema(columns)


def rows(contract: type, entries: list[Entry]) -> tuple[pa.Table, list[tuple[Entry, str]]]:
    """Events as rows of their raw table, and those whose body is not what the contract says."""
    try:
        return _columns(contract, entries), []
    except (pa.ArrowException, ValueError) as error:
        if len(entries) == 1:
            return schema(contract).empty_table(), [(entries[0], str(error)[:300])]
    half = len(entries) // 2
    good, bad = zip(rows(contract, entries[:half]), rows(contract, entries[half:]), strict=True)
    return pa.concat_tables(good), [*bad[0], *bad[1]]


def refused(entries: list[tuple[Entry, str, str]]) -> pa.Table:
    """(entry, event, reason) as rows of the table of what was refused."""
    columns = _envelope([entry for entry, _name, _reason in entries])
    columns += [
        pa.array([name for _entry, name, _reason in entries]),
        pa.array([entry[6] for entry, _name, _reason in entries]),
        pa.array([reason for _entry, _name, reason in entries]),
    ]
    return pa.Table.from_arrays(columns, schema=REFUSED_SCHEMA)


def _instants(values: list[Any]) -> pa.Array:
    # A drain reads moments as text in UTC, whatever the database.
    if values and isinstance(values[0], str):
        return pc.cast(pc.cast(pa.array(values, pa.string()), pa.timestamp("us")), INSTANT)
    return pa.array(values, INSTANT)


def _uuid(value: Any) -> str:
    return str(value if isinstance(value, UUID) else UUID(value))


def _dashed(values: tuple[Any, ...]) -> list[str]:
    """Keys as PostgreSQL writes them; SQLite's have no dashes."""
    if values and isinstance(values[0], str):
        if len(values[0]) == 36:
            return list(values)
        if len(values[0]) == 32:
            return [f"{v[:8]}-{v[8:12]}-{v[12:16]}-{v[16:20]}-{v[20:]}" for v in values]
    return [_uuid(value) for value in values]


def _envelope(entries: list[Entry]) -> list[pa.Array]:
    uuid, batch, position, by, occurred_at, recorded_at, _body = zip(*entries, strict=True)
    return [
        pa.array(_dashed(uuid)),
        pa.array(batch, pa.int64()),
        pa.array(position, pa.int32()),
        pa.array(by, pa.string()),
        _instants(list(occurred_at)),
        _instants(list(recorded_at)),
    ]


@cache
def _read_as(contract: type) -> pa.Schema:
    """The kinds the JSON reader is told; dates, moments and amounts are texts in JSON."""
    money = pa.struct([("amount", pa.string()), ("currency", pa.string())])
    told = {Money: money, date: pa.string(), datetime: pa.string(), Decimal: pa.string()}
    return pa.schema(
        [
            (name, told.get(kind, PLAIN.get(kind)))
            for name, (kind, _optional) in contract_kinds(contract).items()
        ]
    )


def _columns(contract: type, entries: list[Entry]) -> pa.Table:
    if not entries:
        return schema(contract).empty_table()
    wanted = _read_as(contract)
    lines = "\n".join(entry[6] for entry in entries).encode()
    read = pj.read_json(
        pa.BufferReader(lines),
        read_options=pj.ReadOptions(block_size=max(1 << 22, len(lines) // 2)),
        parse_options=pj.ParseOptions(explicit_schema=wanted, unexpected_field_behavior="ignore"),
    )
    if read.num_rows != len(entries):
        raise ValueError(f"{len(entries)} bodies read as {read.num_rows} rows")
    columns: list[Any] = list(_envelope(entries))
    for name, (kind, _optional) in contract_kinds(contract).items():
        column = read.column(name)
        if kind is Money:
            columns.append(pc.cast(pc.struct_field(column, "amount"), AMOUNT))
            columns.append(pc.struct_field(column, "currency"))
        else:
            columns.append(pc.cast(column, PLAIN[kind]))
    target = schema(contract)
    for field, column in zip(target, columns, strict=True):
        if not field.nullable and column.null_count:
            raise ValueError(f"{field.name} is missing")
    return pa.Table.from_arrays(columns, schema=target)


def body_of_row(contract: type, row: dict[str, Any]) -> str:
    """The event's canonical JSON again, from its row: what a comparison with the journal needs."""
    body: dict[str, Any] = {}
    value: Any
    for name, (kind, _optional) in contract_kinds(contract).items():
        if kind is Money:
            amount, currency = row[f"{name}_amount"], row[f"{name}_currency"]
            value = None
            if amount is not None:
                value = {"amount": Money(amount).written, "currency": currency}
        else:
            value = row[name]
            if isinstance(value, date):
                value = value.isoformat()
        body[name] = value
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
