"""Binds the answers and their faults to the questions, ready to be drawn."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from hoaphuong.forms.contracts import Field, Form, Row, Section
from hoaphuong.forms.rules.questions import Schema, fields, id_of, is_date, worded, written_choice
from hoaphuong.forms.rules.wording import typed

Errors = Mapping[str, list[str]]


def render(
    schema: Schema,
    data: Mapping[str, Any],
    errors: Errors,
    language: str,
    *,
    on: date | None = None,
) -> Form:
    """The form with everything that was typed and each fault beside its question.

    Draw it with ``{% include "forms/form.html" %}`` inside the page's own ``<form>``.
    """
    bound = [
        _bind(field, schema["properties"][field.name], data.get(field.name), errors, language)
        for field in fields(schema, language, on=on)
    ]
    titles = dict.fromkeys(field.section for field in bound)
    sections = tuple(
        Section(
            id=f"s-{number}",
            title=title,
            fields=tuple(field for field in bound if field.section == title),
        )
        for number, title in enumerate(titles)
    )
    shown = [pair for field in bound for pair in _summary(field, "")]
    loose = [("", message) for message in errors.get("", ())]
    return Form(
        title=worded(schema, "title", language),
        help=worded(schema, "description", language),
        sections=sections,
        summary=tuple(loose + shown),
    )


def _bind(field: Field, spec: Schema, value: Any, errors: Errors, language: str) -> Field:
    found = tuple(errors.get(field.name, ()))
    if field.widget == "rows":
        return replace(field, errors=found, rows=_rows(field, spec, value, errors, language))
    chosen = written_choice(value) if value is not None else ""
    return replace(
        field,
        errors=found,
        value=typed(value, language, dated=is_date(spec)),
        checked=value is True,
        options=tuple(replace(one, chosen=one.value == chosen) for one in field.options),
    )


def _rows(field: Field, spec: Schema, value: Any, errors: Errors, language: str) -> tuple[Row, ...]:
    entries = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
    if not entries and field.required:
        entries = [{}] * max(1, int(spec.get("minItems", 0)))
    parts = spec["items"]["properties"]
    rows = []
    for number, entry in enumerate(entries):
        path = f"{field.name}.{number}"
        inner = []
        for item in field.items:
            named = replace(item, name=f"{path}.{item.name}", id=id_of(f"{path}.{item.name}"))
            inner.append(_bind(named, parts[item.name], entry.get(item.name), errors, language))
        with translation.override(language):
            label = gettext("%(group)s: entry %(number)s") % {
                "group": field.label,
                "number": number + 1,
            }
        rows.append(Row(name=path, id=id_of(path), label=label, fields=tuple(inner)))
    return tuple(rows)


def _summary(field: Field, above: str) -> list[tuple[str, str]]:
    """(id, text) of a question's faults, those of its rows under the row's name."""
    label = f"{above}, {field.label}" if above else field.label
    found = [(field.id, f"{label}: {message}") for message in field.errors]
    for row in field.rows:
        for inner in row.fields:
            found += _summary(inner, row.label)
    return found
