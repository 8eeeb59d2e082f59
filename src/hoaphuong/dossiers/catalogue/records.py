"""What one published procedure says, as frozen values with no database behind them."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Channel = Literal["direct", "online", "post"]
LimitUnit = Literal[
    "working_day",
    "half_working_day",
    "day",
    "week",
    "month",
    "year",
    "working_hour",
    "hour",
    "minute",
]
FeeKind = Literal["fee", "charge", "free", "unknown"]
SourceKind = Literal["shipped", "index", "portal-xlsx", "local", "full"]

# A later kind says more about a procedure than an earlier one: docs/procedure-import.md.
RANK: dict[str, int] = {"shipped": 0, "index": 1, "portal-xlsx": 2, "local": 3, "full": 4}


@dataclass(frozen=True)
class TimeLimit:
    """A length of time as published; 0 working days means before the same day ends."""

    amount: int
    unit: LimitUnit


@dataclass(frozen=True)
class Fee:
    """One sum in VND; `amount` is None where the text states none or contradicts itself.

    `kind` follows the Law on Fees and Charges 97/2015/QH13, Article 3: phí is a fee, lệ phí a
    charge. `per` is what one payment covers, in the text's own words.
    """

    amount: int | None
    kind: FeeKind
    per: str
    text: str


@dataclass(frozen=True)
class ChannelTerms:
    """What one way of submitting costs and takes; a procedure may list a channel more than once."""

    channel: Channel
    limit: TimeLimit | None
    fees: tuple[Fee, ...]
    raw_limit: str
    raw_fee: str
    description: str


@dataclass(frozen=True)
class DocumentPart:
    """One line of the list of papers; zero originals and zero copies marks a remark.

    `originals` is None where the count runs into digits that may belong to the name.
    """

    name: str
    originals: int | None
    copies: int
    form_code: str = ""
    group: str = ""


@dataclass(frozen=True)
class ProcedureRecord:
    """One procedure, from one file or merged from several.

    `raw` keeps every cell of the file under the file's own column name. `origins` names the kind of
    file each field came from, so that merging gives the same answer in any order.
    """

    code: str
    name: str
    sector: str
    sector_code: str | None
    agency: str
    levels: tuple[str, ...]
    decision: str
    legal_bases: tuple[str, ...]
    applicants: tuple[str, ...]
    channels: tuple[ChannelTerms, ...]
    documents: tuple[DocumentPart, ...]
    steps_text: str
    requirements_text: str
    result_text: str
    raw: dict[str, str]
    source: SourceKind
    origins: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.origins:
            stated = [name for name in MERGED if getattr(self, name)]
            names = [*stated, *(f"raw.{key}" for key in self.raw)]
            object.__setattr__(self, "origins", dict.fromkeys(names, self.source))

    @property
    def richness(self) -> int:
        """Number of fields that say something."""
        return sum(1 for name in MERGED if getattr(self, name))


# Every field that merging chooses by itself; the rest is the key or follows from these.
MERGED = (
    "name",
    "sector",
    "sector_code",
    "agency",
    "levels",
    "decision",
    "legal_bases",
    "applicants",
    "channels",
    "documents",
    "steps_text",
    "requirements_text",
    "result_text",
)


@dataclass(frozen=True)
class Reject:
    """A row that gave no record; `line` counts from 1 in the file (in a JSON array, its items).

    `reason` is an English msgid for people; `reason_code` is for programs.
    """

    source: str
    line: int
    code: str | None
    name: str | None
    reason_code: str
    reason: str
    raw: str


def to_plain(record: ProcedureRecord) -> dict[str, Any]:
    """The record as JSON types, lossless: `from_plain(to_plain(r)) == r`."""
    return json.loads(canonical(asdict(record)))


def from_plain(plain: dict[str, Any]) -> ProcedureRecord:
    """The record that `to_plain` gave; raises KeyError or TypeError on anything else."""
    channels = tuple(
        ChannelTerms(
            **{
                **terms,
                "limit": TimeLimit(**terms["limit"]) if terms["limit"] else None,
                "fees": tuple(Fee(**fee) for fee in terms["fees"]),
            }
        )
        for terms in plain["channels"]
    )
    lists = {name: tuple(plain[name]) for name in ("levels", "legal_bases", "applicants")}
    documents = tuple(DocumentPart(**part) for part in plain["documents"])
    return ProcedureRecord(**{**plain, **lists, "channels": channels, "documents": documents})


def content_hash(record: ProcedureRecord) -> str:
    """SHA-256 of everything the record holds, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(asdict(record)).encode()).hexdigest()


def canonical(value: object) -> str:
    """One spelling of a value as JSON, so that equal values compare and hash alike."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=asdict
    )
