"""What a page says and where it leads, read from its HTML."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)
SPOKEN = ("aria-label", "placeholder", "alt", "title", "data-label", "data-confirm")
SILENT = frozenset({"script", "style"})
VIETNAMESE = re.compile(
    "[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE
)


@dataclass
class Reading:
    """One page: its language, its headings, its links, and every word with the word's language."""

    lang: str = ""
    title: str = ""
    h1: int = 0
    links: list[str] = field(default_factory=list)
    words: list[tuple[str, str]] = field(default_factory=list)

    def words_in(self, language: str) -> set[str]:
        """The texts a screen reader would read out in this language."""
        return {text for spoken, text in self.words if spoken == language}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.reading = Reading()
        self.open: list[tuple[str, str]] = []

    @property
    def language(self) -> str:
        return self.open[-1][1] if self.open else ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        language = given.get("lang", self.language)
        if tag == "html":
            self.reading.lang = language
        if tag == "h1":
            self.reading.h1 += 1
        if tag == "a" and "href" in given:
            self.reading.links.append(given["href"])
        for name in SPOKEN:
            if given.get(name, "").strip():
                self.reading.words.append((language, given[name].strip()))
        if tag not in VOID:
            self.open.append((tag, language))

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            opened, _language = self.open.pop()
            if opened == tag:
                break

    def handle_data(self, text: str) -> None:
        text = " ".join(text.split())
        tag = self.open[-1][0] if self.open else ""
        if not text or tag in SILENT:
            return
        if tag == "title":
            self.reading.title = self.reading.title or text
        self.reading.words.append((self.language, text))


def read(html: str) -> Reading:
    """Read one page."""
    reader = _Reader()
    reader.feed(html)
    return reader.reading
