"""What was typed, as typed values; what cannot be read stays as it was typed."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from hoaphuong.forms.rules.questions import (
    ID_NUMBERS,
    MOST_ROWS,
    Schema,
    in_order,
    is_date,
    widget_of,
    written_choice,
)

# Stands for a character that no one types: the fault is named later, and every database takes it.
UNREADABLE = "\ufffd"
ADD, REMOVE = "_add", "_remove"
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")
_BIDIRECTIONAL = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_DAY_MONTH_YEAR = re.compile(r"([0-9]{1,2})[./\-, ]+([0-9]{1,2})[./\-, ]+([0-9]{4})")
_EIGHT_DIGITS = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_FIRST_YEAR, _LAST_YEAR = 1800, 2200
_LONGEST_NUMBER = 24
_WHOLE = re.compile(r"-?(?:[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)")
_DECIMAL = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")
_DOTTED = re.compile(r"-?[1-9][0-9]{0,2}(?:(?:\.[0-9]{3}){2,}|(?:\.[0-9]{3})+,[0-9]+)(?:,[0-9]+)?")
_COMMAED = re.compile(r"-?[1-9][0-9]{0,2}(?:(?:,[0-9]{3}){2,}|(?:,[0-9]{3})+\.[0-9]+)(?:\.[0-9]+)?")
_GROUP_SIGN = {"vi": r"\.", "en": ","}


def readable(raw: Any, *, lines: bool = False) -> str:
    """Text as people meant it: NFC, trimmed, single spaces; line breaks kept when ``lines``.

    A control, surrogate or bidirectional character becomes U+FFFD, which ``errors`` refuses.
    """
    if not isinstance(raw, str):
        return ""
    text = _INVISIBLE.sub("", raw.replace("\r\n", "\n").replace("\r", "\n"))
    text = "".join(c if c in "\n\t" or _is_typed(c) else UNREADABLE for c in text)
    text = unicodedata.normalize("NFC", text)
    if lines:
        return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()
    return " ".join(text.split())


def _is_typed(character: str) -> bool:
    if unicodedata.category(character) in {"Cc", "Cs"}:
        return False
    return unicodedata.bidirectional(character) not in _BIDIRECTIONAL


def read_date(text: str) -> date | None:
    """A day written dd/mm/yyyy, ddmmyyyy or yyyy-mm-dd, between 1800 and 2200; None otherwise."""
    if found := _ISO.fullmatch(text):
        year, month, day = found.groups()
    elif found := _DAY_MONTH_YEAR.fullmatch(text) or _EIGHT_DIGITS.fullmatch(text):
        day, month, year = found.groups()
    else:
        return None
    if not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def looks_like_date(text: str) -> bool:
    """Whether a day, month and year were written, if impossible ones."""
    return any(shape.fullmatch(text) for shape in (_ISO, _DAY_MONTH_YEAR, _EIGHT_DIGITS))


def ambiguous_number(text: str, language: str) -> bool:
    """Whether one group of three could be thousands or decimals: ``1.250``, in English ``1,250``.

    It is asked again rather than guessed: a plot is not to grow a thousandfold by a dot.
    """
    sign = _GROUP_SIGN["en" if language.startswith("en") else "vi"]
    return bool(re.fullmatch(rf"-?[1-9][0-9]{{0,2}}{sign}[0-9]{{3}}", text))


def read_number(text: str, *, whole: bool, language: str) -> int | float | None:
    """A number as Vietnamese or English write it (``1.250.000``, ``1,5``); None if unreadable."""
    text = text.replace(" ", "").replace("\N{MINUS SIGN}", "-")
    if len(text) > _LONGEST_NUMBER:
        return None
    if whole:
        if _WHOLE.fullmatch(text):
            return int(text.replace(".", "").replace(",", ""))
        return None
    if ambiguous_number(text, language):
        return None
    if _DECIMAL.fullmatch(text):
        plain = text.replace(",", ".")
    elif _DOTTED.fullmatch(text):
        plain = text.replace(".", "").replace(",", ".")
    elif _COMMAED.fullmatch(text):
        plain = text.replace(",", "")
    else:
        return None
    if plain.count(".") > 1:
        return None
    exact = Decimal(plain)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def parse(schema: Schema, posted: Mapping[str, Any], *, language: str = "vi") -> dict[str, Any]:
    """The answers of a form as typed values; what was left empty is left out.

    Days become ISO 8601 text, numbers ``int`` or ``float``; an answer that cannot be read stays
    the text that was typed, so that it is shown again and ``errors`` says why. Never raises.
    """
    required = set(schema.get("required", ()))
    data: dict[str, Any] = {}
    for name, spec in in_order(schema):
        if spec.get("type") == "array":
            rows = [row for row in rows_of(name, spec, posted, language).values() if _answered(row)]
            value: Any = rows or None
        else:
            value = _value(spec, posted.get(name), language, required=name in required)
        if value is not None:
            data[name] = value
    return data


def rows_of(
    name: str, spec: Schema, posted: Mapping[str, Any], language: str
) -> dict[int, dict[str, Any]]:
    """The rows of a repeating group by the number they were posted under, empty ones too."""
    place = re.compile(rf"{re.escape(name)}\.([0-9]{{1,3}})\.")
    found = (place.match(key) for key in posted if isinstance(key, str))
    numbers = sorted({int(match[1]) for match in found if match})
    items = spec["items"]
    required = set(items.get("required", ()))
    rows = {}
    for number in numbers:
        values = {
            inner: _value(
                part,
                posted.get(f"{name}.{number}.{inner}"),
                language,
                required=inner in required,
            )
            for inner, part in in_order(items)
        }
        rows[number] = {inner: value for inner, value in values.items() if value is not None}
    return rows


def _answered(row: dict[str, Any]) -> bool:
    return any(value is not False for value in row.values())


def changed_rows(
    schema: Schema, posted: Mapping[str, Any], *, language: str = "vi"
) -> dict[str, Any] | None:
    """The data after a press on "add another" or "remove", None when neither was pressed.

    Show it again with ``render(…, errors={})``: the form is not judged yet.
    """
    add, remove = posted.get(ADD), posted.get(REMOVE)
    if add is None and remove is None:
        return None
    data = parse(schema, posted, language=language)
    name, _, number = str(remove or "").rpartition(".")
    for target in {str(add), name}:
        spec = schema.get("properties", {}).get(target, {})
        if spec.get("type") != "array":
            continue
        rows = rows_of(target, spec, posted, language)
        if target == name:
            rows = {n: row for n, row in rows.items() if str(n) != number}
        kept = [row for row in rows.values() if _answered(row)]
        if target == add and len(kept) < spec.get("maxItems", MOST_ROWS):
            kept.append({})
        data[target] = kept
    return data


def _value(spec: Schema, raw: Any, language: str, *, required: bool) -> Any:
    """One typed answer; None when nothing was answered."""
    if spec.get("type") == "boolean":
        return _boolean(spec, raw, required=required)
    text = readable(raw, lines=spec.get("x-widget") == "textarea")
    if not text:
        return None
    if "enum" in spec:
        return next((value for value in spec["enum"] if written_choice(value) == text), text)
    if spec.get("type") in {"integer", "number"}:
        whole = spec["type"] == "integer"
        number = read_number(text, whole=whole, language=language)
        return text if number is None else number
    if is_date(spec):
        day = read_date(text)
        return text if day is None else day.isoformat()
    return _compact(text, spec.get("x-widget", ""))


def _boolean(spec: Schema, raw: Any, *, required: bool) -> bool | None:
    text = readable(raw)
    if widget_of(spec, required=required) == "radio":
        return {"true": True, "false": False}.get(text)
    if spec.get("const") is True and not text:
        return None
    return bool(text)


def _compact(text: str, widget: str) -> str:
    """Phone and personal numbers without the spaces and dots people group them by."""
    bare = re.sub(r"[ .\-()]", "", text)
    if widget == "phone":
        bare = re.sub(r"^(\+84|0084)0?", "0", bare)
    if widget == "phone" or widget in ID_NUMBERS:
        return bare if re.fullmatch(r"[0-9]+", bare) else text
    return text
