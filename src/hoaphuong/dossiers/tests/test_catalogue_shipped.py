"""The procedures and forms the program brings with it."""

import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from hoaphuong.dossiers.catalogue import form_schema, shipped

ONLINE = [procedure.code for procedure in shipped() if procedure.online_form]
PRIVACY = {"public", "internal", "personal", "sensitive"}


def properties(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, entry in schema["properties"].items():
        yield name, entry
        if entry["type"] == "array":
            yield from properties(entry["items"])


def test_at_least_forty_two_procedures_ship_with_names_in_both_languages() -> None:
    assert len(shipped()) >= 42
    assert {"land", "construction", "civil_status", "enterprise", "transport_sea"} <= {
        procedure.sector for procedure in shipped()
    }
    for procedure in shipped():
        assert procedure.name_en.isascii() or "’" in procedure.name_en
        assert unicodedata.is_normalized("NFC", procedure.name)
        assert procedure.channels
        assert procedure.source.startswith("https://dichvucong.gov.vn/")


def test_a_limit_or_sum_left_open_has_a_note_or_was_never_published() -> None:
    for procedure in shipped():
        if not any(terms.limit for terms in procedure.channels):
            assert procedure.limit_note


def test_six_procedures_have_a_form() -> None:
    assert ONLINE == ["1.001193", "2.000635", "1.013225", "1.001612", "1.012783", "1.004088"]


@pytest.mark.parametrize("code", ONLINE)
def test_a_form_is_a_sound_schema_that_says_everything_in_both_languages(code: str) -> None:
    schema = form_schema(code)
    Draft202012Validator.check_schema(schema)
    assert schema["x-order"] == list(schema["properties"])
    assert set(schema["required"]) <= schema["properties"].keys()
    for name, entry in properties(schema):
        assert entry["title"], name
        assert entry["x-title-en"], name
        assert entry["x-widget"], name
        assert entry["x-privacy"] in PRIVACY, name
        assert ("description" in entry) == ("x-description-en" in entry), name
        assert entry["type"] in {"string", "number", "integer", "boolean", "array"}, name
        if "enum" in entry:
            assert (
                len(entry["enum"]) == len(entry["x-enum-titles"]) == len(entry["x-enum-titles-en"])
            )


@pytest.mark.parametrize("code", ONLINE)
def test_rows_of_a_form_are_one_level_deep(code: str) -> None:
    for entry in form_schema(code)["properties"].values():
        if entry["type"] == "array":
            assert all(inner["type"] != "array" for inner in entry["items"]["properties"].values())


def test_a_procedure_without_a_form_has_no_schema() -> None:
    with pytest.raises(LookupError):
        form_schema("1.000894")


def test_a_birth_form_without_the_child_or_with_a_stray_field_does_not_pass() -> None:
    schema = Draft202012Validator(form_schema("1.001193"))
    filled = {
        "relation": "parent",
        "child_name": "Nguyễn Thị Bịa",  # invented
        "child_sex": "female",
        "child_birth_date": "2026-01-02",
        "child_birth_place": "Bệnh viện (bịa)",
        "child_ethnicity": "Kinh",
        "child_nationality": "Việt Nam",
        "child_home_town": "Hải Phòng",
        "phone": "0900000000",
    }
    assert schema.is_valid(filled)
    assert not schema.is_valid({**filled, "child_name": ""})
    assert not schema.is_valid({**filled, "extra": "x"})
    assert not schema.is_valid({**filled, "father_identity_number": "123"})
