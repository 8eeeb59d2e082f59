"""Vietnamese as people type it: without accents, without case."""

import unicodedata

# No accent stripper folds đ: it is a letter of its own, not a d with a mark.
_CASED = str.maketrans({"đ": "d", "Đ": "D"})
_LETTERS = str.maketrans({"đ": "d", "Đ": "d"})


def unaccented(text: str) -> str:
    """The same letters without marks, case kept: ``unaccented("Đường") == "Duong"``."""
    plain = unicodedata.normalize("NFD", text.translate(_CASED))
    return "".join(c for c in plain if not unicodedata.combining(c))


def fold(text: str) -> str:
    """Lower case, no marks, single spaces; ``fold("Đường  Lê Lợi") == "duong le loi"``."""
    plain = unicodedata.normalize("NFD", text.translate(_LETTERS).casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def words(text: str, *, most: int = 8) -> list[str]:
    """The folded words of a search box, at most ``most`` of them."""
    return fold(text[:200]).split()[:most]
