"""The questions of a schema in one language."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext

from hoaphuong.forms.contracts import Field, Option
from hoaphuong.kernel.folding import fold
from hoaphuong.reference import queries as reference

Schema = Mapping[str, Any]

LONGEST_LINE = 500
LONGEST_TEXT = 5_000
MOST_ROWS = 50
ID_NUMBERS = {"personal-number", "identity-number"}
_TYPES = {"string", "integer", "number", "boolean"}
_INPUT_TYPES = {"email": "email", "phone": "tel"}
_INPUT_MODES = {"integer": "numeric", "number": "decimal"}
_AUTOCOMPLETE = {
    "full_name": "name",
    "phone": "tel",
    "email": "email",
    "birth_date": "bday",
    "address": "street-address",
}


class SchemaNotSupported(Exception):
    """The schema asks for something that cannot be drawn without JavaScript."""


def in_order(schema: Schema) -> list[tuple[str, Schema]]:
    """Properties in the order of ``x-order``; those it leaves out follow."""
    properties = schema.get("properties", {})
    named = [name for name in schema.get("x-order", ()) if name in properties]
    return [(name, properties[name]) for name in dict.fromkeys([*named, *properties])]


def worded(spec: Schema, keyword: str, language: str) -> str:
    """``title`` or ``description`` (or an x- word) in a language; Vietnamese when it lacks one."""
    english = spec.get(f"x-{keyword.removeprefix('x-')}-en") if language.startswith("en") else None
    return str(english or spec.get(keyword, ""))


def widget_of(spec: Schema, *, required: bool) -> str:
    """How a question is drawn.

    A yes-or-no that must be answered gets two radio buttons, since an empty box is no answer; one
    that must be ``true`` (a declaration) and one that may be left out get a box.
    """
    asked = spec.get("x-widget", "")
    if spec.get("type") == "array":
        return "rows"
    if spec.get("type") == "boolean":
        declared = spec.get("const") is True
        return "radio" if not declared and (required or asked == "radio") else "checkbox"
    if "enum" in spec:
        return "radio" if asked == "radio" else "select"
    if asked == "division":
        return "select"
    return "textarea" if asked == "textarea" else "text"


def is_date(spec: Schema) -> bool:
    return spec.get("format") == "date" or spec.get("x-widget") == "date"


def longest(spec: Schema) -> int:
    """The most characters a text may have; without ``maxLength``, 500 a line, 5,000 a text."""
    house = LONGEST_TEXT if spec.get("x-widget") == "textarea" else LONGEST_LINE
    return int(spec.get("maxLength", house))


def written_choice(value: Any) -> str:
    """An enum's value as it travels in a form."""
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


@lru_cache(maxsize=16)
def communes(on: date, language: str) -> tuple[Option, ...]:
    """The communes in force on a day, by name."""
    english = language.startswith("en")
    found = reference.divisions(on, level="commune")
    options = [Option(one.code, one.name_en if english else one.name_vi) for one in found]
    return tuple(sorted(options, key=lambda option: fold(option.label)))


def fields(schema: Schema, language: str, *, on: date | None = None) -> tuple[Field, ...]:
    """Every question in order; ``on`` is the day whose communes are offered, today if None.

    SchemaNotSupported for a type other than text, number, boolean or a list of objects.
    """
    day = on or timezone.localdate()
    required = set(schema.get("required", ()))
    with translation.override(language):
        return tuple(
            _field(name, spec, language, day, required=name in required, nested=False)
            for name, spec in in_order(schema)
        )


def _field(
    name: str, spec: Schema, language: str, on: date, *, required: bool, nested: bool
) -> Field:
    kind = spec.get("type")
    if kind == "array" and not nested and spec.get("items", {}).get("type") == "object":
        return _rows_field(name, spec, language, on, required=required)
    if not isinstance(kind, str) or kind not in _TYPES:
        raise SchemaNotSupported(f"{name}: {kind!r} is not drawn here.")
    widget = widget_of(spec, required=required)
    asked = spec.get("x-widget", "")
    dated = is_date(spec)
    privacy = spec.get("x-privacy", "sensitive")
    inputmode = _INPUT_MODES.get(kind, "")
    if asked in ID_NUMBERS or dated:
        inputmode = "numeric"
    return Field(
        name=name,
        id=id_of(name),
        label=worded(spec, "title", language) or name,
        help=worded(spec, "description", language),
        widget=widget,
        type=_INPUT_TYPES.get(asked) or _INPUT_TYPES.get(spec.get("format", ""), "text"),
        required=required,
        privacy=privacy,
        options=_options(spec, language, on),
        placeholder=gettext("dd/mm/yyyy") if dated else "",
        # Another person may use this phone or this computer next.
        autocomplete="off"
        if privacy == "sensitive"
        else ""
        if nested
        else _AUTOCOMPLETE.get(name, ""),
        inputmode=inputmode if widget == "text" else "",
        max_length=longest(spec) if kind == "string" and not dated else None,
        section=worded(spec, "x-section", language),
    )


def _rows_field(name: str, spec: Schema, language: str, on: date, *, required: bool) -> Field:
    items = spec["items"]
    asked = set(items.get("required", ()))
    return Field(
        name=name,
        id=id_of(name),
        label=worded(spec, "title", language) or name,
        help=worded(spec, "description", language),
        widget="rows",
        type="",
        required=required or spec.get("minItems", 0) > 0,
        privacy=spec.get("x-privacy", "sensitive"),
        section=worded(spec, "x-section", language),
        items=tuple(
            _field(inner, part, language, on, required=inner in asked, nested=True)
            for inner, part in in_order(items)
        ),
        max_items=int(spec.get("maxItems", MOST_ROWS)),
    )


def id_of(path: str) -> str:
    """The HTML id of a question, fit for a link and for ``label for``."""
    return "f-" + path.replace(".", "-")


def _options(spec: Schema, language: str, on: date) -> tuple[Option, ...]:
    if "enum" in spec:
        english = language.startswith("en")
        titles = (english and spec.get("x-enum-titles-en")) or spec.get("x-enum-titles") or ()
        if isinstance(titles, Mapping):
            titles = [titles.get(written_choice(value), value) for value in spec["enum"]]
        labels = [*titles, *spec["enum"][len(titles) :]]
        return tuple(
            Option(written_choice(value), str(label))
            for value, label in zip(spec["enum"], labels, strict=False)
        )
    if spec.get("x-widget") == "division":
        return communes(on, language)
    if spec.get("type") == "boolean":
        return (Option("true", gettext("Yes")), Option("false", gettext("No")))
    return ()


def initial(schema: Schema) -> dict[str, Any]:
    """The data of a form nobody has touched: the schema's ``default`` values."""
    return {
        name: spec["default"] for name, spec in in_order(schema) if spec.get("default") is not None
    }
