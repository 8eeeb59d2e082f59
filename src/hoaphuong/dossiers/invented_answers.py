"""Invented answers to a procedure's form, for the demonstration."""

import random
from datetime import date, timedelta
from typing import Any

from hoaphuong.dossiers.catalogue.shipped import form_schema
from hoaphuong.identity.contracts import PersonFacts


def answers(code: str, person: PersonFacts, rng: random.Random) -> dict[str, Any]:
    """A value for every field the form asks for; nothing for a procedure without a form."""
    try:
        schema = form_schema(code)
    except LookupError:
        return {}
    return _object(schema, person, rng)


def _object(schema: dict[str, Any], person: PersonFacts, rng: random.Random) -> dict[str, Any]:
    required = set(schema.get("required", ()))
    return {
        name: _value(name, field, person, rng)
        for name, field in schema["properties"].items()
        if name in required
    }


def _value(name: str, field: dict[str, Any], person: PersonFacts, rng: random.Random) -> Any:
    kind, widget = field.get("type"), field.get("x-widget", "")
    if "enum" in field:
        return rng.choice(field["enum"])
    if kind == "boolean":
        return True
    if kind in ("integer", "number"):
        low = int(field.get("minimum", 1))
        return rng.randint(low, min(int(field.get("maximum", low + 200)), low + 200))
    if kind == "array":
        return [_object(field["items"], person, rng)]
    if field.get("format") == "date":
        return (date(2022, 1, 1) + timedelta(days=rng.randrange(350))).isoformat()
    if widget == "personal-number":
        return person.personal_number
    if widget == "phone":
        return person.phone
    if widget == "division":
        return person.division
    if "name" in name:
        return person.full_name
    if "place" in name or "address" in name:
        return person.address
    if "nationality" in name:
        return "Việt Nam"
    if "ethnicity" in name:
        return "Kinh"
    return field.get("default") or "Theo giấy tờ kèm theo (hư cấu)"
