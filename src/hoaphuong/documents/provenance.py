"""What the register of issued documents knows of a file that somebody wants to check."""

from django.urls import reverse

from hoaphuong.documents import queries
from hoaphuong.documents.models import Status
from hoaphuong.documents.papers import called
from hoaphuong.documents.rules import full_number
from hoaphuong.identity import queries as identity
from hoaphuong.signing.contracts import Provenance


def known(sha256: str) -> Provenance | None:
    """The issued document whose file this is, bit by bit; None for everything else."""
    found = queries.with_file(sha256)
    if found is None:
        return None
    document, state = found
    if document.status != Status.ISSUED or state not in ("sealed", "restamped"):
        return None
    status = "recalled" if document.recalled_at else "replaced" if document.replaced_at else ""
    public = document.shown_publicly
    return Provenance(
        title=called(document) if public else "",
        number=full_number(document.number, document.notation),
        agency=identity.agency(document.agency_code).name,
        issued_on=document.issued_on,
        url=reverse("documents:check", args=[document.token]),
        status=status,
    )
