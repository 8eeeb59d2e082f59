"""Every form that ships with the procedures can be drawn, filled in and judged."""

import json
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from hoaphuong.forms.rules import errors, parse, render
from hoaphuong.forms.tests.schemas import EVERY_KIND, answers, as_posted

FORMS = Path(__file__).resolve().parents[2] / "dossiers" / "data" / "forms"
SCHEMAS = {"every kind": EVERY_KIND} | {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FORMS.glob("*.json"))
}


@pytest.fixture(params=SCHEMAS.values(), ids=SCHEMAS.keys())
def schema(request):
    return request.param


@pytest.mark.parametrize("language", ["vi", "en"])
def test_it_is_a_schema_and_can_be_drawn(schema, language):
    Draft202012Validator.check_schema(schema)

    with translation.override(language):
        page = render_to_string("forms/form.html", {"form": render(schema, {}, {}, language)})

    for name, spec in schema["properties"].items():
        if spec["type"] != "array":
            assert f'name="{name}"' in page


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_required_question_left_out_has_a_fault_beside_it(schema, language):
    found = errors(schema, parse(schema, {}, language=language), language)

    with translation.override(language):
        form = render(schema, {}, found, language)
        page = render_to_string("forms/form.html", {"form": form})

    assert set(found) == set(schema["required"])
    for name in schema["required"]:
        assert f'id="f-{name}-error"' in page
        assert f'href="#f-{name}"' in page


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_valid_answers_come_back_valid(schema, data):
    language = data.draw(st.sampled_from(["vi", "en"]))
    given_answers = data.draw(answers(schema))

    again = parse(schema, as_posted(schema, given_answers, language), language=language)

    assert errors(schema, again, language) == {}
    for name, value in given_answers.items():
        if not isinstance(value, list):
            assert again[name] == value
