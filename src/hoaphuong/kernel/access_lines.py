"""Before personal data is shown, one line says to whom and why."""

from django.db import transaction

from hoaphuong.kernel.models import AccessLine, AccessPending


def shown(
    *, account: str, purpose: str, record: str = "", filter: str = "", count: int = 1
) -> None:
    """Write the line of one page, export or file; a list gives its filter and its count."""
    with transaction.atomic():
        line = AccessLine.objects.create(
            account=account, purpose=purpose, record=record, filter=filter[:200], count=count
        )
        AccessPending.objects.create(entry_id=line.pk)
