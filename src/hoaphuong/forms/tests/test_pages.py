"""The drawn form, as a browser and a screen reader meet it."""

import re

from django.template.loader import render_to_string
from django.utils import translation

from hoaphuong.forms.rules import changed_rows, errors, parse, render
from hoaphuong.forms.tests.schemas import EVERY_KIND


def drawn(posted, language="vi", *, judged=True):
    data = parse(EVERY_KIND, posted, language=language)
    found = errors(EVERY_KIND, data, language) if judged else {}
    with translation.override(language):
        return render_to_string(
            "forms/form.html", {"form": render(EVERY_KIND, data, found, language)}
        )


def test_what_was_typed_is_shown_again_with_its_fault_and_the_input_says_so():
    page = drawn({"birth_date": "31/02/2026", "full_name": "Bưởi <b>"})

    [box] = re.findall(r'<input[^>]*name="birth_date"[^>]*>', page)
    assert 'value="31/02/2026"' in box
    assert 'aria-invalid="true"' in box
    assert 'aria-describedby="f-birth_date-error"' in box
    assert "Không có ngày này" in page
    assert 'value="Bưởi &lt;b&gt;"' in page


def test_every_described_by_and_every_link_of_the_summary_leads_somewhere():
    page = drawn({"parcels.0.sheet": "x"})
    ids = re.findall(r'\bid="([^"]+)"', page)

    assert len(ids) == len(set(ids))
    targets = set(re.findall(r'href="#([^"]+)"', page))
    for described in re.findall(r'aria-describedby="([^"]+)"', page):
        targets.update(described.split())
    targets.update(re.findall(r'<label for="([^"]+)"', page))
    assert targets
    assert targets <= set(ids)


def test_a_form_without_faults_has_no_summary():
    assert "error-summary" not in drawn({}, judged=False)


def test_the_enter_key_presses_the_first_button_which_removes_nothing():
    first = re.search(r"<button[^>]*>", drawn({"parcels.0.sheet": "1"}))

    assert "name=" not in first[0]


def test_added_rows_are_drawn_with_the_whole_path_in_their_names():
    data = changed_rows(EVERY_KIND, {"parcels.0.sheet": "1", "_add": "parcels"})
    page = render_to_string("forms/form.html", {"form": render(EVERY_KIND, data, {}, "vi")})

    for expected in (
        'name="parcels.1.area_m2"',
        'name="_remove" value="parcels.1"',
        'name="_add" value="parcels"',
        'formaction="#f-parcels-2"',
    ):
        assert expected in page


def test_a_textarea_keeps_a_first_empty_line_out_of_the_answer():
    page = drawn({"note": "một\r\nhai"})

    assert re.search(r"<textarea[^>]*>\nmột\nhai</textarea>", page)


def test_words_of_the_page_follow_the_language():
    assert "(không bắt buộc)" in drawn({}, "vi")
    assert "(optional)" in drawn({}, "en")
