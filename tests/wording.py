"""The English words that the house's templates and modules hand to gettext."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

HOUSE = Path(__file__).resolve().parent.parent / "src" / "hoaphuong"

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
        text = re.split(r"{%\s*plural\s*%}", text)[0]
        if "trimmed" in match["options"]:
            text = " ".join(line.strip() for line in text.splitlines() if line.strip())
        found.add((None, re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", text)))
    return found


def words_of_templates(app: str) -> set[Word]:
    """Return what all templates of one app translate, pages and letters."""
    return {
        word
        for kind in ("*.html", "*.txt")
        for path in (HOUSE / app / "templates").rglob(kind)
        for word in words_of_template(path.read_text(encoding="utf-8"))
    }


def words_of_modules(app: str) -> set[Word]:
    """Return what all modules of one app translate."""
    keywords = {
        **dict.fromkeys(("_", "_lazy", "gettext", "gettext_lazy"), None),
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "pgettext_lazy": ((1, "c"), 2),
    }
    extracted = extract_from_dir(str(HOUSE / app), [("**.py", "python")], keywords=keywords)
    found: set[Word] = set()
    for file, _line, text, _notes, context in extracted:
        if text and "tests" not in Path(file).parts:
            found.add((context, text[0] if isinstance(text, tuple) else text))
    return found


def apps() -> list[str]:
    """Return the apps of the house."""
    return sorted(path.parent.name for path in HOUSE.glob("*/apps.py"))


def vietnamese() -> dict[Word, str]:
    """Return all catalogues in one: what each word is in Vietnamese."""
    return {word: min(texts) for word, texts in translations().items()}


def translations() -> dict[Word, set[str]]:
    """Return what each word is in any catalogue; Django takes the first app's for all of them."""
    found: dict[Word, set[str]] = defaultdict(set)
    for path in sorted(HOUSE.glob("*/locale/vi/LC_MESSAGES/django.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="vi"):
                if message.id:
                    plural = isinstance(message.id, tuple | list)
                    text = message.string[0] if plural else message.string
                    word = message.context, message.id[0] if plural else message.id
                    found[word].add(text)
    return found
