"""A schema with every kind of question, and valid answers to any schema."""

from datetime import date

from hypothesis import strategies as st

EVERY_KIND = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "title": "Tờ khai thử",
    "x-title-en": "Trial form",
    "x-order": ["full_name", "birth_date"],
    "required": [
        "full_name",
        "birth_date",
        "personal_number",
        "phone",
        "kind",
        "married",
        "truthful",
        "parcels",
        "commune",
    ],
    "properties": {
        "note": {"type": "string", "title": "Ghi chú", "x-widget": "textarea"},
        "full_name": {
            "type": "string",
            "title": "Họ và tên",
            "x-title-en": "Full name",
            "description": "Viết như trên giấy tờ.",
            "x-description-en": "As on your papers.",
            "minLength": 2,
            "maxLength": 60,
            "x-privacy": "personal",
            "x-section": "Người khai",
            "x-section-en": "Applicant",
        },
        "birth_date": {
            "type": "string",
            "format": "date",
            "title": "Ngày sinh",
            "x-section": "Người khai",
        },
        "personal_number": {
            "type": "string",
            "title": "Số định danh",
            "x-widget": "personal-number",
            "x-privacy": "sensitive",
        },
        "phone": {"type": "string", "title": "Điện thoại", "x-widget": "phone"},
        "email": {"type": "string", "format": "email", "title": "Thư điện tử"},
        "tax_code": {"type": "string", "title": "Mã số thuế", "x-widget": "tax-code"},
        "commune": {"type": "string", "title": "Xã, phường", "x-widget": "division"},
        "kind": {
            "type": "string",
            "title": "Loại",
            "enum": ["new", "copy"],
            "x-enum-titles": ["Cấp mới", "Cấp lại"],
            "x-enum-titles-en": ["First issue", "Replacement"],
            "x-widget": "radio",
        },
        "level": {"type": "integer", "title": "Cấp", "enum": [1, 2, 3], "default": 2},
        "copies": {"type": "integer", "title": "Số bản", "minimum": 1, "maximum": 20},
        "married": {"type": "boolean", "title": "Đã kết hôn"},
        "by_post": {"type": "boolean", "title": "Nhận qua bưu điện"},
        "truthful": {"type": "boolean", "title": "Tôi cam đoan khai đúng", "const": True},
        "parcels": {
            "type": "array",
            "title": "Thửa đất",
            "x-title-en": "Parcels",
            "minItems": 1,
            "maxItems": 4,
            "items": {
                "type": "object",
                "required": ["sheet", "area_m2"],
                "properties": {
                    "sheet": {"type": "string", "title": "Tờ", "pattern": "^[0-9]{1,5}$"},
                    "area_m2": {
                        "type": "number",
                        "title": "Diện tích",
                        "exclusiveMinimum": 0,
                        "multipleOf": 0.01,
                    },
                    "mortgaged": {"type": "boolean", "title": "Đang thế chấp"},
                },
            },
        },
    },
}

# Invented numbers of the right shape; the tax codes are those of python-stdnum's own tests.
_BY_WIDGET = {
    "personal-number": st.sampled_from(["031190000001", "030302123456"]),
    "identity-number": st.sampled_from(["031190000001", "030302123456"]),
    "phone": st.sampled_from(["0912345678", "0358000111"]),
    "tax-code": st.sampled_from(["0100233488", "0314409058-002"]),
    "division": st.sampled_from(["10507", "11329"]),
}
_LETTERS = "abcxyzđĐêệơƯ"


def answers(schema):
    """Valid data for a schema; optional questions may be left out."""
    required = set(schema.get("required", ()))
    parts = {name: _answer(spec) for name, spec in schema["properties"].items()}
    return st.fixed_dictionaries(
        {name: part for name, part in parts.items() if name in required},
        optional={name: part for name, part in parts.items() if name not in required},
    )


def _answer(spec):
    if spec["type"] == "array":
        least = max(1, spec.get("minItems", 0))
        return st.lists(answers(spec["items"]), min_size=least, max_size=least + 2)
    if "const" in spec:
        return st.just(spec["const"])
    if "enum" in spec:
        return st.sampled_from(spec["enum"])
    if spec["type"] == "boolean":
        return st.booleans()
    if spec["type"] in ("integer", "number"):
        return _number(spec)
    if spec.get("x-widget") in _BY_WIDGET:
        return _BY_WIDGET[spec["x-widget"]]
    if spec.get("format") == "date":
        return st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(date.isoformat)
    if spec.get("format") == "email":
        return st.just("ten@example.vn")
    if "pattern" in spec:
        return st.from_regex(spec["pattern"].replace("$", r"\Z"), fullmatch=True)
    least = spec.get("minLength", 1)
    return st.text(_LETTERS, min_size=max(1, least), max_size=min(spec.get("maxLength", 20), 20))


def _number(spec):
    least = spec.get("minimum", spec.get("exclusiveMinimum", 0) + 1)
    whole = st.integers(int(least), int(spec.get("maximum", 10**9)))
    if spec["type"] == "integer":
        return whole
    return whole.flatmap(
        lambda n: st.sampled_from([n, *([n - 0.5, n - 0.25] if n > least else [])])
    )


def as_posted(schema, data, language):
    """What a browser sends for these answers, read off the drawn form."""
    from hoaphuong.forms.rules import render

    posted = {}
    for section in render(schema, data, {}, language).sections:
        for field in section.fields:
            _post(field, posted)
    return posted


def _post(field, posted):
    for row in field.rows:
        for inner in row.fields:
            _post(inner, posted)
    if field.widget in ("radio", "select"):
        for option in field.options:
            if option.chosen:
                posted[field.name] = option.value
    elif field.widget == "checkbox":
        if field.checked:
            posted[field.name] = "true"
    elif field.widget != "rows":
        posted[field.name] = field.value
