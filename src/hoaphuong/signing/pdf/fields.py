"""The fields of a file's form, its pages, and what earlier signatures still permit."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hoaphuong.signing.contracts import Box
from hoaphuong.signing.pdf.paper import Paper, Unsignable
from hoaphuong.signing.pdf.syntax import Broken, Name, Ref, number, real, string_text, text
from hoaphuong.signing.pdf.update import Update
from hoaphuong.signing.providers.base import SigningFault

MOST_FIELDS = 10_000
DEEPEST = 30
PRINTED_LOCKED = 132
READ_ONLY = 1
SIGNATURE, TEXT = Name(b"/Sig"), Name(b"/Tx")

ACROFORM, FIELDS, KIDS, VALUE = Name(b"/AcroForm"), Name(b"/Fields"), Name(b"/Kids"), Name(b"/V")
ANNOTS, PAGES, PERMS, DOCMDP = Name(b"/Annots"), Name(b"/Pages"), Name(b"/Perms"), Name(b"/DocMDP")


class FieldRefused(SigningFault):
    """The field is not there, is of another kind, or is used already."""


class Forbidden(SigningFault):
    """An earlier signature forbids what was asked."""


@dataclass(frozen=True)
class Field:
    """A field as it is found: where it is, where it is shown, what it holds."""

    name: str
    ref: Ref
    kind: Name | None
    flags: int
    value: Any
    widget: Ref
    entries: dict[Name, Any]

    def box(self, paper: Paper) -> tuple[float, float, float, float]:
        """Its rectangle on the page; Broken."""
        widget = self.entries if self.widget == self.ref else paper.dictionary(self.widget)
        corners = [real(paper.resolved(edge)) for edge in paper.array(widget.get(Name(b"/Rect")))]
        if len(corners) != 4:
            raise Broken(f"Field {self.name} has no rectangle.")
        left, right = sorted(corners[::2])
        below, above = sorted(corners[1::2])
        return left, below, right, above


def fields(paper: Paper) -> Iterator[Field]:
    """Every field of the form that has no fields below it."""
    form = paper.dictionary(paper.dictionary(paper.root).get(ACROFORM) or {})
    seen = set[Ref]()

    def below(refs: list[Any], path: str, kind: Any, flags: Any, value: Any, depth: int) -> Any:
        for ref in refs:
            if not isinstance(ref, Ref) or ref in seen or depth > DEEPEST:
                raise Broken("The form's fields cannot be followed.")
            seen.add(ref)
            if len(seen) > MOST_FIELDS:
                raise Unsignable(f"The form has more than {MOST_FIELDS:,} fields.")
            entries = paper.dictionary(ref)
            part = string_text(paper.resolved(entries.get(Name(b"/T"))))
            name = f"{path}.{part}" if path and part else path or part
            own_kind = paper.resolved(entries.get(Name(b"/FT"), kind))
            own_flags = paper.resolved(entries.get(Name(b"/Ff"), flags))
            own_value = entries.get(VALUE, value)
            kids = paper.array(entries.get(KIDS))
            if kids and Name(b"/T") in paper.dictionary(kids[0]):
                yield from below(kids, name, own_kind, own_flags, own_value, depth + 1)
                continue
            widget = kids[0] if kids else ref
            if not isinstance(widget, Ref):
                raise Broken(f"Field {name} is not shown anywhere.")
            flag = own_flags if isinstance(own_flags, int) else 0
            yield Field(name, ref, own_kind, flag, own_value, widget, entries)

    yield from below(paper.array(form.get(FIELDS)), "", None, 0, None, 0)


def editable_form(update: Update) -> dict[Name, Any]:
    """The form, made when there is none, to be changed."""
    catalog = update.get(update.paper.root)
    form = catalog.get(ACROFORM) if isinstance(catalog, dict) else None
    if isinstance(form, Ref):
        found = update.editable(form)
        if not isinstance(found, dict):
            raise Broken("The form is no dictionary.")
        return found
    catalog = update.editable(update.paper.root)
    if ACROFORM not in catalog:
        form = update.new()
        update.change(form, {FIELDS: []})
        catalog[ACROFORM] = form
        return update.get(form)
    return update.paper.dictionary(catalog[ACROFORM])


def append(update: Update, owner: dict[Name, Any], key: Name, *added: Ref) -> None:
    """Add to an array of a dictionary, wherever the array is kept."""
    there = owner.get(key)
    if isinstance(there, Ref):
        there = update.editable(there)
    elif there is None:
        there = owner[key] = []
    if not isinstance(there, list):
        raise Broken("There is something else where an array should be.")
    there.extend(added)


def page(paper: Paper, wanted: int) -> Ref:
    """The page of a number, from 0; Broken."""
    waiting: list[Any] = [paper.dictionary(paper.root).get(PAGES)]
    seen, reached = set[Ref](), 0
    while waiting:
        ref = waiting.pop()
        if not isinstance(ref, Ref) or ref in seen or len(seen) > MOST_FIELDS:
            raise Broken("The pages cannot be followed.")
        seen.add(ref)
        node = paper.dictionary(ref)
        if KIDS in node:
            waiting += reversed(paper.array(node[KIDS]))
        elif reached == wanted:
            return ref
        else:
            reached += 1
    raise FieldRefused(f"The file has no page {wanted + 1}.")


def add_widget(update: Update, at: Ref, *, field: Ref) -> None:
    """Show a field on a page and list it in the form."""
    append(update, update.editable(at), ANNOTS, field)
    append(update, editable_form(update), FIELDS, field)


def widget(
    name: str, kind: Name, at: Ref, *, box: Box | None = None, label: str = ""
) -> dict[Name, Any]:
    """A new field that is its own widget; without a box it is not seen."""
    corners = (box.x1, box.y1, box.x2, box.y2) if box else (0, 0, 0, 0)
    entries: dict[Name, Any] = {
        Name(b"/Type"): Name(b"/Annot"), Name(b"/Subtype"): Name(b"/Widget"), Name(b"/FT"): kind,
        Name(b"/T"): text(name), Name(b"/F"): PRINTED_LOCKED, Name(b"/P"): at,
        Name(b"/Rect"): [number(edge) for edge in corners],
    }  # fmt: skip
    if label:
        entries[Name(b"/TU")] = text(label)
    return entries


def turned(paper: Paper, widget: dict[Name, Any]) -> int:
    """By how many degrees a widget is turned against its page: 0, 90, 180 or 270."""
    look = paper.resolved(widget.get(Name(b"/MK")))
    said = paper.resolved(look.get(Name(b"/R"))) if isinstance(look, dict) else 0
    return said if said in (90, 180, 270) else 0


def free_name(paper: Paper, stem: str) -> str:
    """A name that no field has."""
    taken = {field.name for field in fields(paper)}
    return next(name for n in range(1, MOST_FIELDS + 2) if (name := f"{stem}{n}") not in taken)


def permitted(paper: Paper) -> int:
    """What a certifying signature permits later: 1 nothing, 2 forms, 3 notes too; 4 without one."""
    perms = paper.resolved(paper.dictionary(paper.root).get(PERMS))
    if not isinstance(perms, dict) or DOCMDP not in perms:
        return 4
    for method, params in _references(paper, perms[DOCMDP]):
        if method == b"/DocMDP":
            level = paper.resolved(params.get(Name(b"/P"), 2))
            return level if level in (1, 2, 3) else 1
    return 1


def locked(paper: Paper, every: list[Field]) -> set[str]:
    """Fields that an earlier signature forbids to change (FieldMDP)."""
    names = {field.name for field in every}
    closed = set[str]()
    for field in every:
        if field.kind != SIGNATURE or field.value is None:
            continue
        for method, params in _references(paper, field.value):
            if method != b"/FieldMDP":
                continue
            listed = {
                string_text(paper.resolved(name))
                for name in paper.array(params.get(FIELDS))
            }  # fmt: skip
            reached = {
                name for name in names
                if any(name == one or name.startswith(one + ".") for one in listed)
            }  # fmt: skip
            action = paper.resolved(params.get(Name(b"/Action")))
            kept = {b"/Include": reached, b"/Exclude": names - reached}
            closed |= kept.get(bytes(action or b""), names)
    return closed


def _references(paper: Paper, signature: Any) -> Iterator[tuple[Any, dict[Name, Any]]]:
    entries = paper.dictionary(signature)
    for one in paper.array(entries.get(Name(b"/Reference"))):
        reference = paper.dictionary(one)
        params = paper.dictionary(reference.get(Name(b"/TransformParams")) or {})
        yield paper.resolved(reference.get(Name(b"/TransformMethod"))), params
