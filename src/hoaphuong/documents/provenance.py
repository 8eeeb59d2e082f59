"""What the register of issued documents knows of a file that somebody wants to check."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from hoaphuong.documents import queries
from hoaphuong.documents.copying import PRINTED, original_of, status_of
from hoaphuong.documents.copying import called as called_copy
from hoaphuong.documents.models import Copy, DocumentFile, Status
from hoaphuong.documents.papers import called
from hoaphuong.documents.rules import full_number
from hoaphuong.identity import queries as identity
from hoaphuong.signing.contracts import Provenance


def known(sha256: str) -> Provenance | None:
    """The issued document whose file this is, bit by bit, or whose attachment; else None."""
    if copy := queries.copy_with_file(sha256):
        return _of_copy(copy)
    file = queries.with_file(sha256)
    if file is None or file.state not in ("sealed", "restamped"):
        return None
    document = file.document
    if document.status != Status.ISSUED:
        return None
    status = "recalled" if document.recalled_at else "replaced" if document.replaced_at else ""
    public = document.shown_publicly
    return Provenance(
        title=_title(file, public=public),
        number=full_number(document.number, document.notation),
        agency=identity.agency(document.agency_code).name,
        issued_on=document.issued_on,
        url=reverse("documents:check", args=[document.token]),
        status=status,
    )


def _title(file: DocumentFile, *, public: bool) -> str:
    """What the file is; of a document that is not public only that it is an attachment."""
    if file.attachment is None:
        return called(file.document) if public else ""
    which = _("Attachment %(number)s") % {"number": file.attachment.position}
    return f"{which}: {file.attachment.title}" if public else which


def _of_copy(copy: Copy) -> Provenance:
    """A copy in its agency's register of copies; what was copied is told by its number."""
    number, day, issuer = original_of(copy)
    of = _("%(form)s of %(number)s, %(issuer)s") % {
        "form": PRINTED[Copy.Form(copy.form)], "number": number, "issuer": issuer,
    }  # fmt: skip
    own = called_copy(copy)
    asked = urlencode({"number": own, "day": copy.made_on.isoformat()})
    return Provenance(
        title=of,
        number=own,
        agency=identity.agency(copy.agency_code).name,
        issued_on=copy.made_on,
        url=f"{reverse('documents:check_number')}?{asked}",
        status=status_of(copy),
    )
