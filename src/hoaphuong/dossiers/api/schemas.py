"""What the API takes and gives; every text that comes in is bounded and plain."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import AfterValidator, ConfigDict, StringConstraints, model_validator

CODE_CHARS, NUMBER_CHARS, KEY_CHARS, NOTE_CHARS, PAGES = 24, 60, 32, 2_000, 10_000


def plain(text: str) -> str:
    """Text without NUL or a half of a surrogate pair, which no database holds."""
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("The text holds a character that cannot be stored.")
    return text


Note = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=NOTE_CHARS),
    AfterValidator(plain),
]


class Leaf(Schema):
    """Which page of a list."""

    page: Annotated[int, Field(ge=1, le=PAGES)] = 1


class Search(Leaf):
    """Words of a service's name, and its sector."""

    q: Annotated[str, Field(max_length=100), AfterValidator(plain)] = ""
    sector: Annotated[str, Field(max_length=200), AfterValidator(plain)] = ""


class Body(Schema):
    """A request's body: an unknown name in it is refused."""

    model_config = ConfigDict(extra="forbid")


class Remark(Body):
    note: Note = ""


class Question(Body):
    note: Annotated[Note, Field(min_length=1)]


class Decision(Body):
    """Granted or refused; a refusal says why."""

    outcome: Literal["granted", "refused"]
    note: Note = ""

    @model_validator(mode="after")
    def refusal_says_why(self) -> "Decision":
        if self.outcome == "refused" and not self.note:
            raise ValueError("A refusal needs a note: the applicant reads it.")
        return self


class Problem(Schema):
    """What was wrong: a sentence, or a list that names each bad field."""

    detail: Any


class ProcedureLine(Schema):
    code: str
    name: str
    name_en: str
    sector: str
    offered_online: bool


class ProcedurePage(Schema):
    items: list[ProcedureLine]
    page: int
    more: bool
    total: int


class Limit(Schema):
    amount: int
    unit: str


class FeeLine(Schema):
    """A sum in VND; null where the published text states none."""

    amount: int | None
    kind: str
    per: str
    text: str


class Way(Schema):
    """One way to apply; null as limit where the published text states none."""

    channel: str
    limit: Limit | None
    fees: list[FeeLine]
    raw_limit: str
    raw_fee: str
    description: str


class Paper(Schema):
    name: str
    originals: int | None
    copies: int
    form_code: str
    group: str


class ProcedureFull(ProcedureLine):
    agency: str
    levels: list[str]
    decision: str
    legal_bases: list[str]
    applicants: list[str]
    channels: list[Way]
    documents: list[Paper]
    steps: str
    requirements: str
    result: str
    limit_note: str
    fee_note: str
    updated_at: datetime


class Tracked(Schema):
    """What anyone may know of a dossier: its state and its dates, nobody's name."""

    number: str
    procedure: str
    procedure_en: str
    agency: str
    status: int
    status_name: str
    submitted_at: datetime
    received_on: date | None
    due_on: date | None
    decided_on: date | None
    returned_on: date | None


class DossierLine(Schema):
    key: str
    number: str
    procedure: str
    procedure_name: str
    agency: str
    channel: str
    status: int
    status_name: str
    submitted_at: datetime
    received_on: date | None
    due_on: date | None
    decided_on: date | None
    outcome: str
    returned_on: date | None


class DossierPage(Schema):
    items: list[DossierLine]
    page: int
    more: bool


class DossierFull(DossierLine):
    applicant_name: str
    applicant_kind: str
    form: dict[str, Any]
