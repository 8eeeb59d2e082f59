"""The English words that this app's templates and modules hand to gettext."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

WEB = Path(__file__).resolve().parents[1]
CATALOGUE = WEB / "locale" / "vi" / "LC_MESSAGES" / "django.po"

Word = tuple[str | None, str]  # context, msgid

TRANSLATE = re.compile(
    r"""{%\s*(?:translate|trans)\s+(?P<q>["'])(?P<text>.*?)(?P=q)"""
    r"""(?:\s+context\s+(?P<cq>["'])(?P<context>.*?)(?P=cq))?"""
)
UNDERSCORE = re.compile(r"""\b_\((?P<q>["'])(?P<text>.*?)(?P=q)\)""")
BLOCK = re.compile(
    r"{%\s*blocktrans(?:late)?\s*(?P<options>.*?)%}(?P<text>.*?){%\s*endblocktrans(?:late)?\s*%}",
    re.DOTALL,
)


def words_of_template(source: str) -> set[Word]:
    """Return what a template translates."""
    found: set[Word] = {(m["context"], m["text"]) for m in TRANSLATE.finditer(source)}
    found |= {(None, m["text"]) for m in UNDERSCORE.finditer(source)}
    for match in BLOCK.finditer(source):
        text = match["text"]
        if "trimmed" in match["options"]:
            text = " ".join(line.strip() for line in text.splitlines() if line.strip())
        found.add((None, re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", text)))
    return found


def words_of_templates() -> set[Word]:
    """Return what all templates of the web app translate."""
    return {
        word
        for path in (WEB / "templates").rglob("*.html")
        for word in words_of_template(path.read_text(encoding="utf-8"))
    }


def words_of_modules() -> set[Word]:
    """Return what all modules of the web app translate."""
    keywords = {
        **dict.fromkeys(("_", "_lazy", "gettext", "gettext_lazy"), None),
        "pgettext": ((1, "c"), 2),
        "pgettext_lazy": ((1, "c"), 2),
    }
    extracted = extract_from_dir(str(WEB), [("**.py", "python")], keywords=keywords)
    return {(context, text) for _file, _line, text, _notes, context in extracted if text}


def vietnamese() -> dict[Word, str]:
    """Return the catalogue: what each word is in Vietnamese."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="vi")
    return {(message.context, message.id): message.string for message in catalogue if message.id}
