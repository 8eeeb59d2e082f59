"""Where a signature goes: the update with its field, and the place its message will have."""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from hoaphuong.signing.contracts import SIGNED_AT, Look, ToSign
from hoaphuong.signing.pdf import fields
from hoaphuong.signing.pdf.fields import SIGNATURE, FieldRefused, Forbidden
from hoaphuong.signing.pdf.look import put_look
from hoaphuong.signing.pdf.paper import Paper, open_paper
from hoaphuong.signing.pdf.syntax import Name, Ref, text
from hoaphuong.signing.pdf.update import Update
from hoaphuong.signing.providers.base import SigningFault, TimeStamps

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
STAMP_ROOMS = (9_000, 40_000)  # bytes kept free for a time stamp; the second when one was larger
_RANGE = b"/ByteRange[0 %-10d %-10d %-10d]"
_CERTIFYING = (
    b"/Reference[<</Type/SigRef/TransformMethod/DocMDP"
    b"/TransformParams<</Type/TransformParams/P 2/V/1.2>>>>]"
)


@dataclass(frozen=True)
class Laid:
    """A file with an empty place for a message, and the digest of everything around it."""

    document: bytearray
    digest: bytes
    start: int
    end: int

    @property
    def room(self) -> int:
        """How many bytes a message may have."""
        return (self.end - self.start) // 2 - 1

    def with_message(self, message: bytes) -> bytes:
        """The signed file; SigningFault when the message is too long."""
        if len(message) > self.room:
            raise SigningFault("The signature is longer than the place that was kept for it.")
        self.document[self.start + 1 : self.start + 1 + 2 * len(message)] = (
            message.hex().encode()
        )  # fmt: skip
        return bytes(self.document)


def stamp_document(content: bytes, stamps: TimeStamps) -> bytes:
    """The file with a document time stamp over all of it (ETSI EN 319 142-1, 5.4.3)."""
    for room in STAMP_ROOMS:
        update = Update(open_paper(content))
        head = b"<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161"
        signature = update.new()
        _invisible(update, signature, "Timestamp")
        laid = _laid(update, signature, head, room=room)
        token = stamps.stamp(laid.digest)
        if len(token) <= laid.room:
            break
    return laid.with_message(token)


def lay(paper: ToSign, *, at: datetime, room: int) -> Laid:
    """The file with its update, the place for ``room`` bytes of message still empty."""
    update = Update(open_paper(paper.content))
    every = list(fields.fields(update.paper))
    _refuse_forbidden(update.paper, paper, every)
    signature = update.new()
    if paper.field:
        _into_field(update, signature, paper, every, at=at)
    elif paper.look and (paper.look.image or paper.look.lines):
        raise FieldRefused("A visible signature needs a reserved field.")
    else:
        _invisible(update, signature, "Signature")
    form = fields.editable_form(update)
    form[Name(b"/SigFlags")] = 3
    head = b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(%b)" % _moment(at)
    for key, said in ((b"/Reason", paper.reason), (b"/Location", paper.place)):
        head += key + text(said) if said else b""
    if paper.certify:
        head += _CERTIFYING
        catalog = update.editable(update.paper.root)
        catalog[fields.PERMS] = {fields.DOCMDP: signature}
    return _laid(update, signature, head, room=room)


def _refuse_forbidden(paper: Paper, asked: ToSign, every: list[fields.Field]) -> None:
    allowed = fields.permitted(paper)
    if allowed < 2:
        raise Forbidden("The certifying signature permits no further one.")
    if asked.certify and (
        allowed < 4 or any(one.kind == SIGNATURE and one.value is not None for one in every)
    ):
        raise Forbidden("Only the first signature of a file certifies it.")
    if asked.field and asked.field in fields.locked(paper, every):
        raise Forbidden(f"An earlier signature locked field {asked.field}.")


def _into_field(
    update: Update, signature: Ref, paper: ToSign, every: list[fields.Field], *, at: datetime
) -> None:
    named = [one for one in every if one.name == paper.field]
    if len(named) != 1 or named[0].kind != SIGNATURE:
        raise FieldRefused(f"The file has no signature field {paper.field}.")
    field = named[0]
    if field.value is not None:
        raise FieldRefused(f"Field {paper.field} is signed already.")
    update.editable(field.ref)[Name(b"/V")] = signature
    left, below, right, above = field.box(update.paper)
    shown = update.editable(field.widget)
    turned = fields.turned(update.paper, shown)
    size = (right - left, above - below)
    width, height = size if turned in (0, 180) else size[::-1]
    if paper.look and (paper.look.image or paper.look.lines):
        look = replace(paper.look, lines=_dated(paper.look, at))
        drawn = put_look(update, look, width=width, height=height, turned=turned)
        shown[Name(b"/AP")] = {Name(b"/N"): drawn}
    shown[Name(b"/F")] = fields.PRINTED_LOCKED


def _dated(look: Look, at: datetime) -> tuple[str, ...]:
    """The lines with the time of signing where they ask for it."""
    moment = at.astimezone(VIETNAM).isoformat(timespec="seconds")
    return tuple(line.replace(SIGNED_AT, moment) for line in look.lines)


def _invisible(update: Update, signature: Ref, stem: str) -> None:
    page = fields.page(update.paper, 0)
    entries = fields.widget(fields.free_name(update.paper, stem), SIGNATURE, page)
    entries[Name(b"/V")] = signature
    fields.add_widget(update, page, field=update.new(entries))
    fields.editable_form(update)[Name(b"/SigFlags")] = 3


def _moment(at: datetime) -> bytes:
    return f"D:{at.astimezone(VIETNAM):%Y%m%d%H%M%S}+07'00'".encode()


def _laid(update: Update, signature: Ref, head: bytes, *, room: int) -> Laid:
    empty = _RANGE % (0, 0, 0)
    opening = head + empty + b"/Contents"
    update.raw(signature, opening, b"<" + b"0" * (2 * room) + b">", b">>")
    document = bytearray().join((update.paper.content, *update.parts()))
    begin = update.begins(signature)
    start = begin + len(opening)
    end = start + 2 * room + 2
    ranges = _RANGE % (start, end, len(document) - end)
    document[begin + len(head) : begin + len(head) + len(empty)] = ranges
    return Laid(document, digest_around(document, start, end), start, end)


def digest_around(document: bytes | bytearray, start: int, end: int) -> bytes:
    seen = memoryview(document)
    total = sha256(seen[:start])
    total.update(seen[end:])
    return total.digest()
