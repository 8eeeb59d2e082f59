"""What the forms app tells others: a form ready to be shown, and a draft."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Option:
    """One answer offered by a select or radio field."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True)
class Row:
    """One entry of a repeating group, with its bound fields."""

    name: str
    id: str
    label: str
    fields: tuple["Field", ...]


@dataclass(frozen=True)
class Field:
    """One question of a form in one language; ``value`` and ``errors`` once it is bound.

    ``name`` is the path in the data (``parcels.0.area_m2``), ``widget`` how it is drawn (text,
    textarea, select, radio, checkbox, rows), ``type`` the input's HTML type, ``privacy`` one of
    public, internal, personal, sensitive.
    """

    name: str
    id: str
    label: str
    help: str
    widget: str
    type: str
    required: bool
    privacy: str
    options: tuple[Option, ...] = ()
    placeholder: str = ""
    autocomplete: str = ""
    inputmode: str = ""
    max_length: int | None = None
    section: str = ""
    items: tuple["Field", ...] = ()
    max_items: int = 0
    value: str = ""
    checked: bool = False
    errors: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()

    @property
    def described_by(self) -> str:
        """Ids of the help and the error, for ``aria-describedby``."""
        parts = [(self.help, f"{self.id}-help"), (self.errors, f"{self.id}-error")]
        return " ".join(id for shown, id in parts if shown)

    @property
    def may_grow(self) -> bool:
        return len(self.rows) < self.max_items

    @property
    def next_row_id(self) -> str:
        """The id that the next row will have."""
        return f"{self.id}-{len(self.rows)}"


@dataclass(frozen=True)
class Section:
    """Questions under one heading; an empty title has none."""

    id: str
    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Form:
    """What the template ``forms/form.html`` draws; ``summary`` holds (id of the input, text)."""

    title: str
    help: str
    sections: tuple[Section, ...]
    summary: tuple[tuple[str, str], ...]

    @property
    def has_rows(self) -> bool:
        return any(field.widget == "rows" for part in self.sections for field in part.fields)


@dataclass(frozen=True)
class DraftFacts:
    """A draft as its owner may see it; ``files`` holds keys of stored files by part."""

    key: str
    account: str
    form: str
    data: dict[str, Any]
    files: dict[str, list[str]]
    updated_at: datetime
