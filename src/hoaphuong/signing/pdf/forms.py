"""Places that are kept free in a fresh paper, and filled after it was signed."""

from collections.abc import Mapping, Sequence

from hoaphuong.signing.contracts import SignatureField, TextField
from hoaphuong.signing.pdf import fields
from hoaphuong.signing.pdf.fields import READ_ONLY, SIGNATURE, TEXT, FieldRefused, Forbidden
from hoaphuong.signing.pdf.fonts import Unwritable, subset
from hoaphuong.signing.pdf.look import put_empty, put_text
from hoaphuong.signing.pdf.paper import Paper, open_paper
from hoaphuong.signing.pdf.syntax import (
    Broken,
    Name,
    Ref,
    Token,
    number,
    real,
    string_bytes,
    string_text,
    text,
)  # fmt: skip
from hoaphuong.signing.pdf.update import Update

FONTS = {False: Name(b"/Tinos"), True: Name(b"/TinosItalic")}
_FONT, _RESOURCES, _DA = Name(b"/Font"), Name(b"/DR"), Name(b"/DA")


def reserve(
    pdf: bytes, *, texts: Sequence[TextField], signatures: Sequence[SignatureField]
) -> bytes:
    """The file with empty text and signature fields behind it; SigningFault.

    A PDF/A-2b stays one: every field has an appearance and is printed, its font is embedded.
    """
    update = Update(open_paper(pdf))
    wanted: list[TextField | SignatureField] = [*texts, *signatures]
    _refuse_unfit(update.paper, wanted)
    form = fields.editable_form(update)
    fonts = {
        italic: subset(frozenset(), italic=italic).put(update.new, update.raw)
        for italic in sorted({field.italic for field in texts})
    }
    if fonts:
        resources = dict(update.paper.dictionary(form.get(_RESOURCES) or {}))
        known = dict(update.paper.dictionary(resources.get(_FONT) or {}))
        resources[_FONT] = known | {FONTS[italic]: ref for italic, ref in fonts.items()}
        form[_RESOURCES] = resources
    for one in wanted:
        page = fields.page(update.paper, one.box.page)
        kind = TEXT if isinstance(one, TextField) else SIGNATURE
        entries = fields.widget(one.name, kind, page, box=one.box, label=one.label)
        if isinstance(one, TextField):
            entries[_DA] = Token(b"(%b %b Tf 0 g)" % (FONTS[one.italic], number(one.size)))
            entries[Name(b"/Q")] = 2 if one.right else 1
            entries[Name(b"/MaxLen")] = one.most
            entries[Name(b"/F")] = 4
        elif one.turned:
            entries[Name(b"/MK")] = {Name(b"/R"): one.turned}
        width, height = one.box.x2 - one.box.x1, one.box.y2 - one.box.y1
        drawn = put_empty(update, text=kind == TEXT, width=width, height=height)
        entries[Name(b"/AP")] = {Name(b"/N"): drawn}
        fields.add_widget(update, page, field=update.new(entries))
    return update.written()


def _refuse_unfit(paper: Paper, wanted: Sequence[TextField | SignatureField]) -> None:
    every = list(fields.fields(paper))
    if fields.permitted(paper) < 4 or any(
        one.kind == SIGNATURE and one.value is not None for one in every
    ):
        raise Forbidden("The file is signed: no place can be reserved in it any more.")
    names = [field.name for field in wanted]
    if len({*names, *(one.name for one in every)}) != len(names) + len(every):
        raise FieldRefused("Two fields have the same name.")
    for field in wanted:
        if not field.name or "." in field.name:
            raise FieldRefused("A field needs a name without a point.")
        if field.box.x2 <= field.box.x1 or field.box.y2 <= field.box.y1:
            raise FieldRefused(f"The box of field {field.name} has no area.")


def fill(pdf: bytes, values: Mapping[str, str]) -> bytes:
    """The file with its empty text fields filled, nothing else changed; SigningFault.

    After a certifying signature that permits forms (P = 2) this is a permitted change.
    """
    update = Update(open_paper(pdf))
    every = list(fields.fields(update.paper))
    if fields.permitted(update.paper) < 2:
        raise Forbidden("The certifying signature permits no filling.")
    closed = fields.locked(update.paper, every)
    wanted = {name: _field(update.paper, every, name, closed) for name in values}
    written: dict[bool, Ref] = {}
    by_slant: dict[bool, list[str]] = {}
    looks = {name: _look(update.paper, field) for name, field in wanted.items()}
    for name, value in values.items():
        by_slant.setdefault(looks[name][1], []).append(value)
    for italic, said in by_slant.items():
        letters = subset(frozenset("".join(said)), italic=italic)
        written[italic] = letters.put(update.new, update.raw)
    for name, value in values.items():
        field, (size, italic) = wanted[name], looks[name]
        most = update.paper.resolved(field.entries.get(Name(b"/MaxLen")))
        if not value or any(ord(letter) < 32 for letter in value):
            raise Unwritable(f"Field {name} takes one line of text.")
        if isinstance(most, int) and len(value) > most:
            raise Unwritable(f"Field {name} takes at most {most} characters.")
        left, below, right, above = field.box(update.paper)
        drawn = put_text(
            update, value, size=size, italic=italic, whole=written[italic],
            width=right - left, height=above - below,
            right=update.paper.resolved(field.entries.get(Name(b"/Q"))) == 2,
        )  # fmt: skip
        update.editable(field.ref)[fields.VALUE] = text(value)
        update.editable(field.widget)[Name(b"/AP")] = {Name(b"/N"): drawn}
    return update.written()


def empty_texts(pdf: bytes) -> list[str]:
    """Names of the text fields that have no value yet, in the file's order; SigningFault."""
    paper = open_paper(pdf)
    return [
        one.name
        for one in fields.fields(paper)
        if one.kind == TEXT and not string_text(paper.resolved(one.value))
    ]


def _field(paper: Paper, every: list[fields.Field], name: str, closed: set[str]) -> fields.Field:
    named = [one for one in every if one.name == name]
    if len(named) != 1 or named[0].kind != TEXT:
        raise FieldRefused(f"The file has no text field {name}.")
    field = named[0]
    if name in closed or field.flags & READ_ONLY:
        raise Forbidden(f"Field {name} is locked.")
    if string_text(paper.resolved(field.value)):
        raise FieldRefused(f"Field {name} is filled already.")
    return field


def _look(paper: Paper, field: fields.Field) -> tuple[float, bool]:
    """Size and slant that a field is to be set in."""
    said = paper.resolved(field.entries.get(_DA))
    words = string_bytes(said).split() if isinstance(said, Token) else []
    if b"Tf" not in words or words.index(b"Tf") < 2:
        raise Broken(f"Field {field.name} does not say how it is set.")
    place = words.index(b"Tf")
    size = real(Token(words[place - 1]))
    if size <= 0:
        raise Broken(f"Field {field.name} does not say how large it is set.")
    return size, words[place - 2] == FONTS[True]
