"""What is wrong with the answers, said beside each question in the person's language."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone, translation
from django.utils.translation import gettext

from hoaphuong.forms.rules.answers import (
    UNREADABLE,
    ambiguous_number,
    looks_like_date,
    read_date,
)
from hoaphuong.forms.rules.questions import (
    ID_NUMBERS,
    Schema,
    communes,
    is_date,
    longest,
    widget_of,
)
from hoaphuong.forms.rules.wording import grouped
from hoaphuong.identity.rules import personal_number_fault, phone_valid, tax_code_valid

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError as SchemaFault

Errors = dict[str, list[str]]


def errors(
    schema: Schema, data: Mapping[str, Any], language: str, *, on: date | None = None
) -> Errors:
    """Every fault by the path of its question (``parcels.0.area_m2``), empty when all is well.

    The key ``""`` holds what belongs to no question. ``on`` is the day whose communes count.
    """
    from jsonschema import Draft202012Validator  # with the first answers, not with the server

    day = on or timezone.localdate()
    given = _without_gaps(data)
    found: Errors = {}
    with translation.override(language):
        for path, spec, value in _answers(schema, given):
            if message := _own_fault(spec, value, language, day):
                found[path] = [message]
        judged = set(found)
        for fault in Draft202012Validator(schema).iter_errors(given):
            for path, message in _schema_faults(schema, fault, language):
                if path not in judged and message not in found.setdefault(path, []):
                    found[path].append(message)
        for messages in found.values():
            # A number that is none also breaks every limit; the first reason is enough.
            del messages[2:]
    return found


def _without_gaps(data: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, list):
            value = [_without_gaps(row) if isinstance(row, Mapping) else row for row in value]
        if value is not None and value != "":
            kept[name] = value
    return kept


def _answers(schema: Schema, data: Mapping[str, Any]) -> list[tuple[str, Schema, Any]]:
    """(path, spec, value) of every answer, those of rows too."""
    found: list[tuple[str, Schema, Any]] = []
    for name, spec in schema.get("properties", {}).items():
        value = data.get(name)
        if spec.get("type") == "array" and isinstance(value, list):
            inner = spec.get("items", {})
            for number, row in enumerate(value):
                if isinstance(row, Mapping):
                    found += [
                        (f"{name}.{number}.{path}", part, answer)
                        for path, part, answer in _answers(inner, row)
                    ]
        elif value is not None:
            found.append((name, spec, value))
    return found


def _own_fault(spec: Schema, value: Any, language: str, on: date) -> str | None:
    """What a schema cannot say: unreadable characters, days, numbers, codes with a check."""
    if not isinstance(value, str):
        return None
    if UNREADABLE in value:
        return gettext("This holds a character that cannot be read. Type it again by hand.")
    kind, widget = spec.get("type"), spec.get("x-widget", "")
    if kind in {"integer", "number"} and "enum" not in spec:
        return _number_fault(value, language, whole=kind == "integer")
    if "enum" in spec or kind != "string":
        return None
    if is_date(spec):
        return _date_fault(value)
    if len(value) > longest(spec):
        return gettext("Write at most %(limit)s characters; there are %(found)s now.") % {
            "limit": grouped(longest(spec), language),
            "found": grouped(len(value), language),
        }
    if spec.get("format") == "email" or widget == "email":
        return _email_fault(value)
    if widget in ID_NUMBERS:
        return _personal_number_fault(value)
    if widget == "phone" and not phone_valid(value):
        return gettext("This is not a Vietnamese phone number. Write all its digits, 0 first.")
    if widget == "tax-code" and not tax_code_valid(value):
        return gettext("This tax code cannot be right. Read it again from the paper.")
    if widget == "division" and value not in {one.value for one in communes(on, language)}:
        return gettext("Choose a commune from the list.")
    return None


def _number_fault(text: str, language: str, *, whole: bool) -> str:
    if whole:
        return gettext("Write a whole number in digits.")
    if ambiguous_number(text.replace(" ", ""), language):
        sign = "." if language.startswith("en") else ","
        digits = re.sub("[^0-9]", "", text)
        return gettext("“%(text)s” can be read in two ways. Write %(whole)s or %(fraction)s.") % {
            "text": text,
            "whole": digits,
            "fraction": f"{digits[:-3]}{sign}{digits[-3:]}0",
        }
    return gettext("Write a number in digits, such as %(example)s.") % {
        "example": "12.5" if language.startswith("en") else "12,5"
    }


def _date_fault(text: str) -> str | None:
    if read_date(text):
        return None
    if looks_like_date(text):
        return gettext("There is no such day. Look at the day, the month and the year again.")
    return gettext("Write the day, month and year in digits, such as 25/03/2026.")


def _email_fault(text: str) -> str | None:
    try:
        validate_email(text)
    except ValidationError:
        return gettext("This is not an e-mail address, such as ten@example.vn.")
    return None


def _personal_number_fault(text: str) -> str | None:
    fault = personal_number_fault(text)
    if fault == "length":
        return exactly_digits(12)
    if fault:
        return gettext("This number cannot be right: its first three digits are no province.")
    return None


def exactly_digits(count: int) -> str:
    return gettext("Write exactly %(count)s digits.") % {"count": count}


def _schema_faults(schema: Schema, fault: "SchemaFault", language: str) -> list[tuple[str, str]]:
    """(path, message) pairs of one fault found by the schema."""
    place = [str(step) for step in fault.absolute_path]
    spec = fault.schema if isinstance(fault.schema, Mapping) else {}
    keyword = str(fault.validator)
    if keyword in {"required", "dependentRequired"} and isinstance(fault.instance, Mapping):
        wanted = fault.validator_value
        if keyword == "dependentRequired":
            wanted = [name for key in wanted if key in fault.instance for name in wanted[key]]
        return [
            (".".join([*place, name]), _missing(_spec_at(schema, [*place, name])))
            for name in wanted
            if name not in fault.instance
        ]
    if keyword == "additionalProperties":
        return []
    if keyword == "multipleOf" and _is_multiple(fault.instance, fault.validator_value):
        return []
    path = ".".join(place)
    if not _spec_at(schema, place):
        path = ""
    return [(path, _said(keyword, fault.validator_value, spec, language))]


def _spec_at(schema: Schema, place: list[str]) -> Schema:
    spec: Schema = schema
    for step in place:
        spec = spec.get("items", {}) if step.isdigit() else spec.get("properties", {}).get(step, {})
    return spec if place else {}


def _missing(spec: Schema) -> str:
    widget = widget_of(spec, required=True)
    if widget == "checkbox":
        return gettext("Tick this box to go on.")
    if widget in {"radio", "select"}:
        return gettext("Choose an answer.")
    return gettext("Add at least one.") if widget == "rows" else gettext("Fill this in.")


def _is_multiple(value: Any, step: Any) -> bool:
    # Binary fractions deceive: 0.29 is a multiple of 0.01.
    return bool(Decimal(str(value)) % Decimal(str(step)) == 0)


def _said(keyword: str, limit: Any, spec: Schema, language: str) -> str:
    """One fault of a value in words."""
    if keyword == "pattern":
        return _shape(str(limit), spec)
    if keyword in {"enum", "type"}:
        return gettext("Choose one of the answers offered.")
    if keyword == "const":
        return _missing(spec)
    messages = {
        "minimum": gettext("This must be %(limit)s or more."),
        "maximum": gettext("This must be %(limit)s or less."),
        "exclusiveMinimum": gettext("This must be more than %(limit)s."),
        "exclusiveMaximum": gettext("This must be less than %(limit)s."),
        "multipleOf": gettext("This must be a multiple of %(limit)s."),
        "minLength": gettext("This is too short: write %(limit)s or more characters."),
        "minItems": gettext("There are too few entries: give %(limit)s or more."),
        "maxItems": gettext("There are too many entries: the limit is %(limit)s."),
    }
    if keyword in messages:
        return messages[keyword] % {"limit": grouped(limit, language)}
    return gettext("Some answers do not agree with each other. Read them through again.")


def _shape(pattern: str, spec: Schema) -> str:
    """A pattern in words, as far as it is a plain count of digits."""
    if found := re.fullmatch(r"\^\[0-9\]\{(\d+)\}\$", pattern):
        return exactly_digits(int(found[1]))
    if found := re.fullmatch(r"\^\[0-9\]\{(\d+),(\d+)\}\$", pattern):
        return gettext("Write %(least)s to %(most)s digits.") % {
            "least": found[1],
            "most": found[2],
        }
    if pattern == "^[0-9]{10}(-[0-9]{3})?$":
        return gettext("Write 10 digits; for a branch, a hyphen and 3 more digits.")
    if pattern == "^0[0-9]{9}$":
        return gettext("Write 10 digits, 0 first.")
    if spec.get("examples"):
        return gettext("Write it like this: %(example)s.") % {"example": spec["examples"][0]}
    return gettext("This is not written in the expected way.")
