"""Attachments as files: whether one can be sealed, how its seal looks, how the paper names them.

Decree 30/2020/NĐ-CP, Annex I: an annex in a file of its own is signed by the organisation in the
top right corner of its first page, without an image: number and notation; time of signing.
"""

from hoaphuong.documents.models import Attachment, Document
from hoaphuong.documents.refusals import NotAttachable
from hoaphuong.documents.rules import full_number
from hoaphuong.files import queries as shelf
from hoaphuong.signing.contracts import SIGNED_AT, Beside, Level, Look, ToSign

KIND = "documents.attachment"
FIELD = "dau-co-quan"
LABEL = "Chữ ký số của cơ quan, tổ chức (góc trên bên phải)"
MOST = 20
# Below what a message of the exchange may hold: QCVN 102:2016 sends all files in one.
MOST_BYTES, MOST_BYTES_TOGETHER = 19 * 1_048_576, 36 * 1_048_576


def refuse_unfit(content: bytes, *, notation: str) -> None:
    """NotAttachable when the PDF can get no seal later; nothing is kept of the trial."""
    from hoaphuong.signing.pdf import FieldRefused, Forbidden, SigningFault, reserve_corner

    try:
        reserve_corner(content, name=FIELD, lines=_lines(f"99999/{notation}"))
    except Forbidden as fault:
        raise NotAttachable("signed") from fault
    except FieldRefused as fault:
        raise NotAttachable("small") from fault
    except SigningFault as fault:
        raise NotAttachable("unreadable") from fault


def _lines(*parts: str) -> tuple[str, ...]:
    from hoaphuong.signing.pdf import corner_lines

    return corner_lines(*parts, SIGNED_AT)


def corner_seal(content: bytes, *parts: str) -> ToSign:
    """A PDF for the agency's signature in the corner: the parts, then the time of signing."""
    from hoaphuong.signing.pdf import reserve_corner

    lines = _lines(*parts)
    return ToSign(
        content=reserve_corner(content, name=FIELD, lines=lines, label=LABEL),
        field=FIELD,
        look=Look(lines=lines),
        level=Level.B_LTA,
    )


def to_seal(document: Document) -> tuple[Beside, ...]:
    """The attachments of a numbered document that its seal takes with it."""
    number = full_number(document.number, document.notation)
    return tuple(
        Beside(KIND, one.key, corner_seal(_source(one), number))
        for one in document.attachments.filter(sealed_at=None)
    )


def _source(attachment: Attachment) -> bytes:
    with shelf.open_file(attachment.source_key) as stream:
        return stream.read()


def listed(document: Document) -> str:
    """What the paper says of its attachments, below its text, as typesetting's markup.

    A text has to point to its annexes (Annex I, III.1).
    """
    if document.pk is None:
        return ""
    titles = [_plain(one.title) for one in document.attachments.all()]
    if not titles:
        return ""
    if len(titles) == 1:
        return f"\nKèm theo: {titles[0]}."
    return "\nKèm theo:\n" + ";\n".join(f"- {title}" for title in titles) + "."


def _plain(title: str) -> str:
    """Without what means something in the markup of a text."""
    return title.replace("|", "/").replace("*", "").rstrip(" .;")
