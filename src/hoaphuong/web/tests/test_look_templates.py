"""Templates keep to the content security policy and to the sprite."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

PACKAGE = Path(__file__).resolve().parents[2]
WEB = PACKAGE / "web"
TEMPLATES = sorted(PACKAGE.glob("*/templates/**/*.html"))
STYLES_AND_SCRIPTS = sorted((WEB / "static" / "city").glob("*.[cj]s*"))

# `{% if one == year %}` is no event attribute.
TEMPLATE_TAGS = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)

INLINE = {
    "a style attribute": re.compile(r"<[^>]+\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]+\son[a-z]+\s*=", re.IGNORECASE),
    "a script of its own": re.compile(
        r"<script\b(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)", re.IGNORECASE
    ),
    "a javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "an evaluated htmx attribute": re.compile(r"\shx-(?:on|vals\s*=\s*.js:)", re.IGNORECASE),
    "a foreign address": re.compile(r"(?:src|<link[^>]*href)\s*=\s*[\"'](?:https?:)?//"),
}


def icon_names() -> set[str]:
    root = ElementTree.parse(WEB / "static" / "city" / "icons.svg").getroot()
    return {symbol.attrib["id"] for symbol in root}


def named(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_template_holds_nothing_that_the_policy_would_stop(path):
    source = TEMPLATE_TAGS.sub("", path.read_text(encoding="utf-8"))
    broken = [what for what, pattern in INLINE.items() if pattern.search(source)]
    assert broken == []


@pytest.mark.parametrize("what", INLINE)
def test_the_search_for_inline_code_finds_it(what):
    bad = {
        "a style attribute": '<p class="x" style="color:red">',
        "a style element": "<style>p{}</style>",
        "an event attribute": '<button type="button" onclick="go()">',
        "a script of its own": "<script>go()</script>",
        "a javascript address": '<a href="javascript:go()">',
        "an evaluated htmx attribute": '<div hx-on:click="go()">',
        "a foreign address": '<script src="https://example.org/x.js"></script>',
    }
    assert INLINE[what].search(bad[what])


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_every_icon_named_in_a_template_is_drawn(path):
    source = path.read_text(encoding="utf-8")
    used = set(re.findall(r"""{%\s*icon\s+["']([a-z-]+)["']""", source))
    used |= set(re.findall(r"""icon_name(?:\|default:|=)["']([a-z-]+)["']""", source))
    assert used <= icon_names()


def test_every_icon_named_in_code_is_drawn():
    from hoaphuong.kernel import menus
    from hoaphuong.web.context import FACES
    from hoaphuong.web.templatetags.city import STATUSES

    used = {item.icon for item in menus.items()} | {face[4] for face in FACES}
    used |= {shape for _label, _tone, shape in STATUSES.values()}
    assert used - {""} <= icon_names()


@pytest.mark.parametrize("path", STYLES_AND_SCRIPTS, ids=lambda path: path.name)
def test_styles_and_scripts_load_nothing_from_elsewhere_and_evaluate_nothing(path):
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"https?://(?!www\.w3\.org/)|\beval\(|new Function|innerHTML", source)
