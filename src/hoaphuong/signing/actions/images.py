"""The image of a hand signature or of a seal: made fit, kept, taken back."""

from datetime import datetime

from django.db import transaction

from hoaphuong.files import actions as files
from hoaphuong.kernel import journal
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.signing.contracts import SignatureImageKept
from hoaphuong.signing.models import HolderKind, SignatureImage
from hoaphuong.signing.picture_refused import ImageRefused

__all__ = ["ImageRefused", "keep_image", "undo_image"]
RETENTION = "signature"
PNG = "image/png"


@transaction.atomic
def keep_image(
    *, content: bytes, by: str, at: datetime, account: str = "", agency: str = ""
) -> str:
    """Make a picture transparent and blue (of a person) or red (of a seal) and use it from now on.

    Give the account or the agency; the file's key. ImageRefused, whose text can be shown.
    """
    from hoaphuong.signing.images import fit  # its decoder comes with the first picture

    kind = HolderKind.SEAL if agency else HolderKind.PERSONAL
    drawn, width, height = fit(content, seal=bool(agency))
    file = files.keep(
        content=drawn, name=f"{kind}.png", media_type=PNG, by=by, at=at, retention=RETENTION
    )
    row = SignatureImage.objects.create(
        kind=kind,
        account_key="" if agency else account,
        agency_code=agency,
        file_key=file.key,
        width=width,
        height=height,
        kept_at=at,
    )
    _tell(row, by=by, at=at)
    return file.key


@transaction.atomic
def undo_image(*, by: str, at: datetime, account: str = "", agency: str = "") -> bool:
    """Take the newest image back: the one before it is used again; whether there was one."""
    rows = SignatureImage.objects.select_for_update().filter(
        account_key=account, agency_code=agency, taken_back_at__isnull=True
    )
    row = rows.order_by("-pk").first()
    if row is None:
        return False
    row.taken_back_at = at
    row.save(update_fields=["taken_back_at"])
    _tell(row, by=by, at=at)
    return True


def _tell(row: SignatureImage, *, by: str, at: datetime) -> None:
    event = SignatureImageKept(
        image=Ref(row.key),
        kind=Code(row.kind),
        account=Ref(row.account_key),
        agency=Code(row.agency_code),
        taken_back=row.taken_back_at is not None,
    )
    journal.record(event, by=by, occurred_at=at)
