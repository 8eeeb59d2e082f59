import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from hoaphuong.forms.rules import (
    SchemaNotSupported,
    changed_rows,
    errors,
    fields,
    initial,
    parse,
    render,
)
from hoaphuong.forms.rules.answers import read_date, read_number, readable
from hoaphuong.forms.rules.wording import grouped, typed
from hoaphuong.forms.tests.schemas import EVERY_KIND, answers, as_posted

LANGUAGES = st.sampled_from(["vi", "en"])
VALID = {
    "full_name": "Nguyễn Thị Bưởi",  # invented
    "birth_date": "1990-02-03",
    "personal_number": "031190000001",
    "phone": "0912345678",
    "commune": "10507",
    "kind": "new",
    "married": False,
    "truthful": True,
    "parcels": [{"sheet": "12", "area_m2": 120.5, "mortgaged": False}],
}


def without(name):
    return {key: value for key, value in VALID.items() if key != name}


def one(spec, typed_text, language="vi", required=()):
    schema = {"type": "object", "properties": {"q": spec}, "required": list(required)}
    data = parse(schema, {"q": typed_text}, language=language)
    return data.get("q"), errors(schema, data, language).get("q", [])


def text(**more):
    return {"type": "string", "title": "Câu hỏi", **more}


# --- reading


@given(st.dates(date(1800, 1, 1), date(2200, 12, 31)))
def test_a_day_is_read_however_it_is_written(day):
    ways = ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %m %Y", "%d%m%Y", "%Y-%m-%d"]

    assert {read_date(day.strftime(way)) for way in ways} == {day}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("3/2/2026", date(2026, 2, 3)),
        ("29/02/2024", date(2024, 2, 29)),
        ("29/02/2026", None),
        ("31/04/2026", None),
        ("3/2/26", None),
        ("03/02/0203", None),
        ("hôm qua", None),
        ("", None),
    ],
)
def test_read_date(written, expected):
    assert read_date(written) == expected


@given(st.integers(-(10**15), 10**15), LANGUAGES)
def test_a_whole_number_is_read_with_the_separators_of_either_language(number, language):
    for spelling in (str(number), grouped(number, "vi"), grouped(number, "en")):
        assert read_number(spelling, whole=True, language=language) == number


@given(st.decimals(-(10**9), 10**9, places=3), LANGUAGES)
def test_a_number_written_back_is_read_as_the_same_number(number, language):
    value = float(number)

    assert read_number(typed(value, language, dated=False), whole=False, language=language) == value


@pytest.mark.parametrize(
    ("written", "language", "expected"),
    [
        ("1.250.000", "vi", 1_250_000),
        ("1,5", "vi", 1.5),
        ("1.5", "vi", 1.5),
        ("1.250,5", "vi", 1250.5),
        ("1,250.5", "vi", 1250.5),
        ("0.125", "vi", 0.125),
        ("1,250", "vi", 1.25),
        ("1.250", "vi", None),
        ("1.250", "en", 1.25),
        ("1,250", "en", None),
        ("1 250 000", "vi", 1_250_000),
        ("−3", "vi", -3),
        ("1.25.3", "vi", None),
        ("1.250.000,5,5", "vi", None),
        ("1e5", "vi", None),
        ("mười", "vi", None),
        ("9" * 40, "vi", None),
        ("١٢", "vi", None),
    ],
)
def test_read_number(written, language, expected):
    assert read_number(written, whole=False, language=language) == expected


@given(st.text())
def test_readable_text_is_trimmed_nfc_and_free_of_control_characters(raw):
    for lines in (False, True):
        found = readable(raw, lines=lines)

        assert found == found.strip()
        assert unicodedata.is_normalized("NFC", found)
        assert not {unicodedata.category(c) for c in found.replace("\n", "")} & {"Cc", "Cs"}
        assert readable(found, lines=lines) == found


@pytest.mark.parametrize("hostile", ["a\x00b", "a\x07b", "a\u202eb", "a\ud800b"])
def test_a_character_nobody_types_is_refused_and_every_database_can_keep_the_draft(hostile):
    value, faults = one(text(), hostile)

    assert value == "a\ufffdb"
    assert len(faults) == 1
    value.encode("utf-8")


def test_spaces_are_trimmed_letters_composed_and_lines_kept_only_where_asked():
    decomposed = unicodedata.normalize("NFD", "  Nguyễn \u00a0 Thị\r\nBưởi ")

    assert one(text(), decomposed)[0] == "Nguyễn Thị Bưởi"
    assert one(text(**{"x-widget": "textarea"}), decomposed)[0] == "Nguyễn Thị\nBưởi"


@pytest.mark.parametrize("written", ["0912 345 678", "0912.345.678", "+84 912 345 678"])
def test_a_phone_number_is_kept_without_what_people_group_it_by(written):
    assert one(text(**{"x-widget": "phone"}), written) == ("0912345678", [])


# --- judging


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("missing", EVERY_KIND["required"])
def test_a_required_question_left_out_has_its_fault_beside_it(missing, language):
    assert list(errors(EVERY_KIND, without(missing), language)) == [missing]


def test_valid_answers_have_no_fault():
    Draft202012Validator.check_schema(EVERY_KIND)

    assert errors(EVERY_KIND, VALID, "vi") == {}


@pytest.mark.parametrize(
    ("spec", "written", "vietnamese", "english"),
    [
        (text(format="date"), "31/02/2026", "Không có ngày này", "no such day"),
        (text(format="date"), "hôm qua", "ví dụ 25/03/2026", "such as 25/03/2026"),
        (text(format="email"), "ten@", "thư điện tử", "e-mail"),
        (text(**{"x-widget": "phone"}), "12345", "số điện thoại", "phone"),
        (text(**{"x-widget": "personal-number"}), "12345", "đúng 12 chữ số", "exactly 12"),
        (text(**{"x-widget": "personal-number"}), "999190000001", "mã tỉnh", "province"),
        (text(**{"x-widget": "tax-code"}), "0100233489", "Mã số thuế", "tax code"),
        (text(**{"x-widget": "division"}), "99999", "xã, phường", "commune"),
        (text(maxLength=3), "dài quá", "tối đa 3 ký tự", "at most 3"),
        (text(minLength=3), "ab", "từ 3 ký tự", "3 or more"),
        (text(pattern="^[0-9]{4}$"), "12", "đúng 4 chữ số", "exactly 4 digits"),
        (text(pattern="^[0-9]{1,5}$"), "x", "từ 1 đến 5", "1 to 5 digits"),
        (text(pattern="^[A-Z]+$", examples=["AB"]), "x", "theo mẫu: AB", "like this: AB"),
        (text(pattern="^[A-Z]+$"), "x", "chưa đúng mẫu", "expected way"),
        (text(enum=["a", "b"]), "c", "một trong các mục", "answers offered"),
        ({"type": "integer"}, "1,5", "số nguyên", "whole number"),
        ({"type": "integer", "minimum": 1}, "0", "từ 1 trở lên", "1 or more"),
        ({"type": "integer", "maximum": 1000}, "1001", "vượt quá 1.000", "1,000 or less"),
        ({"type": "number"}, "mười", "ví dụ 12,5", "such as 12.5"),
        ({"type": "number", "exclusiveMinimum": 0}, "0", "lớn hơn 0", "more than 0"),
        ({"type": "number", "exclusiveMaximum": 2}, "2", "nhỏ hơn 2", "less than 2"),
        ({"type": "number", "multipleOf": 0.01}, "0,255", "bội số của 0,01", "multiple of 0.01"),
    ],
)
def test_each_fault_is_said_in_both_languages(spec, written, vietnamese, english):
    for language, words in (("vi", vietnamese), ("en", english)):
        if language == "en" and written == "0,255":
            written = "0.255"
        _, faults = one(spec, written, language)

        assert len(faults) == 1, faults
        assert words in faults[0]


def test_binary_fractions_do_not_make_a_fault():
    assert one({"type": "number", "multipleOf": 0.01}, "0,29") == (0.29, [])


def test_an_ambiguous_number_is_asked_again_with_both_readings():
    value, [fault] = one({"type": "number"}, "1.250")

    assert value == "1.250"
    assert "1250" in fault
    assert "1,2500" in fault


def test_faults_that_follow_from_other_answers_are_found():
    schema = {
        "type": "object",
        "properties": {"a": text(), "b": text(), "c": text()},
        "dependentRequired": {"a": ["b"]},
        "if": {"properties": {"a": {"const": "x"}}, "required": ["a"]},
        "then": {"required": ["c"]},
    }

    assert sorted(errors(schema, {"a": "x"}, "vi")) == ["b", "c"]
    assert errors(schema | {"not": {"required": ["a"]}}, {"a": "y", "b": "z"}, "en") == {
        "": ["Some answers do not agree with each other. Read them through again."]
    }


def test_a_required_yes_or_no_is_asked_as_two_answers_and_a_declaration_must_be_ticked():
    drawn = {field.name: field.widget for field in fields(EVERY_KIND, "vi")}

    assert (drawn["married"], drawn["by_post"], drawn["truthful"]) == (
        "radio",
        "checkbox",
        "checkbox",
    )
    assert parse(EVERY_KIND, {"married": "false"}) == {"married": False, "by_post": False}
    assert "truthful" in errors(EVERY_KIND, VALID | {"truthful": False}, "vi")


# --- drawing


def test_questions_come_in_order_in_the_language_with_their_section():
    vietnamese, english = fields(EVERY_KIND, "vi"), fields(EVERY_KIND, "en")

    assert [field.name for field in vietnamese][:3] == ["full_name", "birth_date", "note"]
    assert (vietnamese[0].label, english[0].label) == ("Họ và tên", "Full name")
    assert english[0].help == "As on your papers."
    form = render(EVERY_KIND, {}, {}, "en")
    assert (form.title, form.sections[0].title) == ("Trial form", "Applicant")
    [kind] = [field for field in english if field.name == "kind"]
    assert [option.label for option in kind.options] == ["First issue", "Replacement"]


def test_the_communes_offered_are_those_of_the_day():
    [before] = [f for f in fields(EVERY_KIND, "vi", on=date(2025, 6, 1)) if f.name == "commune"]
    [after] = [f for f in fields(EVERY_KIND, "vi", on=date(2026, 3, 1)) if f.name == "commune"]

    assert len(after.options) == 114
    assert {o.value for o in before.options} != {o.value for o in after.options}


def test_a_sensitive_answer_is_not_offered_to_the_next_person():
    [number] = [f for f in fields(EVERY_KIND, "vi") if f.name == "personal_number"]

    assert (number.autocomplete, number.inputmode) == ("off", "numeric")


def test_defaults_are_the_first_answers():
    assert initial(EVERY_KIND) == {"level": 2}


@pytest.mark.parametrize(
    "spec",
    [
        {"type": "object"},
        {"type": ["string", "null"]},
        {"type": "array", "items": {"type": "string"}},
    ],
)
def test_what_cannot_be_drawn_without_javascript_is_refused(spec):
    with pytest.raises(SchemaNotSupported):
        fields({"type": "object", "properties": {"q": spec}}, "vi")


@given(answers(EVERY_KIND), LANGUAGES)
def test_valid_answers_survive_drawing_posting_and_reading(data, language):
    again = parse(EVERY_KIND, as_posted(EVERY_KIND, data, language), language=language)

    assert without_unticked(again) == without_unticked(data)
    assert errors(EVERY_KIND, again, language) == {}


def without_unticked(data):
    """An optional box left alone and one unticked are the same on a page."""
    required = {*EVERY_KIND["required"]}
    kept = {k: v for k, v in data.items() if v is not False or k in required}
    if "parcels" in kept:
        kept["parcels"] = [
            {k: v for k, v in row.items() if v is not False} for row in kept["parcels"]
        ]
    return kept


# --- repeating groups


def test_rows_are_read_in_order_and_empty_ones_are_dropped():
    posted = {
        "parcels.2.sheet": "9",
        "parcels.10.sheet": "10",
        "parcels.0.sheet": "1",
        "parcels.0.area_m2": "1.250,5",
        "parcels.1.sheet": "  ",
        "parcels.x.sheet": "7",
    }

    data = parse(EVERY_KIND, posted)["parcels"]

    assert [row["sheet"] for row in data] == ["1", "9", "10"]
    assert data[0]["area_m2"] == 1250.5


def test_a_fault_in_a_row_is_beside_the_question_of_that_row():
    data = VALID | {"parcels": [{"sheet": "1", "area_m2": 1}, {"sheet": "x"}]}

    found = errors(EVERY_KIND, data, "en")
    form = render(EVERY_KIND, data, found, "en")

    assert sorted(found) == ["parcels.1.area_m2", "parcels.1.sheet"]
    assert ("f-parcels-1-area_m2", "Parcels: entry 2, Diện tích: Fill this in.") in form.summary


POSTED = {"parcels.0.sheet": "1", "parcels.1.sheet": "2", "parcels.2.sheet": "", "phone": "12"}


def test_another_row_is_added_and_what_was_typed_stays():
    data = changed_rows(EVERY_KIND, POSTED | {"_add": "parcels"})

    assert [row.get("sheet") for row in data["parcels"]] == ["1", "2", None]
    assert data["phone"] == "12"


def test_the_row_pressed_is_removed():
    data = changed_rows(EVERY_KIND, POSTED | {"_remove": "parcels.0"})

    assert [row["sheet"] for row in data["parcels"]] == ["2"]


def test_no_row_is_added_beyond_the_limit_nor_to_what_is_no_group():
    full = {f"parcels.{n}.sheet": "1" for n in range(4)}

    assert len(changed_rows(EVERY_KIND, full | {"_add": "parcels"})["parcels"]) == 4
    for strange in ({"_add": "phone"}, {"_add": "none"}, {"_remove": "x"}, {"_remove": ""}):
        assert changed_rows(EVERY_KIND, POSTED | strange) == parse(EVERY_KIND, POSTED)
    assert changed_rows(EVERY_KIND, POSTED) is None


def test_a_required_group_starts_with_one_row():
    [group] = [f for s in render(EVERY_KIND, {}, {}, "vi").sections for f in s.fields if f.rows]

    assert [row.name for row in group.rows] == ["parcels.0"]


# --- anything at all

NAMES = st.one_of(
    st.sampled_from(
        [*EVERY_KIND["properties"], "_add", "_remove", "parcels.0.sheet", "parcels.0.area_m2"]
    ),
    st.text(max_size=12),
)
TYPED = st.one_of(
    st.text(),
    st.from_regex(r"[0-9.,/\- ]{1,30}", fullmatch=True),
    st.sampled_from(["true", "parcels", "parcels.0", "\x00", "31/02/2026", "1.250", "new"]),
    st.none(),
)


@given(st.dictionaries(NAMES, TYPED, max_size=20), LANGUAGES)
def test_whatever_is_posted_is_read_judged_and_shown_again(posted, language):
    for data in (
        parse(EVERY_KIND, posted, language=language),
        changed_rows(EVERY_KIND, posted, language=language) or {},
    ):
        found = errors(EVERY_KIND, data, language)
        form = render(EVERY_KIND, data, found, language)
        drawn = {f.name: f for s in form.sections for f in s.fields}
        for name in ("full_name", "birth_date", "copies"):
            if isinstance(data.get(name), str) and read_date(data[name]) is None:
                assert drawn[name].value == data[name]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(NAMES, JSON, max_size=8), LANGUAGES)
def test_whatever_a_draft_holds_is_judged_and_shown(data, language):
    render(EVERY_KIND, data, errors(EVERY_KIND, data, language), language)
