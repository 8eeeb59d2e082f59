"""On which paths from the trailer every object of a revision is reached, as pyHanko counts them.

A change is judged by the paths on which the changed object is reached. Finding them was a third
of a verification; here only what leads to other objects is walked, with plain tuples as paths.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
)
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import HistoricalResolver, RawPdfPath

Path = tuple[str | int, ...]
_PAGES, _TREE = ("/Root", "/Pages"), ("/Root", "/StructTreeRoot")
_LEAVES = {NameObject, NumberObject}


def paths_of(revision: HistoricalResolver) -> dict[Any, set[RawPdfPath]]:
    """Each reference of a revision with all its paths; PdfReadError for a tree with a ring.

    A page is entered on its way through the tree of pages only, an element of the structure tree
    on its way through that one: other ways to them are counted, and not followed further.
    """
    pages = _pages(revision)
    elements = _elements(revision)
    found: defaultdict[Any, set[Path]] = defaultdict(set)

    def walk(value: Any, path: Path, above: tuple[Any, ...], in_tree: bool) -> None:
        if isinstance(value, IndirectObject):
            reference = value.reference
            if reference in above:
                return
            found[reference].add(path)
            if pages.get(reference, path) != path or (not in_tree and reference in elements):
                return
            above = (*above, reference)
            value = revision(reference)
        if isinstance(value, DictionaryObject):
            at_tree = path == _TREE
            for key, inner in value.items():
                if type(inner) in _LEAVES or key == "/Parent" or (in_tree and key == "/P"):
                    continue
                walk(inner, (*path, key), above, in_tree or (at_tree and key == "/K"))
        elif isinstance(value, ArrayObject):
            for number, inner in enumerate(value):
                if type(inner) not in _LEAVES:
                    walk(inner, (*path, number), above, in_tree)

    walk(revision.trailer_view, (), (), False)
    return {reference: {RawPdfPath(*path) for path in paths} for reference, paths in found.items()}


def _pages(revision: HistoricalResolver) -> dict[Any, Path]:
    """Each page and inner node with its one way through the tree."""
    found: dict[Any, Path] = {}

    def kids(node: Any, path: Path) -> Iterator[tuple[Any, Path]]:
        for number, kid in enumerate(node["/Kids"]):
            below = (*path, "/Kids", number)
            if isinstance(kid, IndirectObject):
                yield kid.reference, below
            kid = kid.get_object()
            if kid.get("/Type", None) == "/Pages":
                yield from kids(kid, below)

    top = revision.root.raw_get("/Pages")
    if isinstance(top, IndirectObject):
        found[top.reference] = _PAGES
    for reference, path in kids(top.get_object(), _PAGES):
        if reference in found:
            raise PdfReadError("a page stands twice in the tree of pages")
        found[reference] = path
    return found


def _elements(revision: HistoricalResolver) -> set[Any]:
    """Elements of the structure tree: ISO 32000-1, 14.7.2."""
    found: set[Any] = set()

    def walk(element: Any) -> None:
        children = _value(element, "/K")
        for child in children if isinstance(children, ArrayObject) else (children,):
            reference = child.reference if isinstance(child, IndirectObject) else None
            child = child.get_object() if reference else child
            if not isinstance(child, DictionaryObject):
                continue
            if _value(child, "/Type") not in (None, "/StructElem"):
                continue
            if reference in found:
                raise PdfReadError("an element stands twice in the structure tree")
            if reference:
                found.add(reference)
            walk(child)

    with suppress(KeyError):
        walk(revision.root.raw_get("/StructTreeRoot").get_object())
    return found


def _value(dictionary: Any, name: str) -> Any:
    """What stands under a name, wherever it lies; None where there is no such thing."""
    try:
        return dictionary[name]
    except KeyError:
        return None
